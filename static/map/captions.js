// @ts-check
/** Which texts stand on the map, and where in the plan: names of drawn areas, letters at row ends, tables. */
import { areaPolygon } from "../state/geometry.js";
import { signedDistance } from "./place.js";

/**
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
 * @typedef {{ x: number, y: number, row: number }} RowEnd
 * @typedef {object} Caption
 * @property {import("../state/geometry.js").Area} area
 * @property {string} words
 * @property {boolean} stage drawn in the stage's colours
 * @property {number} x middle
 * @property {number} y
 * @property {number} width Infinity for free text
 * @property {number} height
 */

const ROW_END_OFF = 0.95, ROW_END_ROOM = 0.62; // of the pitch

/** @param {SeatStore} store @param {string} stageWord for stages without a text @returns {Caption[]} */
export function captions(store, stageWord) {
  const { areas } = store.geometry;
  const stages = areas.filter(({ kind, shape }) => kind === "stage" && shape !== "text").map(areaPolygon);
  /** @type {Caption[]} */
  const out = [];
  for (const area of areas) {
    const isStage = area.kind === "stage";
    const words = area.text || (isStage ? stageWord : "");
    if (!words || isOwnName(store, words)) continue;
    if (area.shape === "text") {
      const stage = isStage || stages.some((polygon) => signedDistance(polygon, area.x, area.y) > 0);
      out.push({ area, words, stage, x: area.x, y: area.y, width: Infinity, height: Infinity });
      continue;
    }
    // Some plans write the stage's name twice: on the shape and as a text over it.
    if (isStage && areas.some(({ shape, text }) => shape === "text" && text === words)) continue;
    const polygon = areaPolygon(area);
    // A pitch with its lines drawn needs no word, which would only lie across them.
    if (
      isStage && areas.filter((other) => other !== area && signedDistance(polygon, other.x, other.y) > 0).length > 2
    ) continue;
    let left = Infinity, top = Infinity, right = -Infinity, bottom = -Infinity;
    for (let p = 0; p < polygon.length; p += 2) {
      left = Math.min(left, polygon[p]), right = Math.max(right, polygon[p]);
      top = Math.min(top, polygon[p + 1]), bottom = Math.max(bottom, polygon[p + 1]);
    }
    const at = { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height: bottom - top };
    out.push({ area, words, stage: isStage, ...at });
  }
  return out;
}

/** Whether a standing area or a box is called so, whose name the map writes itself. @param {SeatStore} store @param {string} words */
const isOwnName = (store, words) =>
  store.areas.list.some(({ name }) => name === words || name.endsWith(` / ${words}`)) ||
  store.rows.some(({ kind, label }) => kind === "box" && label === words);

/**
 * A letter beyond each end of a row, where no seat and no other letter is; a table's name in its middle,
 * a box's above its seats.
 * @param {SeatStore} store @returns {RowEnd[]}
 */
export function rowEnds(store) {
  const { x, y, rows, pitch, grid } = store;
  /** @type {RowEnd[]} */
  const out = [];
  const taken = new Set();
  const cell = (/** @type {number} */ value) => Math.round(value / (pitch * 0.8));
  const place = (/** @type {number} */ row, /** @type {number} */ end, /** @type {number} */ next) => {
    const dx = x[end] - x[next], dy = y[end] - y[next], length = Math.hypot(dx, dy) || 1;
    const wx = x[end] + (dx / length) * pitch * ROW_END_OFF, wy = y[end] + (dy / length) * pitch * ROW_END_OFF;
    const key = `${cell(wx)} ${cell(wy)}`;
    if (taken.has(key) || grid.nearest(wx, wy, pitch * ROW_END_ROOM) >= 0) return;
    taken.add(key);
    out.push({ x: wx, y: wy, row });
  };
  rows.forEach(({ kind, label, first, count }, row) => {
    if (!label || !count || (kind !== "table" && kind !== "box")) return;
    const xs = x.subarray(first, first + count), ys = y.subarray(first, first + count);
    const middle = (Math.min(...xs) + Math.max(...xs)) / 2, top = Math.min(...ys), bottom = Math.max(...ys);
    out.push({ x: middle, y: kind === "table" ? (top + bottom) / 2 : top - pitch * ROW_END_OFF, row });
  });
  const lettered = rows.map((_, row) => row).filter((row) =>
    rows[row].kind === "row" && rows[row].label && rows[row].count > 1
  );
  for (const row of lettered) place(row, rows[row].first, rows[row].first + 1);
  for (const row of lettered) place(row, rows[row].first + rows[row].count - 1, rows[row].first + rows[row].count - 2);
  return out;
}
