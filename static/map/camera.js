// @ts-check
/**
 * Where the viewer stands: which plan point is in the middle and how large it is drawn.
 * Plain values in, plain values out; lengths on screen are CSS pixels.
 */

/**
 * @typedef {{ x: number, y: number, scale: number }} Camera plan point in the middle, pixels per plan unit
 * @typedef {{ width: number, height: number }} Viewport
 * @typedef {readonly [left: number, top: number, right: number, bottom: number]} Box
 * @typedef {{ min: number, max: number }} Limits of the scale
 */

/** @param {Camera} camera @param {Viewport} viewport @param {number} wx @param {number} wy @returns {[number, number]} */
export const toScreen = (camera, viewport, wx, wy) => [
  (wx - camera.x) * camera.scale + viewport.width / 2,
  (wy - camera.y) * camera.scale + viewport.height / 2,
];

/** @param {Camera} camera @param {Viewport} viewport @param {number} sx @param {number} sy @returns {[number, number]} */
export const toWorld = (camera, viewport, sx, sy) => [
  (sx - viewport.width / 2) / camera.scale + camera.x,
  (sy - viewport.height / 2) / camera.scale + camera.y,
];

/** The plan box that is in view. @param {Camera} camera @param {Viewport} viewport @returns {Box} */
export function visible(camera, viewport) {
  const halfWidth = viewport.width / 2 / camera.scale, halfHeight = viewport.height / 2 / camera.scale;
  return [camera.x - halfWidth, camera.y - halfHeight, camera.x + halfWidth, camera.y + halfHeight];
}

/** Shows a whole box with room around it. @param {Box} box @param {Viewport} viewport @param {number} padding @returns {Camera} */
export function fit(box, viewport, padding) {
  const width = Math.max(box[2] - box[0], 1e-6), height = Math.max(box[3] - box[1], 1e-6);
  const scale = Math.min(
    Math.max(viewport.width - 2 * padding, 1) / width,
    Math.max(viewport.height - 2 * padding, 1) / height,
  );
  return { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, scale };
}

/** @param {Camera} camera @param {number} dx pixels the picture moves @param {number} dy @returns {Camera} */
export const pan = (camera, dx, dy) => ({
  x: camera.x - dx / camera.scale,
  y: camera.y - dy / camera.scale,
  scale: camera.scale,
});

/**
 * Zooms so that the plan point under (sx, sy) stays there.
 * @param {Camera} camera @param {Viewport} viewport @param {number} sx @param {number} sy
 * @param {number} factor @param {Limits} limits
 * @returns {Camera}
 */
export function zoomAbout(camera, viewport, sx, sy, factor, limits) {
  const scale = Math.min(limits.max, Math.max(limits.min, camera.scale * factor));
  const [wx, wy] = toWorld(camera, viewport, sx, sy);
  return {
    x: wx - (sx - viewport.width / 2) / scale,
    y: wy - (sy - viewport.height / 2) / scale,
    scale,
  };
}

/**
 * Keeps the plan in reach: along an axis where it is smaller than the view it is centred, else no
 * more than `slack` of empty view may show beside it.
 * @param {Camera} camera @param {Box} box @param {Viewport} viewport @param {number} slack pixels
 * @returns {Camera}
 */
export function clamp(camera, box, viewport, slack) {
  return {
    x: clampAxis(camera.x, box[0], box[2], viewport.width / camera.scale, slack / camera.scale),
    y: clampAxis(camera.y, box[1], box[3], viewport.height / camera.scale, slack / camera.scale),
    scale: camera.scale,
  };
}

/** @param {number} middle @param {number} low @param {number} high @param {number} span @param {number} slack */
function clampAxis(middle, low, high, span, slack) {
  const least = low - slack + span / 2, most = high + slack - span / 2;
  return least > most ? (low + high) / 2 : Math.min(most, Math.max(least, middle));
}

/**
 * The camera `t` of the way from one to another. The scale moves evenly by ratio, and the middle so
 * that the one plan point both cameras draw at the same place stays there all the way.
 * @param {Camera} from @param {Camera} to @param {number} t 0 to 1 @returns {Camera}
 */
export function between(from, to, t) {
  const scale = from.scale * Math.pow(to.scale / from.scale, t);
  const span = 1 / from.scale - 1 / to.scale;
  const part = Math.abs(span) * from.scale < 1e-3 ? t : (1 / from.scale - 1 / scale) / span;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part, scale };
}

/** Slow, fast, slow. @param {number} t */
export const ease = (t) => (t < 0.5 ? 4 * t * t * t : 1 - Math.pow(-2 * t + 2, 3) / 2);

/** Keeps the middle of the view on the plan; so loose that zooming stays about the pointer. @param {Camera} camera @param {Box} box @returns {Camera} */
export const onPlan = ({ x, y, scale }, [left, top, right, bottom]) => ({
  x: Math.min(right, Math.max(left, x)),
  y: Math.min(bottom, Math.max(top, y)),
  scale,
});

const GLIDE_DECAY_MS = 325; // the feel of iOS scrolling: velocity falls to 1/e in this time

/**
 * How far a released drag still runs in `elapsedMs`, and how fast it is then.
 * @param {number} velocity pixels per ms @param {number} elapsedMs
 * @returns {{ distance: number, velocity: number }}
 */
export function glide(velocity, elapsedMs) {
  const rest = Math.exp(-elapsedMs / GLIDE_DECAY_MS);
  return { distance: velocity * GLIDE_DECAY_MS * (1 - rest), velocity: velocity * rest };
}
