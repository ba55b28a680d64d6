// @ts-check
/**
 * The pictures of all looks at one size, made when first met. Small seats have a picture for each
 * quarter of a pixel they may stand at, so that rows stay even at any zoom.
 *
 * A key names a look: (state, or category of a free seat) × accessible × dim.
 */
import { inkOn } from "./color.js";
import { formOf } from "../forms.js";
import { drawSeat, LOOK_AVAILABLE, LOOK_MINE } from "./sprites.js";

/** @typedef {import("./raster.js").Palette} Palette */

const KINDS_BEFORE = LOOK_MINE + 1; // states; categories of free seats come after

/** @param {number} look @param {number} category @param {boolean} accessible @param {boolean} dim */
export const keyOf = (look, category, accessible, dim) =>
  (look === LOOK_AVAILABLE ? KINDS_BEFORE + category : look) * 4 + (accessible ? 2 : 0) + (dim ? 1 : 0);

export class SpriteSheet {
  pixels = new Uint32Array(1 << 16);
  /** Where a picture starts in `pixels`, or -1: by (key × phases + row) × phases + column. */
  table = new Int32Array(0);
  diameter = 0;
  side = 0;
  phases = 1;
  #used = 0;
  /** @type {Palette} */ #palette;
  /** @type {Map<number, import("./sprites.js").SeatPaint>} */ #paints = new Map();

  /** @param {Palette} palette */
  constructor(palette) {
    this.#palette = palette;
  }

  /** @param {Palette} palette */
  setPalette(palette) {
    this.#palette = palette;
    this.#paints.clear();
    this.diameter = 0;
  }

  /** Empties the sheet if seats have another size now. @param {number} wanted diameter in device pixels */
  prepare(wanted) {
    const diameter = Math.max(1.7, wanted < 12 ? Math.round(wanted * 8) / 8 : Math.round(wanted * 2) / 2);
    if (diameter === this.diameter) return;
    this.diameter = diameter;
    this.side = Math.ceil(diameter + 1.75); // soft edges, and the shift by up to half a pixel
    this.phases = diameter < 10 ? 4 : diameter < 24 ? 2 : 1;
    this.#used = 0;
    const slots = (KINDS_BEFORE + this.#palette.categories.length) * 4 * this.phases * this.phases;
    if (this.table.length !== slots) this.table = new Int32Array(slots);
    this.table.fill(-1);
  }

  /** Draws a picture that is not there yet. @param {number} key @param {number} slot of the table */
  bake(key, slot) {
    const { side, phases } = this, at = this.#used;
    if (at + side * side > this.pixels.length) {
      const larger = new Uint32Array(this.pixels.length * 2);
      larger.set(this.pixels);
      this.pixels = larger;
    }
    const column = slot % phases, row = Math.floor(slot / phases) % phases;
    const cx = (side - 1) / 2 + (column + 0.5) / phases, cy = (side - 1) / 2 + (row + 0.5) / phases;
    drawSeat(this.pixels, at, side, cx, cy, this.diameter, this.paintOf(key));
    this.#used += side * side;
    this.table[slot] = at;
    return at;
  }

  /** Asked for once per number drawn, so it is kept. @param {number} key */
  paintOf(key) {
    let paint = this.#paints.get(key);
    if (!paint) this.#paints.set(key, paint = this.#mixPaint(key));
    return paint;
  }

  /** @param {number} key @returns {import("./sprites.js").SeatPaint} */
  #mixPaint(key) {
    const kind = key >> 2, { categories, held, sold, blocked, selected, mine } = this.#palette;
    const look = kind < KINDS_BEFORE ? kind : LOOK_AVAILABLE;
    const color = [categories[kind - KINDS_BEFORE], held, sold, blocked, selected, selected, mine][look];
    const form = this.#palette.forced && look === LOOK_AVAILABLE ? formOf(kind - KINDS_BEFORE) : null;
    return { look, accessible: (key & 2) !== 0, dim: (key & 1) !== 0, color, ink: inkOn(color), form };
  }
}
