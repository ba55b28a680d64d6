// @ts-check
/**
 * How a seat looks: a shape for each state, so that colour is never the only sign, drawn from
 * distance formulas into premultiplied pixels.
 *
 * available: disc · accessible: rounded square with a wheelchair · held: ring · taken: small cross ·
 * blocked: hatching · selected: disc with an inner ring · reserving: broken ring · mine: disc with a tick
 */

export const LOOK_AVAILABLE = 0, LOOK_HELD = 1, LOOK_SOLD = 2, LOOK_BLOCKED = 3;
export const LOOK_SELECTED = 4, LOOK_RESERVING = 5, LOOK_MINE = 6;

/**
 * @typedef {import("./color.js").Rgb} Rgb
 * @typedef {object} SeatPaint
 * @property {number} look
 * @property {boolean} accessible
 * @property {import("../forms.js").Form | null} [form] of its category, where colour does not tell it
 * @property {boolean} dim outside the filter
 * @property {Rgb} color
 * @property {Rgb} ink what is drawn on the colour
 *
 * @typedef {(x: number, y: number) => number} Distance below 0 inside, in pixels
 */

const DIM = 0.2;
/** Below this diameter in pixels a shape cannot be read, so size and colour carry the state. */
export const SHAPE_MIN = 6;

/**
 * @param {Uint32Array} out
 * @param {number} at first pixel
 * @param {number} side pixels
 * @param {number} cx centre, in pixels from the corner
 * @param {number} cy
 * @param {number} diameter pixels
 * @param {SeatPaint} paint
 */
export function drawSeat(out, at, side, cx, cy, diameter, paint) {
  const layers = diameter < SHAPE_MIN ? pointLayers(diameter, paint) : shapeLayers(diameter, paint);
  const strength = paint.dim ? DIM : 1;
  for (let py = 0; py < side; py++) {
    for (let px = 0; px < side; px++) {
      const x = px + 0.5 - cx, y = py + 0.5 - cy;
      let r = 0, g = 0, b = 0, a = 0;
      for (const { shape, color, alpha } of layers) {
        const cover = Math.min(1, Math.max(0, 0.5 - shape(x, y))) * alpha;
        if (cover === 0) continue;
        r = r * (1 - cover) + (color & 255) * cover;
        g = g * (1 - cover) + ((color >> 8) & 255) * cover;
        b = b * (1 - cover) + ((color >> 16) & 255) * cover;
        a = a * (1 - cover) + cover;
      }
      const alpha = Math.round(a * strength * 255);
      out[at + py * side + px] = alpha === 0
        ? 0
        : ((alpha << 24) | (Math.round(b * strength) << 16) | (Math.round(g * strength) << 8) |
          Math.round(r * strength)) >>> 0;
    }
  }
}

/** @typedef {{ shape: Distance, color: Rgb, alpha: number }} Layer */

/** @param {number} d @param {SeatPaint} paint @returns {Layer[]} */
function pointLayers(d, { look, accessible, color }) {
  const r = d / 2;
  switch (look) {
    case LOOK_HELD:
      return [{ shape: disc(r * 0.9), color, alpha: 0.7 }];
    case LOOK_SOLD:
    case LOOK_BLOCKED:
      return [{ shape: disc(Math.max(0.7, r * 0.62)), color, alpha: 0.75 }];
    case LOOK_AVAILABLE:
      return [{ shape: accessible ? box(r, r * 0.3) : disc(r), color, alpha: 1 }];
    default:
      return [{ shape: disc(r), color, alpha: 1 }];
  }
}

/** @param {number} d @param {SeatPaint} paint @returns {Layer[]} */
function shapeLayers(d, { look, accessible, color, ink, form }) {
  const r = d / 2;
  const body = accessible ? box(r * 0.96, r * 0.42) : form ? formed(form, r) : disc(r);
  switch (look) {
    case LOOK_HELD:
      return [{ shape: outline(body, Math.max(1.1, d * 0.13)), color, alpha: 1 }];
    case LOOK_SOLD:
      return [{ shape: cross(r * 0.42, Math.max(1, d * 0.1)), color, alpha: 1 }];
    case LOOK_BLOCKED:
      return [
        { shape: both(grown(body, -d * 0.04), stripes(Math.max(3, d * 0.26))), color, alpha: 0.9 },
      ];
    case LOOK_RESERVING:
      return [
        { shape: body, color, alpha: 0.22 },
        { shape: both(outline(body, Math.max(1.4, d * 0.16)), wedges()), color, alpha: 1 },
      ];
    case LOOK_SELECTED:
      return [
        { shape: body, color, alpha: 1 },
        d < 12
          ? { shape: disc(r * 0.38), color: ink, alpha: 1 }
          : { shape: outline(grown(body, -d * 0.05), Math.max(1, d * 0.05)), color: ink, alpha: 0.95 },
      ];
    case LOOK_MINE:
      return [{ shape: body, color, alpha: 1 }, { shape: tick(r, Math.max(1.3, d * 0.12)), color: ink, alpha: 1 }];
    default: {
      const layers = [{ shape: body, color, alpha: 1 }];
      if (accessible && d >= 9) layers.push({ shape: wheelchair(r * 0.98), color: ink, alpha: 1 });
      return layers;
    }
  }
}

/** @param {number} r @returns {Distance} */
const disc = (r) => (x, y) => Math.sqrt(x * x + y * y) - r;

/** @param {import("../forms.js").Form} form @param {number} r @returns {Distance} */
function formed({ outline, hasHole }, r) {
  const solid = outline ? polygon(outline, r) : disc(r);
  return hasHole ? (x, y) => Math.max(solid(x, y), r * 0.3 - Math.hypot(x, y)) : solid;
}

/** A convex polygon about the middle, by its sides. @param {number[]} outline @param {number} r @returns {Distance} */
function polygon(outline, r) {
  /** @type {[nx: number, ny: number, off: number][]} */
  const sides = [];
  for (let k = 0; k < outline.length; k += 2) {
    const [ax, ay, bx, by] = [0, 1, 2, 3].map((step) => outline[(k + step) % outline.length]);
    const length = Math.hypot(ax + bx, ay + by);
    sides.push([(ax + bx) / length, (ay + by) / length, (length / 2) * r]);
  }
  return (x, y) => sides.reduce((most, [nx, ny, off]) => Math.max(most, nx * x + ny * y - off), -Infinity);
}

/** A square of half side `r` with round corners. @param {number} r @param {number} corner @returns {Distance} */
const box = (r, corner) => (x, y) => {
  const qx = Math.abs(x) - r + corner, qy = Math.abs(y) - r + corner;
  return Math.hypot(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0) - corner;
};

/** A band of `width` just inside the shape. @param {Distance} shape @param {number} width @returns {Distance} */
const outline = (shape, width) => (x, y) => Math.abs(shape(x, y) + width / 2) - width / 2;

/** @param {Distance} shape @param {number} by @returns {Distance} */
const grown = (shape, by) => (x, y) => shape(x, y) - by;

/** @param {Distance} a @param {Distance} b @returns {Distance} */
const both = (a, b) => (x, y) => Math.max(a(x, y), b(x, y));

/** @param {Distance[]} shapes @returns {Distance} */
const any = (...shapes) => (x, y) => Math.min(...shapes.map((shape) => shape(x, y)));

/** @param {number} ax @param {number} ay @param {number} bx @param {number} by @param {number} width @returns {Distance} */
const line = (ax, ay, bx, by, width) => (x, y) => {
  const dx = bx - ax, dy = by - ay;
  const t = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy) - width / 2;
};

/** @param {number} arm @param {number} width */
const cross = (arm, width) => any(line(-arm, -arm, arm, arm, width), line(-arm, arm, arm, -arm, width));

/** @param {number} r @param {number} width */
const tick = (r, width) =>
  any(line(-r * 0.45, r * 0.02, -r * 0.1, r * 0.38, width), line(-r * 0.1, r * 0.38, r * 0.48, -r * 0.34, width));

/** @param {number} period @returns {Distance} */
const stripes = (period) => (x, y) => {
  const along = (((x + y) * Math.SQRT1_2) % period + period) % period;
  return Math.abs(along - period / 2) - period * 0.22;
};

/** Three of six sectors. @returns {Distance} */
const wedges = () => (x, y) => {
  const angle = Math.atan2(y, x), third = (2 * Math.PI) / 3;
  const off = Math.abs(((angle % third) + third) % third - third / 2) - third * 0.31;
  return off * Math.hypot(x, y);
};

/** @param {number} r @returns {Distance} */
function wheelchair(r) {
  const width = Math.max(1, r * 0.17);
  const wheel = (/** @type {number} */ x, /** @type {number} */ y) => {
    const wx = x + r * 0.06, wy = y - r * 0.22;
    const ring = Math.abs(Math.hypot(wx, wy) - r * 0.36) - width / 2;
    return Math.max(ring, (wx - wy) * 0.7 - r * 0.2);
  };
  return any(
    (x, y) => Math.hypot(x + r * 0.08, y + r * 0.58) - r * 0.14,
    line(-r * 0.08, -r * 0.36, -r * 0.06, r * 0.06, width),
    line(-r * 0.08, -r * 0.16, r * 0.26, -r * 0.16, width),
    line(-r * 0.06, r * 0.06, r * 0.28, r * 0.06, width),
    line(r * 0.28, r * 0.06, r * 0.44, r * 0.5, width),
    wheel,
  );
}
