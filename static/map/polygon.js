// @ts-check
/** Sums with polygons, given as x and y by turns. */

/** @typedef {[left: number, top: number, right: number, bottom: number]} Box */

const MITRE_LIMIT = 2.5; // how far a sharp corner may move, in sides' distances
const CORNER_STEPS = 5;
const STRAIGHT = -0.9; // cosine between the two sides of a corner that is left as it is

/** Without points that repeat the one before. @param {Float32Array} polygon */
export function withoutRepeats(polygon) {
  const n = polygon.length;
  /** @type {number[]} */
  const kept = [];
  for (let p = 0; p < n; p += 2) {
    const q = (p + n - 2) % n;
    if (polygon[p] !== polygon[q] || polygon[p + 1] !== polygon[q + 1]) kept.push(polygon[p], polygon[p + 1]);
  }
  return Float32Array.from(kept);
}

/** Every side moved inwards. @param {Float32Array} polygon @param {number} by */
export function shrunk(polygon, by) {
  const normals = inwardNormals(polygon);
  return polygon.map((value, p) => value + normals[p] * by);
}

/** Sharp corners become curves that start `radius` before them, or at the middle of a shorter side. @param {Float32Array} polygon @param {number} radius */
export function rounded(polygon, radius) {
  const n = polygon.length / 2;
  /** @type {number[]} */
  const out = [];
  for (let i = 0; i < n; i++) {
    const h = (i + n - 1) % n, j = (i + 1) % n;
    const px = polygon[2 * i], py = polygon[2 * i + 1];
    const ax = polygon[2 * h] - px,
      ay = polygon[2 * h + 1] - py,
      bx = polygon[2 * j] - px,
      by = polygon[2 * j + 1] - py;
    const a = Math.hypot(ax, ay), b = Math.hypot(bx, by);
    const straight = a === 0 || b === 0 || (ax * bx + ay * by) / (a * b) < STRAIGHT;
    if (straight) {
      out.push(px, py);
      continue;
    }
    const cut = Math.min(radius, a / 2, b / 2), cutA = cut / a, cutB = cut / b;
    for (let k = 0; k <= CORNER_STEPS; k++) {
      const t = k / CORNER_STEPS, u = (1 - t) * (1 - t) * cutA, v = t * t * cutB;
      out.push(px + ax * u + bx * v, py + ay * u + by * v);
    }
  }
  return Float32Array.from(out);
}

/** @param {readonly [number, number, number, number]} box */
export const size = (box) => (box[2] - box[0]) * (box[3] - box[1]);

/** @param {Float32Array} polygon @returns {Box} */
export function boxOf(polygon) {
  /** @type {[number, number, number, number]} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = 0; p < polygon.length; p += 2) {
    box[0] = Math.min(box[0], polygon[p]);
    box[1] = Math.min(box[1], polygon[p + 1]);
    box[2] = Math.max(box[2], polygon[p]);
    box[3] = Math.max(box[3], polygon[p + 1]);
  }
  return box;
}

/** Per corner, how it moves when both its sides move inwards by 1. @param {Float32Array} polygon */
export function inwardNormals(polygon) {
  const n = polygon.length / 2, out = new Float32Array(polygon.length);
  let doubleArea = 0;
  for (let i = 0; i < n; i++) {
    const j = (i + 1) % n;
    doubleArea += polygon[2 * i] * polygon[2 * j + 1] - polygon[2 * j] * polygon[2 * i + 1];
  }
  const turn = doubleArea > 0 ? 1 : -1;
  const side = (/** @type {number} */ i, /** @type {number} */ j) => {
    const dx = polygon[2 * j] - polygon[2 * i], dy = polygon[2 * j + 1] - polygon[2 * i + 1];
    const length = Math.hypot(dx, dy) || 1;
    return [-dy / length * turn, dx / length * turn];
  };
  for (let i = 0; i < n; i++) {
    const [ax, ay] = side((i + n - 1) % n, i), [bx, by] = side(i, (i + 1) % n);
    const mx = ax + bx, my = ay + by, scale = Math.min(MITRE_LIMIT, 2 / Math.max(mx * mx + my * my, 1e-3));
    out[2 * i] = mx * scale;
    out[2 * i + 1] = my * scale;
  }
  return out;
}
