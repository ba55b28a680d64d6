// @ts-check
/** Shares and lists of seats as staff read them, and the hour of what happened. */
import { h } from "../lib/dom.js";
import { clockTime, count, longDate } from "../lib/i18n.js";

/** @param {number} share 0 to 1 */
export const percent = (share) => `${count(Math.round(share * 1000) / 10)} %`;

/**
 * Seats as staff read them in lists: "Stalls: A1, A2; Circle: A1". Two sections may each have an A1.
 * @param {readonly { section: string, seatNumber: string }[]} seats
 */
export function seatList(seats) {
  /** @type {Map<string, string[]>} */
  const sections = new Map();
  for (const { section, seatNumber } of seats) {
    sections.set(section, [...sections.get(section) ?? [], seatNumber]);
  }
  return [...sections].map(([section, numbers]) => [section, numbers.join(", ")].filter(Boolean).join(": ")).join("; ");
}

/** When, at the venue: "19:30:05", and the whole date with the reader's own time at a touch. @param {string} at @param {string} zone */
export const hourOf = (at, zone) =>
  h("time", { class: "muted tabular small", datetime: at, title: longDate(at, zone) }, clockTime(at, zone));
