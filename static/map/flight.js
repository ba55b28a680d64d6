// @ts-check
/**
 * The camera and how it moves: at once while a finger drags, in an eased flight to a place that was
 * asked for, in a glide after a fling. Knows no clock: whoever draws says what time it is.
 *
 * Owns: the camera. Never: touches the DOM.
 */
import { between, clamp, ease, fit, glide, onPlan, pan, toScreen, zoomAbout } from "./camera.js";

/**
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {import("./camera.js").Box} Box
 * @typedef {{ top?: number, right?: number, bottom?: number, left?: number }} Insets
 * @typedef {object} House what is flown over
 * @property {Box} box
 * @property {number} pitch between two seats
 */

const PITCH_MAX = 46; // CSS pixels between seats at the closest zoom
const FLIGHT_MS = 420;
const GLIDE_END = 0.02; // pixels per ms: slower is standing still
const ROOM = 28, ROOM_NARROW = 12, NARROW = 600; // CSS pixels around the whole house
const BUTTONS = 40; // and on either side of it, for the zoom buttons

export class Flight {
  /** @type {Camera} */ camera = { x: 0, y: 0, scale: 1 };
  viewport = { width: 0, height: 0 };
  /** The whole house is shown, and stays so when the window changes. */
  isHome = true;
  /** @type {Insets} */ #insets = {};
  /** @type {House} */ #house = { box: [0, 0, 1, 1], pitch: 1 };
  /** @type {{ from: Camera, to: Camera, start: number } | null} */ #flight = null;
  /** @type {{ vx: number, vy: number, at: number } | null} */ #glide = null;
  #moved;

  /** @param {() => void} moved called after each change of the camera */
  constructor(moved) {
    this.#moved = moved;
  }

  /** @param {House} house */
  setHouse(house) {
    this.#house = house;
    this.#refit();
  }

  /** @param {Insets} insets room that something else covers, CSS pixels */
  setInsets(insets) {
    this.#insets = insets;
    this.#refit();
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    this.viewport = { width, height };
    this.#refit();
  }

  /** Pixels between two seats. */
  get gap() {
    return this.#house.pitch * this.camera.scale;
  }

  /** Where the camera is going, or stands. */
  get target() {
    return this.#flight?.to ?? this.camera;
  }

  get isFlying() {
    return this.#flight !== null;
  }

  get limits() {
    const home = this.home().scale;
    return { min: home * 0.85, max: Math.max(home, PITCH_MAX / this.#house.pitch) };
  }

  /** The camera that shows the whole house. */
  home() {
    const isNarrow = this.viewport.width < NARROW;
    return this.fitBox(this.#house.box, isNarrow ? ROOM_NARROW : ROOM, isNarrow ? 0 : BUTTONS);
  }

  /** @param {Box} box @param {number} room around it @param {number} [sides] more left and right @returns {Camera} */
  fitBox(box, room, sides = 0) {
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.#insets, { width, height } = this.viewport;
    const { x, y, scale: whole } = fit(
      box,
      { width: width - left - right - 2 * sides, height: height - top - bottom },
      room,
    );
    const scale = Math.min(whole, PITCH_MAX / this.#house.pitch);
    return { x: x - (left - right) / 2 / scale, y: y - (top - bottom) / 2 / scale, scale };
  }

  /**
   * The camera for a box at least this close; where the box is then too large to see whole, about (wx, wy).
   * @param {Box} box @param {number} gap pixels between seats @param {number} [wx] @param {number} [wy]
   */
  closeTo(box, gap, wx, wy) {
    const whole = this.fitBox(box, 36);
    const scale = Math.min(this.limits.max, Math.max(whole.scale, gap / this.#house.pitch));
    if (scale === whole.scale || wx === undefined || wy === undefined) return { ...whole, scale };
    return clamp({ x: wx, y: wy, scale }, box, this.viewport, 36);
  }

  /** The camera with a seat in the middle, at least this close. @param {number} wx @param {number} wy @param {number} gap */
  over(wx, wy, gap) {
    return { x: wx, y: wy, scale: Math.min(this.limits.max, Math.max(this.target.scale, gap / this.#house.pitch)) };
  }

  /** The least move that brings a plan point into view, or null. @param {number} wx @param {number} wy */
  revealing(wx, wy) {
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.#insets, { width, height } = this.viewport;
    const margin = Math.min(70, width / 5, height / 5);
    const [sx, sy] = toScreen(this.target, this.viewport, wx, wy);
    const dx = Math.max(0, left + margin - sx) - Math.max(0, sx - (width - right - margin));
    const dy = Math.max(0, top + margin - sy) - Math.max(0, sy - (height - bottom - margin));
    return dx === 0 && dy === 0 ? null : pan(this.target, dx, dy);
  }

  /** @param {number} dx pixels @param {number} dy */
  drag(dx, dy) {
    this.#set(pan(this.camera, dx, dy));
  }

  /** @param {number} sx @param {number} sy @param {number} factor */
  zoom(sx, sy, factor) {
    this.#flight = null;
    this.#set(zoomAbout(this.camera, this.viewport, sx, sy, factor, this.limits));
  }

  /** Goes on from where a flight leads. @param {number} sx @param {number} sy @param {number} factor @returns {Camera} */
  zoomed(sx, sy, factor) {
    return onPlan(zoomAbout(this.target, this.viewport, sx, sy, factor, this.limits), this.#house.box);
  }

  /** @param {number} wx @param {number} wy */
  centre(wx, wy) {
    this.stop();
    this.#set({ ...this.camera, x: wx, y: wy });
  }

  /** @param {Camera} to @param {number | null} now null: without a flight */
  go(to, now) {
    this.isHome = false;
    this.stop();
    if (now === null || this.viewport.width === 0) this.#put(to);
    else this.#flight = { from: this.camera, to, start: now };
  }

  /** @param {number} vx pixels per ms @param {number} vy @param {number} now */
  fling(vx, vy, now) {
    this.#glide = { vx, vy, at: now };
  }

  stop() {
    this.#flight = null;
    this.#glide = null;
  }

  /** Moves on; true while there is more to come. @param {number} now */
  advance(now) {
    if (this.#flight) {
      const { from, to, start } = this.#flight;
      const t = Math.min(1, Math.max(0, (now - start) / FLIGHT_MS));
      if (t === 1) this.#flight = null;
      this.#put(t === 1 ? to : between(from, to, ease(t)));
    } else if (this.#glide) {
      const { vx, vy, at } = this.#glide, elapsed = Math.max(0, now - at);
      const x = glide(vx, elapsed), y = glide(vy, elapsed);
      this.#glide = Math.hypot(x.velocity, y.velocity) < GLIDE_END
        ? null
        : { vx: x.velocity, vy: y.velocity, at: Math.max(now, at) };
      this.#set(pan(this.camera, x.distance, y.distance));
    }
    return this.#flight !== null || this.#glide !== null;
  }

  #refit() {
    this.#put(this.isHome ? this.home() : onPlan(this.camera, this.#house.box));
  }

  /** @param {Camera} camera */
  #set(camera) {
    this.isHome = false;
    this.#put(onPlan(camera, this.#house.box));
  }

  /** @param {Camera} camera */
  #put(camera) {
    this.camera = camera;
    this.#moved();
  }
}
