// @ts-check
/** Colours as 0xBBGGRR, the byte order of canvas pixels, and the sums done with them. */

/** @typedef {number} Rgb 0xBBGGRR */

/** @param {number} r @param {number} g @param {number} b @returns {Rgb} */
export const rgb = (r, g, b) => (b << 16) | (g << 8) | r;

/** @param {string} text `#rgb` or `#rrggbb` @returns {Rgb | null} */
export function parseHex(text) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(text);
  const hex = short ? short.slice(1).map((digit) => digit + digit).join("") : /^#([0-9a-f]{6})$/i.exec(text)?.[1];
  if (!hex) return null;
  return rgb(parseInt(hex.slice(0, 2), 16), parseInt(hex.slice(2, 4), 16), parseInt(hex.slice(4, 6), 16));
}

/** @param {Rgb} color */
export const toCss = (color) => `rgb(${color & 255} ${(color >> 8) & 255} ${(color >> 16) & 255})`;

/** @param {Rgb} from @param {Rgb} to @param {number} amount 0 to 1 @returns {Rgb} */
export function mix(from, to, amount) {
  const part = (/** @type {number} */ shift) => {
    const a = (from >> shift) & 255, b = (to >> shift) & 255;
    return Math.round(a + (b - a) * amount) << shift;
  };
  return part(0) | part(8) | part(16);
}

/** WCAG 2 relative luminance. @param {Rgb} color */
export function luminance(color) {
  const part = (/** @type {number} */ shift) => {
    const c = ((color >> shift) & 255) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(0) + 0.7152 * part(8) + 0.0722 * part(16);
}

/** WCAG 2 contrast ratio, 1 to 21. @param {Rgb} a @param {Rgb} b */
export function contrast(a, b) {
  const la = luminance(a), lb = luminance(b);
  return (Math.max(la, lb) + 0.05) / (Math.min(la, lb) + 0.05);
}

const BLACK = 0x000000, WHITE = 0xffffff;

/**
 * The colour, moved until it stands out from `ground` by `ratio`: darker on light ground; on dark
 * ground first to its full strength, which keeps the hue, and only then towards white.
 * @param {Rgb} color @param {Rgb} ground @param {number} ratio @returns {Rgb}
 */
export function legible(color, ground, ratio) {
  const isLight = luminance(ground) > 0.18;
  const way = isLight ? [color, BLACK] : [color, fullStrength(color), WHITE];
  for (let leg = 0; leg + 1 < way.length; leg++) {
    for (let amount = 0; amount < 1; amount += 0.05) {
      const next = mix(way[leg], way[leg + 1], amount);
      if (contrast(next, ground) >= ratio) return next;
    }
  }
  return isLight ? BLACK : WHITE;
}

/** The lightest colour of the same hue and saturation. @param {Rgb} color @returns {Rgb} */
function fullStrength(color) {
  const parts = [color & 255, (color >> 8) & 255, (color >> 16) & 255];
  const scale = 255 / Math.max(...parts, 1);
  return rgb(Math.round(parts[0] * scale), Math.round(parts[1] * scale), Math.round(parts[2] * scale));
}

const INK = rgb(16, 20, 28);

/** White where it can be read (WCAG 1.4.3), else near-black. @param {Rgb} ground @returns {Rgb} */
export const inkOn = (ground) =>
  contrast(ground, WHITE) >= 4.5 || contrast(ground, WHITE) > contrast(ground, INK) ? WHITE : INK;

/** Distinct for colour-blind eyes too (after Okabe and Ito); for plans that bring no colours. */
const SPARE = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#7a5cc4", "#8c7a00"];
const SAME = 36; // closer than this in summed channel distance, two categories look alike

/**
 * One colour per category: the plan's own where it is usable, else a spare one; all legible.
 * @param {readonly string[]} wanted @param {Rgb} ground @param {number} [ratio] of contrast @returns {Rgb[]}
 */
export function categoryColors(wanted, ground, ratio = 3) {
  /** @type {Rgb[]} */
  const taken = [];
  let spare = 0;
  for (const text of wanted) {
    let color = parseHex(text);
    if (
      color !== null && wanted.length > 1 &&
      (isGrey(color) || taken.some((other) => distance(other, /** @type {Rgb} */ (color)) < SAME))
    ) {
      color = null;
    }
    taken.push(color ?? /** @type {Rgb} */ (parseHex(SPARE[spare++ % SPARE.length])));
  }
  return taken.map((color) => legible(color, ground, ratio));
}

/** @param {Rgb} color */
function isGrey(color) {
  const r = color & 255, g = (color >> 8) & 255, b = (color >> 16) & 255;
  return Math.max(r, g, b) - Math.min(r, g, b) < 16;
}

/** @param {Rgb} a @param {Rgb} b */
const distance = (a, b) => [0, 8, 16].reduce((sum, s) => sum + Math.abs(((a >> s) & 255) - ((b >> s) & 255)), 0);
