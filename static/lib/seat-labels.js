// @ts-check
/**
 * What stands after a row's name: the seat's label, without the row where it truly repeats it.
 * Never: guesses; a label that only happens to begin like its row ("10" in row "1") is shown whole.
 * The rule in cases, which the server holds to as well: tests/seat_labels.json.
 */

/** @typedef {{ section: string, row: string, rowKind?: string, label: string }} SeatName as the wire has it */

const LETTER = /\p{L}/u;
const ENDS_IN_LETTER = /\p{L}$/u;
/** What follows the row's name: set off by a separator, or a digit at once. */
const SET_OFF = /^[\s.\-–/:]+(.+)$/su, DIGIT = /^\p{Nd}/u;

/**
 * "H15" in row "H" → "15", "15" in row "H" → "15", "10" in row "1" → "10"; "" for a booth, which is its one seat.
 * @param {string} row
 * @param {string} label
 * @param {string} [kind] row, table or booth
 */
export function seatWithoutRow(row, label, kind) {
  if (kind === "booth" && label === row) return "";
  if (!LETTER.test(row) || !label.startsWith(row)) return label;
  const rest = label.slice(row.length);
  return SET_OFF.exec(rest)?.[1] ?? (ENDS_IN_LETTER.test(row) && DIGIT.test(rest) ? rest : label);
}
