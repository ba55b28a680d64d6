// @ts-check
/**
 * A house's figures as the server pushes them: a whole picture first, then only what changed.
 * Pure: a picture and a frame in, the next picture out; nothing is changed in place, so that a
 * paused view may keep the old one.
 */

/**
 * @typedef {import("../lib/wire-types.js").CountsBody} Counts
 * @typedef {import("../lib/wire-types.js").SectionCountsBody} SectionRow
 * @typedef {import("../lib/wire-types.js").CategoryCountsBody} CategoryRow
 * @typedef {import("../lib/wire-types.js").RatesBody} Rates
 * @typedef {import("../lib/wire-types.js").ActivityBody} Activity
 * @typedef {import("../lib/wire-types.js").AlertBody} Alert
 * @typedef {import("../lib/wire-types.js").OccupancyBody} Occupancy
 * @typedef {import("../lib/wire-types.js").OverviewRowBody} OverviewRow
 * @typedef {Occupancy["saleState"]} SaleState
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
