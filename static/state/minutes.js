// @ts-check
/**
 * An event's last two hours, minute by minute, for the charts: what the server kept, and a point
 * for the minute that runs, made of the pushed figures (which are those of the last 60 s).
 */

/**
 * @typedef {{ at: string, reserved: number, booked: number, expired: number, refused: number,
 *   declined: number, cancelled: number, revenue: string | number, available: number, held: number,
 *   bookedTotal: number, viewers: number }} WireMinute
 * @typedef {{ at: number, reserved: number, booked: number, expired: number, refused: number,
 *   declined: number, cancelled: number, available: number, held: number, bookedTotal: number,
 *   viewers: number }} Minute `at` is its beginning in ms
 */

export const MINUTE_MS = 60_000;
const FLOWS = /** @type {const} */ (["reserved", "booked", "expired", "refused", "declined", "cancelled"]);
const LEVELS = /** @type {const} */ (["available", "held", "bookedTotal", "viewers"]);

/** @param {number} ms */
export const minuteOf = (ms) => Math.floor(ms / MINUTE_MS) * MINUTE_MS;

/**
 * @param {readonly WireMinute[]} history oldest first; minutes without anything may be missing
 * @returns {Minute[]}
 */
export const readHistory = (history) =>
  history.map((row) => ({ ...pick(row), at: minuteOf(Date.parse(row.at)) })).sort((a, b) => a.at - b.at);

/** @param {any} row */
function pick(row) {
  /** @type {any} */
  const out = {};
  for (const name of [...FLOWS, ...LEVELS]) out[name] = Number(row[name] ?? 0);
  return out;
}

/**
 * The series with the pushed picture as its newest point. The same minute's point is replaced; an
 * older one stays as it was last seen.
 * @param {readonly Minute[]} minutes
 * @param {import("./occupancy.js").Occupancy} occupancy
 * @param {number} nowMs the server's clock
 * @param {number} [keep] minutes
 * @returns {Minute[]}
 */
export function withNow(minutes, { rates, totals, viewers }, nowMs, keep = 120) {
  const at = minuteOf(nowMs);
  const point = {
    ...rates,
    at,
    available: totals.available,
    held: totals.reserved + totals.paying,
    bookedTotal: totals.booked,
    viewers,
  };
  return [...minutes.filter((minute) => minute.at < at && minute.at > at - keep * MINUTE_MS), point];
}

/**
 * One point for each of the last `span` minutes: where nothing was told nothing flowed, and levels
 * stayed as they were; before the first word of an event all was still.
 * @param {readonly Minute[]} minutes oldest first
 * @param {number} span
 * @returns {Minute[]}
 */
export function evenly(minutes, span) {
  const last = minutes.at(-1);
  if (!last) return [];
  const byMinute = new Map(minutes.map((minute) => [minute.at, minute]));
  const from = last.at - (span - 1) * MINUTE_MS;
  let level = minutes.findLast((minute) => minute.at < from) ?? EMPTY;
  /** @type {Minute[]} */
  const out = [];
  for (let at = from; at <= last.at; at += MINUTE_MS) {
    const told = byMinute.get(at);
    if (told) level = told;
    out.push(told ?? { ...level, ...STILL, at });
  }
  return out;
}

const STILL = { reserved: 0, booked: 0, expired: 0, refused: 0, declined: 0, cancelled: 0 };
const EMPTY = { ...STILL, at: 0, available: 0, held: 0, bookedTotal: 0, viewers: 0 };
