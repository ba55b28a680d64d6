// @ts-check
/** Shares and times as staff read them. */
import { count, currentLocale } from "../lib/i18n.js";
import { formatDate } from "../lib/time.js";

/** @param {number} share 0 to 1 */
export const percent = (share) => `${count(Math.round(share * 1000) / 10)} %`;

/**
 * A seat as staff say it: "Stalls, B12". Two sections may each have a B12.
 * @param {{ section?: string, seatNumber?: string }} seat
 */
export const seatName = ({ section, seatNumber }) => [section, seatNumber].filter(Boolean).join(", ");

/** "19:30:05" @param {string | number} when */
export const clockTime = (when) =>
  formatDate(when, currentLocale(), { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "19:30" @param {string | number} when */
export const minuteTime = (when) => formatDate(when, currentLocale(), { hour: "2-digit", minute: "2-digit" });
