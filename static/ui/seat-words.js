// @ts-check
/** Where a seat is, in words: section, row (or table, or booth) and seat, each named once. Nothing else names a seat. */
import { t } from "../lib/i18n.js";
import { seatWithoutRow } from "../lib/seat-labels.js";

/** @typedef {import("../lib/seat-labels.js").SeatName} SeatName */

/** Which sentence: rows, tables, booths and boxes are called by their kind. @param {string} row @param {string} [kind] */
const form = (row, kind) => row === "" ? ".none" : ["table", "booth", "box"].includes(kind ?? "") ? `.${kind}` : "";

/** "Row C", "Table 4" @param {string} row @param {string} [kind] */
export const rowName = (row, kind) => t(`seats.row${form(row, kind)}`, { row });

/** "Orchestra, row C" @param {string} section @param {string} row @param {string} [kind] */
export const rowOf = (section, row, kind) =>
  section === "" ? rowName(row, kind) : t(`seats.seatsOf${form(row, kind)}`, { section, row });

/** "Row C, seat 14", for where the section stands beside it @param {Omit<SeatName, "section">} named */
export function seatInRow({ row, rowKind, label }) {
  if (rowKind === "standing") return t("areas.place");
  const seat = seatWithoutRow(row, label, rowKind);
  return seat ? t(`seats.place${form(row, rowKind)}`, { row, seat }) : rowName(row, rowKind);
}

/** "Orchestra, row C, seat 14" @param {SeatName} named */
export function seatName({ section, row, rowKind, label }) {
  if (rowKind === "standing") return section;
  if (section === "") return seatInRow({ row, rowKind, label });
  const seat = seatWithoutRow(row, label, rowKind);
  return seat ? t(`seats.full${form(row, rowKind)}`, { section, row, seat }) : rowOf(section, row, rowKind);
}

/**
 * Each seat in full; the places of a standing area by number: "Floor × 3".
 * @param {readonly SeatName[]} seats @returns {string[]}
 */
export function seatNames(seats) {
  const named = seats.filter(({ rowKind }) => rowKind !== "standing").map(seatName);
  return [...named, ...areaNames(seats)];
}

/** @param {readonly SeatName[]} seats @returns {string[]} */
function areaNames(seats) {
  /** @type {Map<string, number>} */
  const areas = new Map();
  for (const { section, rowKind } of seats) {
    if (rowKind === "standing") areas.set(section, (areas.get(section) ?? 0) + 1);
  }
  return [...areas].map(([area, count]) => count === 1 ? area : `${area} × ${count}`);
}

/**
 * Many seats, row by row: "Stalls, row A: 1, 2; Hall, table T1: 4; Floor × 3". One alone is named in full.
 * @param {readonly SeatName[]} seats
 */
export function seatList(seats) {
  if (seats.length === 1) return seatName(seats[0]);
  /** @type {Map<string, string[]>} */
  const rows = new Map();
  for (const { section, row, rowKind, label } of seats) {
    if (rowKind === "standing") continue;
    const name = rowOf(section, row, rowKind);
    rows.set(name, [...rows.get(name) ?? [], seatWithoutRow(row, label, rowKind)]);
  }
  const named = [...rows].map(([name, labels]) => [name, labels.join(", ")].filter(Boolean).join(": "));
  return [...named, ...areaNames(seats)].join("; ");
}
