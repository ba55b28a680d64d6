// @ts-check
/** Shares as staff read them, and the hour of what happened. */
import { h } from "../../lib/dom.js";
import { clockTime, count, longDate } from "../../lib/i18n.js";

/** @param {number} share 0 to 1 */
export const percent = (share) => `${count(Math.round(share * 1000) / 10)} %`;

/** When, at the venue: "19:30:05", and the whole date with the reader's own time at a touch. @param {string} at @param {string} zone */
export const hourOf = (at, zone) =>
  h("time", { class: "muted tabular small", datetime: at, title: longDate(at, zone) }, clockTime(at, zone));
