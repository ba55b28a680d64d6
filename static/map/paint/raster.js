// @ts-check
/**
 * Draws the house into one 32-bit bitmap: first the ground (floor, sections, drawn areas), over it a
 * small picture per seat. Typed arrays in, typed arrays out. Seats are blended at quarter-pixel
 * places, so that rows stay even at any zoom.
 *
 * Owns: the bitmap, the sprite sheet. Never: touches a canvas, decides when to draw.
 */
import { ACCESSIBLE } from "../../state/geometry.js";
import { Ground } from "../ground.js";
import { levelOf, LOD_NUMBERS, LOD_POINTS, LOD_SECTIONS } from "../levels.js";
import { keyOf, SpriteSheet } from "./sprite-sheet.js";
import {
  LOOK_AVAILABLE,
  LOOK_BLOCKED,
  LOOK_HELD,
  LOOK_MINE,
  LOOK_RESERVING,
  LOOK_SELECTED,
  LOOK_SOLD,
} from "./sprites.js";

/**
 * @typedef {import("../../state/seat-store.js").SeatStore} SeatStore
 * @typedef {import("./color.js").Rgb} Rgb
 * @typedef {object} Palette
 * @property {Rgb} ground
 * @property {Rgb} section
 * @property {Rgb} edge of a section
 * @property {Rgb} held
 * @property {Rgb} sold
 * @property {Rgb} blocked
 * @property {Rgb} selected
 * @property {Rgb} mine
 * @property {Rgb} stage
 * @property {Rgb} heat of a section that is full
 * @property {Rgb[]} categories
 * @property {boolean} [forced] colours do not tell categories apart, forms must
 *
 * @typedef {{ categories: ReadonlySet<number> | null, accessible: boolean }} Filter
 * @typedef {{ k: number, ox: number, oy: number, dpr: number }} View device pixel = plan × k + offset
 * @typedef {{ height: number, glyph(char: string): Glyph | null }} GlyphSheet
 * @typedef {{ width: number, height: number, cover: Uint8Array }} Glyph
 */

const SEAT_FILL = 0.8; // of the pitch
const SEAT_MAX = 34; // CSS pixels
const LOOK_OF_STATUS = [LOOK_AVAILABLE, LOOK_HELD, LOOK_SOLD, LOOK_BLOCKED];
const LOOK_OF_MARK = [-1, LOOK_SELECTED, LOOK_RESERVING, LOOK_MINE];
const REDRAW_LIMIT = 1500; // more seats than this in one go are cheaper drawn anew

export class Raster {
  #store;
  #ground;
  #sheet;
  /** What to draw per seat: a key of the sprite sheet. */
  #keys;
  /** @type {Filter} */ #filter = { categories: null, accessible: false };
  /** @type {GlyphSheet | null} */ #glyphs = null;
  #width = 0;
  #height = 0;
  #under = new Uint32Array(0);
  #pixels = new Uint32Array(0);
  /** @type {View} */ #view = { k: 1, ox: 0, oy: 0, dpr: 1 };
  #floor = -1;
  #level = LOD_SECTIONS;

  /** @param {SeatStore} store @param {Palette} palette */
  constructor(store, palette) {
    this.#store = store;
    this.#ground = new Ground(store, palette);
    this.#sheet = new SpriteSheet(palette);
    this.#keys = new Uint16Array(store.count);
    this.update(null);
  }

  get level() {
    return this.#level;
  }
  /** Diameter of a seat in device pixels. */
  get diameter() {
    return this.#sheet.diameter;
  }

  /**
   * @param {number} width device pixels @param {number} height
   * @returns {Uint8ClampedArray<ArrayBuffer>} the bitmap, as ImageData wants it
   */
  resize(width, height) {
    this.#width = width;
    this.#height = height;
    this.#under = new Uint32Array(width * height);
    this.#pixels = new Uint32Array(width * height);
    return new Uint8ClampedArray(this.#pixels.buffer);
  }

  /** @param {Palette} palette */
  setPalette(palette) {
    this.#ground.setPalette(palette);
    this.#sheet.setPalette(palette);
  }

  /** @param {Filter} filter */
  setFilter(filter) {
    this.#filter = filter;
    this.#ground.setFilter(filter);
    this.update(null);
  }

  /** @param {readonly number[] | null} heat 0 to 1 by section @returns {boolean} whether the ground looks different now */
  setHeat(heat) {
    this.#ground.setHeat(heat);
    return this.#store.sections.some((_, s) => !this.#ground.isCurrent(s));
  }

  /** @param {GlyphSheet | null} glyphs for seat numbers */
  setGlyphs(glyphs) {
    this.#glyphs = glyphs;
  }

  /** What lies under a section's name. @param {number} section */
  fillOf(section) {
    return this.#ground.fillOf(section);
  }

  /** Draws everything. @param {View} view @param {number} [floor] only this one */
  draw(view, floor = -1) {
    this.#view = view;
    this.#floor = floor;
    const pitch = this.#store.pitch * view.k;
    this.#level = levelOf(pitch / view.dpr);
    this.#sheet.prepare(Math.min(pitch * SEAT_FILL, SEAT_MAX * view.dpr));
    this.#ground.draw({ pixels: this.#under, width: this.#width, height: this.#height }, view, floor);
    this.#pixels.set(this.#under);
    if (this.#level === LOD_SECTIONS) return;
    const { sections } = this.#store;
    const reach = this.#sheet.side / view.k;
    const left = -view.ox / view.k - reach, right = (this.#width - view.ox) / view.k + reach;
    const top = -view.oy / view.k - reach, bottom = (this.#height - view.oy) / view.k + reach;
    for (const section of sections) {
      if (floor >= 0 && section.floor !== floor) continue;
      const [x0, y0, x1, y1] = section.box;
      if (x1 < left || x0 > right || y1 < top || y0 > bottom) continue;
      this.#drawRange(section.first, section.first + section.count);
    }
  }

  /** Takes note of new states without drawing. @param {ArrayLike<number> | null} indexes null: of all seats */
  update(indexes) {
    if (indexes) { for (let n = 0; n < indexes.length; n++) this.#key(indexes[n]); }
    else for (let i = 0; i < this.#store.count; i++) this.#key(i);
  }

  /**
   * Draws again what changed, in the view last drawn.
   * @param {ArrayLike<number>} indexes
   * @returns {Int32Array | null} x, y, width, height by turns, in device pixels; null: draw everything
   */
  redraw(indexes) {
    this.update(indexes);
    let visibleCount = 0;
    const { x, y, section, sections } = this.#store,
      { k, ox, oy } = this.#view,
      floor = this.#floor,
      { side } = this.#sheet;
    const near = new Int32Array(indexes.length);
    for (let n = 0; n < indexes.length; n++) {
      const i = indexes[n];
      if (floor >= 0 && sections[section[i]].floor !== floor) continue;
      if (this.#level <= LOD_POINTS && !this.#ground.isCurrent(section[i])) return null;
      const sx = x[i] * k + ox, sy = y[i] * k + oy;
      if (sx < -side || sy < -side || sx > this.#width + side || sy > this.#height + side) {
        continue;
      }
      near[visibleCount++] = i;
    }
    if (this.#level === LOD_SECTIONS) return new Int32Array(0);
    if (visibleCount > REDRAW_LIMIT) return null;
    const rects = new Int32Array(visibleCount * 4);
    let used = 0;
    for (let n = 0; n < visibleCount; n++) used = this.#redrawOne(near[n], rects, used);
    return rects.subarray(0, used);
  }

  /** @param {number} i @param {Int32Array} rects @param {number} used */
  #redrawOne(i, rects, used) {
    const { x, y, grid, section, sections } = this.#store, { k, ox, oy } = this.#view, { side } = this.#sheet;
    const x0 = Math.max(0, Math.floor(x[i] * k + ox - (side - 1) / 2)),
      y0 = Math.max(0, Math.floor(y[i] * k + oy - (side - 1) / 2));
    const x1 = Math.min(this.#width, x0 + side + 1), y1 = Math.min(this.#height, y0 + side + 1);
    if (x0 >= x1 || y0 >= y1) return used;
    for (let row = y0; row < y1; row++) {
      const at = row * this.#width;
      this.#pixels.set(this.#under.subarray(at + x0, at + x1), at + x0);
    }
    // Neighbours may reach into the box, so all that touch it are drawn again, cut to it.
    const reach = (side / 2 + 1) / k;
    grid.within(
      (x0 - ox) / k - reach,
      (y0 - oy) / k - reach,
      (x1 - ox) / k + reach,
      (y1 - oy) / k + reach,
      (other) => {
        if (this.#floor < 0 || sections[section[other]].floor === this.#floor) this.#blit(other, x0, y0, x1, y1);
      },
    );
    rects[used] = x0;
    rects[used + 1] = y0;
    rects[used + 2] = x1 - x0;
    rects[used + 3] = y1 - y0;
    return used + 4;
  }

  /** The hot loop: every visible seat of a full redraw passes here. @param {number} from @param {number} to */
  #drawRange(from, to) {
    const { x, y } = this.#store, { k, ox, oy } = this.#view;
    const sheet = this.#sheet, { side, phases } = sheet, half = (side - 1) / 2;
    const width = this.#width, height = this.#height, pixels = this.#pixels, keys = this.#keys;
    const numbers = this.#level === LOD_NUMBERS;
    let { table, pixels: pictures } = sheet;
    for (let i = from; i < to; i++) {
      const px = x[i] * k + ox - half, py = y[i] * k + oy - half;
      if (px < -side || py < -side || px >= width || py >= height) continue;
      const left = Math.floor(px), top = Math.floor(py);
      if (left < 0 || top < 0 || left + side > width || top + side > height) {
        this.#blit(i, 0, 0, width, height);
        continue;
      }
      const slot = (keys[i] * phases + ((py - top) * phases | 0)) * phases + ((px - left) * phases | 0);
      let at = table[slot];
      if (at < 0) {
        at = sheet.bake(keys[i], slot);
        ({ table, pixels: pictures } = sheet);
      }
      let to = top * width + left;
      for (let row = 0; row < side; row++, to += width - side) {
        const end = to + side;
        for (; to < end; to++, at++) {
          const over = pictures[at];
          if (over === 0) continue;
          if (over >= 0xff000000) pixels[to] = over;
          else {
            const under = pixels[to], rest = 256 - (over >>> 24);
            const redBlue = (over & 0xff00ff) + ((Math.imul(under & 0xff00ff, rest) >>> 8) & 0xff00ff);
            const green = (over & 0x00ff00) + ((Math.imul(under & 0x00ff00, rest) >>> 8) & 0x00ff00);
            pixels[to] = 0xff000000 | redBlue | green;
          }
        }
      }
      if (numbers) this.#number(i, 0, 0, width, height);
    }
  }

  /** One seat, cut to a box. @param {number} i @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
  #blit(i, x0, y0, x1, y1) {
    const { x, y } = this.#store, { k, ox, oy } = this.#view;
    const sheet = this.#sheet, { side, phases } = sheet;
    const px = x[i] * k + ox - (side - 1) / 2, py = y[i] * k + oy - (side - 1) / 2;
    const left = Math.floor(px), top = Math.floor(py);
    const slot = (this.#keys[i] * phases + ((py - top) * phases | 0)) * phases + ((px - left) * phases | 0);
    let at = sheet.table[slot];
    if (at < 0) at = sheet.bake(this.#keys[i], slot);
    const c1 = Math.min(x1, left + side), r1 = Math.min(y1, top + side);
    for (let r = Math.max(y0, top); r < r1; r++) {
      for (let c = Math.max(x0, left); c < c1; c++) {
        const over = sheet.pixels[at + (r - top) * side + (c - left)];
        if (over !== 0) this.#blend(r * this.#width + c, over);
      }
    }
    if (this.#level === LOD_NUMBERS) this.#number(i, x0, y0, x1, y1);
  }

  /** @param {number} to @param {number} over premultiplied */
  #blend(to, over) {
    const under = this.#pixels[to], rest = 256 - (over >>> 24);
    const redBlue = (over & 0xff00ff) + ((Math.imul(under & 0xff00ff, rest) >>> 8) & 0xff00ff);
    const green = (over & 0x00ff00) + ((Math.imul(under & 0x00ff00, rest) >>> 8) & 0x00ff00);
    this.#pixels[to] = 0xff000000 | redBlue | green;
  }

  /** Writes the seat's label onto it; its row stands at the row's end. @param {number} i @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
  #number(i, x0, y0, x1, y1) {
    const glyphs = this.#glyphs, { mark, status, flags } = this.#store;
    if (!glyphs || mark[i] > 1 || (mark[i] === 0 && (status[i] !== 0 || (flags[i] & ACCESSIBLE) !== 0))) return;
    if (this.#isDim(i)) return;
    const text = this.#store.seatLabel(i);
    let width = 0;
    for (const char of text) width += glyphs.glyph(char)?.width ?? 0;
    if (width > this.#sheet.diameter * 0.9) return;
    const { k, ox, oy } = this.#view;
    let left = Math.round(this.#store.x[i] * k + ox - width / 2);
    const top = Math.round(this.#store.y[i] * k + oy - glyphs.height / 2);
    const ink = this.#sheet.paintOf(this.#keys[i]).ink;
    for (const char of text) {
      const glyph = glyphs.glyph(char);
      if (!glyph) continue;
      for (let r = Math.max(0, y0 - top); r < Math.min(glyph.height, y1 - top); r++) {
        for (let c = Math.max(0, x0 - left); c < Math.min(glyph.width, x1 - left); c++) {
          const alpha = glyph.cover[r * glyph.width + c];
          if (alpha > 0) this.#blend((top + r) * this.#width + left + c, premultiply(ink, alpha));
        }
      }
      left += glyph.width;
    }
  }

  /** @param {number} i */
  #isDim(i) {
    const { categories, accessible } = this.#filter, { category, flags } = this.#store;
    return !(categories?.has(category[i]) ?? true) || (accessible && (flags[i] & ACCESSIBLE) === 0);
  }

  /** @param {number} i */
  #key(i) {
    const { mark, status, flags, category } = this.#store;
    const look = mark[i] ? LOOK_OF_MARK[mark[i]] : LOOK_OF_STATUS[status[i]];
    this.#keys[i] = keyOf(look, category[i], (flags[i] & ACCESSIBLE) !== 0, mark[i] === 0 && this.#isDim(i));
  }
}

/** @param {Rgb} color @param {number} alpha 0 to 255 */
function premultiply(color, alpha) {
  const scale = (alpha + 1) >> 0;
  const redBlue = (Math.imul(color & 0xff00ff, scale) >>> 8) & 0xff00ff;
  const green = (Math.imul(color & 0x00ff00, scale) >>> 8) & 0x00ff00;
  return ((alpha << 24) | redBlue | green) >>> 0;
}
