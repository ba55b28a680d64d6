// @ts-check
/**
 * The forms of price categories where colours cannot tell them apart (forced colours): a disc, then
 * convex polygons on the unit circle; later categories repeat them with a hole. Used by map and legend.
 */

/** @param {number} corners @param {number} turn degrees from the right, clockwise @returns {number[]} x and y by turns */
const regular = (corners, turn) =>
  Array.from({ length: corners }, (_none, k) => (turn + (360 * k) / corners) * Math.PI / 180)
    .flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);

/** @type {readonly (number[] | null)[]} null is the disc */
const OUTLINES = [null, regular(4, 45), regular(3, -90), regular(4, 0), regular(3, 90), regular(6, 0)];

/** @typedef {{ outline: number[] | null, hasHole: boolean }} Form */

/** @param {number} category @returns {Form} */
export const formOf = (category) => ({
  outline: OUTLINES[category % OUTLINES.length],
  hasHole: Math.floor(category / OUTLINES.length) % 2 === 1,
});
