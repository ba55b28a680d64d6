// @ts-check
/** Shares and times as staff read them. */
import { count, currentLocale } from "../lib/i18n.js";
import { formatDate } from "../lib/time.js";

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

/** "19:30:05" @param {string | number} when */
export const clockTime = (when) =>
  formatDate(when, currentLocale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "19:30" @param {string | number} when */
export const minuteTime = (when) => formatDate(when, currentLocale(), { hour: "2-digit", minute: "2-digit" });
