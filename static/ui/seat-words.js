// @ts-check
/** Where a seat is, in words: section, row (or table, or booth) and seat, each named once. Nothing else names a seat. */
import { t } from "../lib/i18n.js";
import { seatWithoutRow } from "../lib/seat-labels.js";

/** @typedef {import("../lib/seat-labels.js").SeatName} SeatName */

/** Which sentence: rows, tables and booths are called by their kind. @param {string} row @param {string} [kind] */
const form = (row, kind) => row === "" ? ".none" : kind === "table" || kind === "booth" ? `.${kind}` : "";

/** "Row C", "Table 4" @param {string} row @param {string} [kind] */
export const rowName = (row, kind) => t(`seats.row${form(row, kind)}`, { row });

/** "Orchestra, row C" @param {string} section @param {string} row @param {string} [kind] */
export const rowOf = (section, row, kind) => t(`seats.seatsOf${form(row, kind)}`, { section, row });

/** "Row C, seat 14", for where the section stands beside it @param {Omit<SeatName, "section">} seat */
export const seatInRow = ({ row, rowKind, label }) =>
  rowKind === "standing"
    ? t("areas.place")
    : t(`seats.place${form(row, rowKind)}`, { row, seat: seatWithoutRow(row, label) });

/** "Orchestra, row C, seat 14" @param {SeatName} seat */
export const seatName = ({ section, row, rowKind, label }) =>
  rowKind === "standing"
    ? section
    : section === ""
    ? seatInRow({ row, rowKind, label })
    : t(`seats.full${form(row, rowKind)}`, { section, row, seat: seatWithoutRow(row, label) });
