// @ts-check
/** What lies under a point, and where the cursor keys lead: both by geometry, never by order of ids. */
import { signedDistance } from "./place.js";

/**
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
 * @typedef {"left" | "right" | "up" | "down"} Direction
 */

const SIDEWAYS_COST = 2.5; // a step straight ahead beats one that is nearer but aslant

/** The seat nearest to a plan point within `radius` plan units, or -1. @param {SeatStore} store @param {number} wx @param {number} wy @param {number} radius @param {number} floor -1: any */
export const seatAt = (store, wx, wy, radius, floor) =>
  store.grid.nearest(
    wx,
    wy,
    radius,
    floor < 0 ? undefined : (i) => store.sections[store.section[i]].floor === floor,
  );

/** The smallest section that holds a plan point, or -1. @param {SeatStore} store @param {number} wx @param {number} wy @param {number} floor -1: any */
export function sectionAt(store, wx, wy, floor) {
  let best = -1, bestSize = Infinity;
  store.sections.forEach((section, s) => {
    const [x0, y0, x1, y1] = section.box;
    if (floor >= 0 && section.floor !== floor) return;
    if (wx < x0 || wx > x1 || wy < y0 || wy > y1 || signedDistance(section.outline, wx, wy) < 0) return;
    const size = (x1 - x0) * (y1 - y0);
    if (size < bestSize) best = s, bestSize = size;
  });
  return best;
}

/** The standing area that holds a plan point, or -1. @param {SeatStore} store @param {number} wx @param {number} wy @param {number} floor -1: any */
export const areaAt = (store, wx, wy, floor) =>
  store.areas.list.findIndex((area) => (floor < 0 || area.floor === floor) && signedDistance(area.outline, wx, wy) > 0);

/**
 * The seat that a cursor key leads to, or -1 at the edge of the house. Left and right stay in the
 * row while it goes on that way; otherwise the nearest seat straight ahead.
 * @param {SeatStore} store @param {number} from @param {Direction} direction
 */
export function step(store, from, direction) {
  const dx = direction === "left" ? -1 : direction === "right" ? 1 : 0;
  const dy = direction === "up" ? -1 : direction === "down" ? 1 : 0;
  const { x, y, row, pitch, grid, sections, section } = store;
  if (dx !== 0) {
    const inRow = [from - 1, from + 1].filter((i) => row[i] === row[from] && (x[i] - x[from]) * dx > pitch * 0.3);
    if (inRow.length > 0) return inRow[0];
  }
  const floor = sections[section[from]].floor;
  let best = -1, bestCost = Infinity;
  const look = (/** @type {number} */ reach) =>
    grid.within(x[from] - reach, y[from] - reach, x[from] + reach, y[from] + reach, (i) => {
      if (i === from || sections[section[i]].floor !== floor) return;
      if (dy !== 0 && row[i] === row[from] && Math.abs(y[i] - y[from]) < pitch * 0.8) return;
      const ahead = (x[i] - x[from]) * dx + (y[i] - y[from]) * dy;
      const aside = Math.abs((x[i] - x[from]) * dy) + Math.abs((y[i] - y[from]) * dx);
      if (ahead < pitch * 0.3 || aside > ahead * 2) return;
      const cost = ahead + aside * SIDEWAYS_COST;
      if (cost < bestCost) best = i, bestCost = cost;
    });
  for (let reach = pitch * 3; best < 0 && reach < pitch * 400; reach *= 3) look(reach);
  return best;
}

/** First or last seat of the row, as seen on screen. @param {SeatStore} store @param {number} from @param {"first" | "last"} end */
export function rowEnd(store, from, end) {
  const { first, count } = store.rows[store.row[from]];
  const flipped = store.x[first] > store.x[first + count - 1];
  return (end === "first") !== flipped ? first : first + count - 1;
}

/** The seat of the next or previous section that is nearest to this one. @param {SeatStore} store @param {number} from @param {1 | -1} by */
export function sectionStep(store, from, by) {
  const total = store.sections.length;
  for (let n = 1; n <= total; n++) {
    const { first, count } = store.sections[(store.section[from] + by * n + n * total * 2) % total];
    if (count === 0) continue;
    let best = first, bestSquare = Infinity;
    for (let i = first; i < first + count; i++) {
      const square = (store.x[i] - store.x[from]) ** 2 + (store.y[i] - store.y[from]) ** 2;
      if (square < bestSquare) best = i, bestSquare = square;
    }
    return best;
  }
  return from;
}
