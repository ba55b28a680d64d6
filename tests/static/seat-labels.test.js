// @ts-check
import { seatWithoutRow } from "../../static/lib/seat-labels.js";
import { speak } from "../../static/lib/i18n.js";
import { seatInRow, seatName } from "../../static/ui/seat-words.js";
import de from "../../static/strings/de.js";
import en from "../../static/strings/en.js";
import { equal, test } from "./check.js";

/** @type {{ cases: { row: string, label: string, seat: string }[] }} shared with the server's tests */
const { cases } = JSON.parse(await Deno.readTextFile(new URL("../seat_labels.json", import.meta.url)));

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
  speak("de", de);
  equal(seatName({ section: "Block B", row: "3", label: "5" }), "Block B, Reihe 3, Platz 5");
});
