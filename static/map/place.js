// @ts-check
/**
 * Where a section's name goes: the roomiest point inside its outline, as after Mapbox's polylabel
 * (a search over ever smaller squares).
 */

/** @typedef {{ x: number, y: number, room: number }} Spot `room` is the distance to the nearest side */

/**
 * @param {Float32Array} outline x and y by turns
 * @param {readonly [number, number, number, number]} box
 * @returns {Spot}
 */
export function roomiest(outline, box) {
  const width = box[2] - box[0], height = box[3] - box[1];
  const middle = spot(outline, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2);
  if (outline.length < 6 || width <= 0 || height <= 0) return { ...middle, room: Math.min(width, height) / 2 };
  const precision = Math.max(width, height) / 100;
  let half = Math.min(width, height) / 2;
  /** @type {{ spot: Spot, half: number }[]} */
  let squares = [];
  for (let x = box[0] + half; x < box[2] + half; x += half * 2) {
    for (let y = box[1] + half; y < box[3] + half; y += half * 2) squares.push({ spot: spot(outline, x, y), half });
  }
  let best = middle;
  while (squares.length > 0) {
    for (const square of squares) if (square.spot.room > best.room) best = square.spot;
    half /= 2;
    // A square's corner is half × √2 from its centre: no point in it has more room than this.
    const worth = squares.filter((square) => square.spot.room + square.half * Math.SQRT2 > best.room + precision);
    squares = worth.flatMap(({ spot: { x, y } }) =>
      [[-half, -half], [half, -half], [-half, half], [half, half]].map(([dx, dy]) => ({
        spot: spot(outline, x + dx, y + dy),
        half,
      }))
    );
  }
  // The middle looks better than a corner that is hardly roomier.
  return middle.room > best.room * 0.85 ? middle : best;
}

/**
 * Where a section's edge is furthest from what people look at: its name tag sits there when seats fill it.
 * @param {Float32Array} outline @param {readonly [number, number, number, number]} box
 * @param {readonly [number, number] | null} focus
 * @returns {{ x: number, y: number, dx: number, dy: number }} the place and the way out of the section
 */
export function backEdge(outline, box, focus) {
  const from = { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 };
  let dx = focus ? from.x - focus[0] : 0, dy = focus ? from.y - focus[1] : -1;
  // Tags are level, so they go above, below or beside: the diagonal ones would cut corners.
  if (Math.abs(dx) > 2.2 * Math.abs(dy)) dx = Math.sign(dx), dy = 0;
  else dx = 0, dy = Math.sign(dy) || -1;
  let far = -Infinity;
  for (let p = 0; p < outline.length; p += 2) {
    const q = (p + 2) % outline.length;
    const ax = outline[p] - from.x,
      ay = outline[p + 1] - from.y,
      bx = outline[q] - from.x,
      by = outline[q + 1] - from.y;
    const sideA = dx * ay - dy * ax, sideB = dx * by - dy * bx;
    if (sideA > 0 === sideB > 0) continue;
    const t = sideA / (sideA - sideB);
    far = Math.max(far, (ax + (bx - ax) * t) * dx + (ay + (by - ay) * t) * dy);
  }
  if (far === -Infinity) far = 0;
  return { x: from.x + dx * far, y: from.y + dy * far, dx, dy };
}

/** @param {Float32Array} outline @param {number} x @param {number} y @returns {Spot} */
const spot = (outline, x, y) => ({ x, y, room: signedDistance(outline, x, y) });

/**
 * Distance to the nearest side, negative outside.
 * @param {Float32Array} outline @param {number} x @param {number} y
 */
export function signedDistance(outline, x, y) {
  let inside = false, nearest = Infinity;
  let ax = outline[outline.length - 2], ay = outline[outline.length - 1];
  for (let p = 0; p < outline.length; p += 2) {
    const bx = outline[p], by = outline[p + 1];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
    const dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy;
    const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square));
    nearest = Math.min(nearest, Math.hypot(x - ax - t * dx, y - ay - t * dy));
    ax = bx;
    ay = by;
  }
  return inside ? nearest : -nearest;
}
