// @ts-check
/** The sums behind a chart: a scale that ends at a round number, and lines, areas and bars as SVG paths. */

/**
 * @typedef {{ width: number, height: number, left: number, right: number, top: number, bottom: number }} Frame
 * room inside an SVG; the margins hold the scales
 */

/**
 * Round numbers from 0 to at least `highest`, whole ones: seats and people are counted.
 * @param {number} highest
 * @param {number} [most] steps
 * @returns {number[]}
 */
export function ticks(highest, most = 4) {
  const rough = Math.max(1, highest) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((by) => by * power).find((by) => by >= rough - 1e-9) ?? 10 * power);
  const count = Math.max(1, Math.ceil(Math.max(1, highest) / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, n) => n * step);
}

/**
 * Where values stand in a frame.
 * @param {Frame} frame
 * @param {number} points
 * @param {number} top the highest value of the scale
 */
export function scaleOf(frame, points, top) {
  const width = frame.width - frame.left - frame.right, height = frame.height - frame.top - frame.bottom;
  const slot = width / Math.max(1, points);
  return {
    slot,
    /** The middle of a point's slot. @param {number} n */
    x: (n) => frame.left + slot * (n + 0.5),
    /** @param {number} value */
    y: (value) => frame.top + height - (height * Math.max(0, value)) / Math.max(1, top),
    base: frame.top + height,
    /** The point nearest to a place. @param {number} px */
    at: (px) => Math.max(0, Math.min(points - 1, Math.floor((px - frame.left) / slot))),
  };
}

/** @typedef {ReturnType<typeof scaleOf>} Scale */

const digits = (/** @type {number} */ value) => String(Math.round(value * 10) / 10);

/** @param {readonly number[]} values @param {Scale} scale */
export const linePath = (values, scale) =>
  values.map((value, n) => `${n ? "L" : "M"}${digits(scale.x(n))} ${digits(scale.y(value))}`).join("");

/** @param {readonly number[]} values @param {Scale} scale */
export function areaPath(values, scale) {
  if (!values.length) return "";
  const first = digits(scale.x(0)), last = digits(scale.x(values.length - 1)), base = digits(scale.base);
  return `${linePath(values, scale)}L${last} ${base}L${first} ${base}Z`;
}

/** Bars side by side, `place` of `of` in each slot. @param {readonly number[]} values @param {Scale} scale @param {number} [place] @param {number} [of] */
export function barPath(values, scale, place = 0, of = 1) {
  const gap = Math.min(2, scale.slot * 0.2), width = Math.max(0.5, (scale.slot - gap) / of);
  return values.map((value, n) => {
    if (value <= 0) return "";
    const left = scale.x(n) - scale.slot / 2 + gap / 2 + place * width;
    return `M${digits(left)} ${digits(scale.base)}V${digits(scale.y(value))}h${digits(width)}V${digits(scale.base)}Z`;
  }).join("");
}
