// @ts-check
/** Which seats a line drawn around them encloses. In plan units; knows nothing of screens. */

/** @typedef {import("./seat-store.js").SeatStore} SeatStore */
/** @typedef {readonly (readonly [x: number, y: number])[]} Polygon its last point joins its first */

/** By the even-odd rule. @param {Polygon} polygon @param {number} x @param {number} y */
export function encloses(polygon, x, y) {
  let inside = false;
  for (let n = 0, before = polygon.length - 1; n < polygon.length; before = n++) {
    const [ax, ay] = /** @type {readonly [number, number]} */ (polygon[before]);
    const [bx, by] = /** @type {readonly [number, number]} */ (polygon[n]);
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** A rectangle by two opposite corners. @param {readonly [number, number]} a @param {readonly [number, number]} b @returns {Polygon} */
export const rectangle = ([ax, ay], [bx, by]) => [[ax, ay], [bx, ay], [bx, by], [ax, by]];

/**
 * @param {SeatStore} store
 * @param {Polygon} polygon
 * @param {number} [floor] -1: any
 * @returns {number[]} indexes of seats, in the plan's order
 */
export function seatsWithin(store, polygon, floor = -1) {
  if (polygon.length < 3) return [];
  const xs = polygon.map(([x]) => x), ys = polygon.map(([, y]) => y);
  /** @type {number[]} */
  const found = [];
  store.grid.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), (i) => {
    if (floor >= 0 && store.sections[store.section[i]].floor !== floor) return;
    if (encloses(polygon, store.x[i], store.y[i])) found.push(i);
  });
  return found.sort((a, b) => a - b);
}

/** Seats of a run of rows, both ends included. @param {SeatStore} store @param {number} from row @param {number} to row @returns {number[]} */
export function seatsOfRows(store, from, to) {
  /** @type {number[]} */
  const found = [];
  for (let r = Math.min(from, to); r <= Math.max(from, to); r++) {
    const { first, count } = store.rows[r];
    for (let i = first; i < first + count; i++) found.push(i);
  }
  return found;
}

/** How many of some seats have each status. @param {SeatStore} store @param {Iterable<number>} indexes */
export function tally(store, indexes) {
  const counts = { available: 0, reserved: 0, booked: 0, blocked: 0, total: 0 };
  const names = /** @type {const} */ (["available", "reserved", "booked", "blocked"]);
  for (const i of indexes) {
    counts[names[store.status[i]] ?? "blocked"]++;
    counts.total++;
  }
  return counts;
}
