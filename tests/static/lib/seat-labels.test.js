// @ts-check
import { seatWithoutRow } from "../../../static/lib/seat-labels.js";
import { speak } from "../../../static/lib/i18n.js";
import { seatInRow, seatList, seatName, seatNames } from "../../../static/ui/seat-words.js";
import de from "../../../static/strings/de.js";
import en from "../../../static/strings/en.js";
import { equal, test } from "../check.js";

/** @type {{ cases: { row: string, label: string, seat: string }[] }} shared with the server's tests */
const { cases } = JSON.parse(await Deno.readTextFile(new URL("../../seat_labels.json", import.meta.url)));

test("a label is shown without its row exactly where it truly repeats it", () => {
  for (const { row, label, seat } of cases) equal([row, label, seatWithoutRow(row, label)], [row, label, seat]);
});

test("no two seats of a row named 1 are shown alike", () => {
  const labels = Array.from({ length: 40 }, (_none, at) => String(at + 1));
  equal(labels.map((label) => seatWithoutRow("1", label)), labels);
});

test("a seat is named with its section, its row by kind, and each once", () => {
  speak("en", en);
  equal(seatName({ section: "Block B", row: "3", label: "5" }), "Block B, row 3, seat 5");
  equal(seatName({ section: "Stalls", row: "H", label: "H15" }), "Stalls, row H, seat 15");
  equal(seatName({ section: "Hall", row: "T1", rowKind: "table", label: "4" }), "Hall, table T1, seat 4");
  equal(seatName({ section: "Box 2", row: "", label: "4" }), "Box 2, seat 4");
  equal(seatName({ section: "", row: "3", label: "5" }), "Row 3, seat 5");
  equal(seatInRow({ row: "B1", rowKind: "booth", label: "B1-2" }), "Booth B1, seat 2");
  equal(seatName({ section: "Hall", row: "7", rowKind: "booth", label: "7" }), "Hall, booth 7");
  equal(seatInRow({ row: "7", rowKind: "booth", label: "7" }), "Booth 7");
  speak("de", de);
  equal(seatName({ section: "Block B", row: "3", label: "5" }), "Block B, Reihe 3, Platz 5");
});

test("many seats are listed row by row, each section, table and booth by its name", () => {
  speak("en", en);
  const seats = [
    { section: "Stalls", row: "A", label: "A1" },
    { section: "Stalls", row: "A", label: "A2" },
    { section: "Hall", row: "T1", rowKind: "table", label: "4" },
    { section: "Hall", row: "7", rowKind: "booth", label: "7" },
    { section: "Box", row: "", label: "3" },
  ];
  equal(seatList(seats), "Stalls, row A: 1, 2; Hall, table T1: 4; Hall, booth 7; Box: 3");
  equal(seatList(seats.slice(0, 1)), "Stalls, row A, seat 1");
  speak("de", de);
  equal(seatList(seats.slice(2, 4)), "Hall, Tisch T1: 4; Hall, Loge 7");
});

test("places of a standing area are told by number", () => {
  speak("en", en);
  const place = { section: "Floor", row: "Floor", rowKind: "standing", label: "Floor" };
  const seat = { section: "Stalls", row: "A", label: "1" };
  equal(seatNames([place, seat, place, place]), ["Stalls, row A, seat 1", "Floor × 3"]);
  equal(seatNames([place]), ["Floor"]);
});
