// @ts-check
/**
 * A house's figures as the server pushes them: a whole picture first, then only what changed.
 * Pure: a picture and a frame in, the next picture out; nothing is changed in place, so that a
 * paused view may keep the old one.
 */

/**
 * @typedef {{ total: number, available: number, reserved: number, paying: number, booked: number,
 *   blocked: number, checkedIn: number }} Counts `checkedIn` is a part of `booked`
 * @typedef {Counts & { name: string, revenue: string }} SectionRow
 * @typedef {Counts & { name: string, price: string, revenue: string }} CategoryRow
 * @typedef {{ reserved: number, booked: number, expired: number, refused: number, declined: number,
 *   cancelled: number }} Rates in the last 60 s
 * @typedef {{ at: string, kind: string, section: string | null, seats: number }} Activity
 * @typedef {{ code: string, level: "warning" | "error", count: number, since: string }} Alert
 * @typedef {"upcoming" | "open" | "closed"} SaleState
 *
 * @typedef {object} Occupancy
 * @property {number} eventId
 * @property {boolean} hidden buyers do not see it
 * @property {string} name
 * @property {string} epoch
 * @property {number} seq
 * @property {string} serverTime
 * @property {SaleState} saleState
 * @property {string | null} onSaleAt
 * @property {string | null} offSaleAt
 * @property {string} startsAt
 * @property {string} timeZone the venue's
 * @property {string} currency
 * @property {Counts} totals
 * @property {string} revenue
 * @property {string} refunded
 * @property {readonly SectionRow[]} sections
 * @property {readonly CategoryRow[]} categories
 * @property {{ holds: number, seats: number }} expiringSoon
 * @property {Rates} rates
 * @property {{ viewers: number, reserved: number, checkout: number, booked: number }} funnel
 * @property {number} viewers
 * @property {readonly Alert[]} alerts
 * @property {readonly Activity[]} activity newest first
 *
 * @typedef {{ eventId: number, hidden: boolean, demo: boolean, name: string, venue: string, startsAt: string,
 *   timeZone: string, saleState: SaleState,
 *   currency: string, totals: Counts, revenue: string, viewers: number }} OverviewRow
 */

/** So many things that happened are kept. */
export const ACTIVITY_KEPT = 30;

/**
 * The picture after a frame; null when the frame tells only of changes and there is nothing yet to
 * change, so that the whole must be asked for.
 * @param {Occupancy | null} before
 * @param {{ full: boolean, epoch?: string, seq?: number, data: any }} frame
 * @returns {Occupancy | null}
 */
export function foldOccupancy(before, frame) {
  const position = { epoch: frame.epoch ?? frame.data.epoch, seq: frame.seq ?? frame.data.seq };
  if (frame.full) return { ...frame.data, ...position };
  if (!before) return null;
  const { sections, categories, activity, ...rest } = frame.data;
  return {
    ...before,
    ...rest,
    ...position,
    sections: sections ? replaceRows(before.sections, sections, nameOf) : before.sections,
    categories: categories ? replaceRows(before.categories, categories, nameOf) : before.categories,
    activity: activity ? [...activity, ...before.activity].slice(0, ACTIVITY_KEPT) : before.activity,
  };
}

/**
 * @param {readonly OverviewRow[]} before
 * @param {{ full: boolean, data: OverviewRow[] }} frame
 * @returns {readonly OverviewRow[]}
 */
export const foldOverview = (before, frame) =>
  frame.full ? frame.data : replaceRows(before, frame.data, (row) => row.eventId);

const nameOf = (/** @type {{ name: string }} */ row) => row.name;

/**
 * Rows with the changed ones in their places; rows not seen before come last.
 * @template T
 * @param {readonly T[]} before
 * @param {readonly T[]} changed
 * @param {(row: T) => unknown} keyOf
 * @returns {readonly T[]}
 */
function replaceRows(before, changed, keyOf) {
  const fresh = new Map(changed.map((row) => [keyOf(row), row]));
  const kept = before.map((row) => {
    const next = fresh.get(keyOf(row));
    fresh.delete(keyOf(row));
    return next ? { ...row, ...next } : row;
  });
  return [...kept, ...fresh.values()];
}

/** How much of what can be sold is sold, 0 to 1: blocked seats are not on offer. @param {Counts} counts */
export function soldShare({ total, booked, blocked }) {
  const offered = total - blocked;
  return offered > 0 ? booked / offered : 0;
}

/** What is taken, as parts of the whole house, 0 to 1 each. @param {Counts} counts */
export function shares({ total, booked, paying, reserved, blocked }) {
  const part = (/** @type {number} */ seats) => (total > 0 ? seats / total : 0);
  return { booked: part(booked), paying: part(paying), reserved: part(reserved), blocked: part(blocked) };
}
