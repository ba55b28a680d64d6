// @ts-check
/**
 * Draws the house into one 32-bit bitmap: first the ground (floor, sections, drawn areas), over it a
 * small picture per seat. Typed arrays in, typed arrays out. Seats are blended at quarter-pixel
 * places, so that rows stay even at any zoom.
 *
 * Owns: the bitmap, the sprite sheet. Never: touches a canvas, decides when to draw.
 */
import { ACCESSIBLE, areaPolygon } from "../state/geometry.js";
import { inkOn, mix, parseHex } from "./color.js";
import { PolygonFiller } from "./fill.js";
import { signedDistance } from "./place.js";
import {
  drawSeat,
  LOOK_AVAILABLE,
  LOOK_BLOCKED,
  LOOK_HELD,
  LOOK_MINE,
  LOOK_RESERVING,
  LOOK_SELECTED,
  LOOK_SOLD,
} from "./sprites.js";

/**
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
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
 * @property {Rgb[]} categories
 *
 * @typedef {{ categories: ReadonlySet<number> | null, accessible: boolean }} Filter
 * @typedef {{ k: number, ox: number, oy: number, dpr: number }} View device pixel = plan × k + offset
 * @typedef {{ height: number, glyph(char: string): Glyph | null }} GlyphSheet
 * @typedef {{ width: number, height: number, cover: Uint8Array }} Glyph
 */

/** Zoom levels, by the distance between two seats in CSS pixels. */
export const POINTS_FROM = 2.3, SHAPES_FROM = 7, NUMBERS_FROM = 19;
export const LOD_SECTIONS = 0, LOD_POINTS = 1, LOD_SHAPES = 2, LOD_NUMBERS = 3;

/** @param {number} pitch CSS pixels */
export const levelOf = (pitch) =>
  pitch < POINTS_FROM
    ? LOD_SECTIONS
    : pitch < SHAPES_FROM
    ? LOD_POINTS
    : pitch < NUMBERS_FROM
    ? LOD_SHAPES
    : LOD_NUMBERS;

const SEAT_FILL = 0.8; // of the pitch
const SEAT_MAX = 34; // CSS pixels
const TINT_STEPS = 24; // shades of availability; a section is repainted when it moves by one
const LOOK_OF_STATUS = [LOOK_AVAILABLE, LOOK_HELD, LOOK_SOLD, LOOK_BLOCKED];
const LOOK_OF_MARK = [-1, LOOK_SELECTED, LOOK_RESERVING, LOOK_MINE];
const REDRAW_LIMIT = 1500; // more seats than this in one go are cheaper drawn anew

export class Raster {
  /** @type {SeatStore} */ #store;
  /** @type {Palette} */ #palette;
  /** @type {Filter} */ #filter = { categories: null, accessible: false };
  #filler = new PolygonFiller();
  #width = 0;
  #height = 0;
  #ground = new Uint32Array(0);
  #pixels = new Uint32Array(0);
  /** @type {View} */ #view = { k: 1, ox: 0, oy: 0, dpr: 1 };
  #level = LOD_SECTIONS;
  /** What to draw per seat: an index into the sprite table. */
  #keys;
  #tints;
  #shapes;
  // The sprite sheet: one size, one palette, filled as looks are met.
  #sheet = new Uint32Array(1 << 16);
  #sheetUsed = 0;
  #table = new Int32Array(0);
  #diameter = 0;
  #side = 0;
  #phases = 1;
  /** @type {GlyphSheet | null} */ #glyphs = null;

  /** @param {SeatStore} store @param {Palette} palette */
  constructor(store, palette) {
    this.#store = store;
    this.#palette = palette;
    this.#keys = new Uint16Array(store.count);
    this.#tints = new Int8Array(store.sections.length);
    this.#shapes = groundShapes(store);
    this.#rekey();
  }

  get level() {
    return this.#level;
  }
  /** Diameter of a seat in device pixels. */
  get diameter() {
    return this.#diameter;
  }

  /**
   * @param {number} width device pixels @param {number} height
   * @returns {Uint8ClampedArray<ArrayBuffer>} the bitmap, as ImageData wants it
   */
  resize(width, height) {
    this.#width = width;
    this.#height = height;
    this.#ground = new Uint32Array(width * height);
    this.#pixels = new Uint32Array(width * height);
    return new Uint8ClampedArray(this.#pixels.buffer);
  }

  /** @param {Palette} palette */
  setPalette(palette) {
    this.#palette = palette;
    this.#diameter = 0;
  }

  /** @param {Filter} filter */
  setFilter(filter) {
    this.#filter = filter;
    this.#rekey();
  }

  /** @param {GlyphSheet | null} glyphs for seat numbers */
  setGlyphs(glyphs) {
    this.#glyphs = glyphs;
  }

  /** Draws everything. @param {View} view @param {number} [floor] only this one */
  draw(view, floor = -1) {
    this.#view = view;
    const pitch = this.#store.pitch * view.k;
    this.#level = levelOf(pitch / view.dpr);
    this.#prepareSheet(Math.min(pitch * SEAT_FILL, SEAT_MAX * view.dpr));
    this.#drawGround(floor, pitch / view.dpr);
    this.#pixels.set(this.#ground);
    if (this.#level === LOD_SECTIONS) return;
    const { sections } = this.#store;
    const reach = this.#side / view.k;
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
    if (!indexes) this.#rekey();
    else for (let n = 0; n < indexes.length; n++) this.#key(indexes[n]);
  }

  /**
   * Draws again what changed, in the view last drawn.
   * @param {ArrayLike<number>} indexes
   * @returns {Int32Array | null} x, y, width, height by turns, in device pixels; null: draw everything
   */
  redraw(indexes) {
    this.update(indexes);
    let visibleCount = 0;
    const { x, y, section } = this.#store, { k, ox, oy } = this.#view;
    const near = new Int32Array(indexes.length);
    for (let n = 0; n < indexes.length; n++) {
      const i = indexes[n];
      if (this.#level <= LOD_POINTS && this.#tint(section[i]) !== this.#tints[section[i]]) return null;
      const sx = x[i] * k + ox, sy = y[i] * k + oy;
      if (sx < -this.#side || sy < -this.#side || sx > this.#width + this.#side || sy > this.#height + this.#side) {
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
    const { x, y, grid } = this.#store, { k, ox, oy } = this.#view;
    const side = this.#side;
    const x0 = Math.max(0, Math.floor(x[i] * k + ox - side / 2)),
      y0 = Math.max(0, Math.floor(y[i] * k + oy - side / 2));
    const x1 = Math.min(this.#width, x0 + side + 1), y1 = Math.min(this.#height, y0 + side + 1);
    if (x0 >= x1 || y0 >= y1) return used;
    for (let row = y0; row < y1; row++) {
      const at = row * this.#width;
      this.#pixels.set(this.#ground.subarray(at + x0, at + x1), at + x0);
    }
    // Neighbours may reach into the box, so all that touch it are drawn again, cut to it.
    const reach = (side / 2 + 1) / k;
    grid.within(
      (x0 - ox) / k - reach,
      (y0 - oy) / k - reach,
      (x1 - ox) / k + reach,
      (y1 - oy) / k + reach,
      (other) => this.#blit(other, x0, y0, x1, y1),
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
    const side = this.#side, half = side / 2, phases = this.#phases;
    const width = this.#width, height = this.#height, pixels = this.#pixels, keys = this.#keys;
    const numbers = this.#level === LOD_NUMBERS;
    let table = this.#table, sheet = this.#sheet;
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
        at = this.#bake(keys[i], slot);
        table = this.#table;
        sheet = this.#sheet;
      }
      let to = top * width + left;
      for (let row = 0; row < side; row++, to += width - side) {
        const end = to + side;
        for (; to < end; to++, at++) {
          const over = sheet[at];
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
    const side = this.#side, phases = this.#phases;
    const px = x[i] * k + ox - side / 2, py = y[i] * k + oy - side / 2;
    const left = Math.floor(px), top = Math.floor(py);
    const slot = (this.#keys[i] * phases + ((py - top) * phases | 0)) * phases + ((px - left) * phases | 0);
    let at = this.#table[slot];
    if (at < 0) at = this.#bake(this.#keys[i], slot);
    const c1 = Math.min(x1, left + side), r1 = Math.min(y1, top + side);
    for (let r = Math.max(y0, top); r < r1; r++) {
      for (let c = Math.max(x0, left); c < c1; c++) {
        const over = this.#sheet[at + (r - top) * side + (c - left)];
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

  /** Writes the seat's label onto it. @param {number} i @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 */
  #number(i, x0, y0, x1, y1) {
    const glyphs = this.#glyphs, { mark, status, flags } = this.#store;
    if (!glyphs || mark[i] > 1 || (mark[i] === 0 && (status[i] !== 0 || (flags[i] & ACCESSIBLE) !== 0))) return;
    if (this.#isDim(i)) return;
    const text = shortLabel(this.#store.label(i), this.#store.rowLabel(i));
    let width = 0;
    for (const char of text) width += glyphs.glyph(char)?.width ?? 0;
    if (width > this.#diameter * 0.9) return;
    const { k, ox, oy } = this.#view;
    let left = Math.round(this.#store.x[i] * k + ox - width / 2);
    const top = Math.round(this.#store.y[i] * k + oy - glyphs.height / 2);
    const ink = inkOn(this.#paintOf(this.#keys[i]).color);
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

  // --- what a seat looks like ---

  #rekey() {
    for (let i = 0; i < this.#store.count; i++) this.#key(i);
  }

  /** @param {number} i */
  #isDim(i) {
    const { categories, accessible } = this.#filter;
    return (categories !== null && !categories.has(this.#store.category[i])) ||
      (accessible && (this.#store.flags[i] & ACCESSIBLE) === 0);
  }

  /** key = (look or category) × accessible × dim; available seats have one look per category. @param {number} i */
  #key(i) {
    const { mark, status, flags, category } = this.#store;
    const look = mark[i] ? LOOK_OF_MARK[mark[i]] : LOOK_OF_STATUS[status[i]];
    const kind = look === LOOK_AVAILABLE ? LOOK_MINE + category[i] + 1 : look;
    this.#keys[i] = kind * 4 + (flags[i] & ACCESSIBLE ? 2 : 0) + (mark[i] === 0 && this.#isDim(i) ? 1 : 0);
  }

  /** @param {number} key @returns {import("./sprites.js").SeatPaint} */
  #paintOf(key) {
    const kind = key >> 2, palette = this.#palette;
    const look = kind > LOOK_MINE ? LOOK_AVAILABLE : kind;
    const color = look === LOOK_AVAILABLE
      ? palette.categories[kind - LOOK_MINE - 1]
      : [0, palette.held, palette.sold, palette.blocked, palette.selected, palette.selected, palette.mine][look];
    return { look, accessible: (key & 2) !== 0, dim: (key & 1) !== 0, color, ink: inkOn(color) };
  }

  /** @param {number} wanted diameter in device pixels */
  #prepareSheet(wanted) {
    const diameter = Math.max(1.7, wanted < 12 ? Math.round(wanted * 8) / 8 : Math.round(wanted * 2) / 2);
    if (diameter === this.#diameter) return;
    this.#diameter = diameter;
    this.#side = Math.ceil(diameter * 1.15) + 2;
    this.#phases = diameter < 10 ? 4 : diameter < 24 ? 2 : 1;
    this.#sheetUsed = 0;
    const keys = (LOOK_MINE + 1 + this.#store.categories.length) * 4;
    const slots = keys * this.#phases * this.#phases;
    if (this.#table.length !== slots) this.#table = new Int32Array(slots);
    this.#table.fill(-1);
  }

  /** @param {number} key @param {number} slot */
  #bake(key, slot) {
    const side = this.#side, phases = this.#phases;
    const at = this.#sheetUsed;
    if (at + side * side > this.#sheet.length) {
      const larger = new Uint32Array(this.#sheet.length * 2);
      larger.set(this.#sheet);
      this.#sheet = larger;
    }
    const column = slot % phases, row = Math.floor(slot / phases) % phases;
    const cx = side / 2 + (column + 0.5) / phases, cy = side / 2 + (row + 0.5) / phases;
    drawSeat(this.#sheet, at, side, cx, cy, this.#diameter, this.#paintOf(key));
    this.#sheetUsed += side * side;
    this.#table[slot] = at;
    return at;
  }

  // --- the ground ---

  /** @param {number} floor @param {number} pitch CSS pixels */
  #drawGround(floor, pitch) {
    const { k, ox, oy, dpr } = this.#view, palette = this.#palette;
    const bitmap = { pixels: this.#ground, width: this.#width, height: this.#height };
    this.#ground.fill((palette.ground | 0xff000000) >>> 0);
    for (const shape of this.#shapes) {
      if (floor >= 0 && shape.floor !== floor) continue;
      const [x0, y0, x1, y1] = shape.box;
      if (x1 * k + ox < 0 || x0 * k + ox > this.#width || y1 * k + oy < 0 || y0 * k + oy > this.#height) continue;
      if (shape.section >= 0) this.#tints[shape.section] = this.#tint(shape.section);
      const [fill, edge] = shape.section >= 0 ? this.#sectionColors(shape.section, pitch) : this.#areaColors(shape);
      this.#filler.fill(bitmap, shape.polygon, k, ox, oy, edge);
      if (fill !== edge) this.#filler.fill(bitmap, inset(shape, dpr / k), k, ox, oy, fill);
    }
  }

  /** The shade of a section: how much of it is free, as a step. @param {number} s */
  #tint(s) {
    const { counts, categories } = this.#store, only = this.#filter.categories;
    if (counts.sectionTotal[s] === 0) return 0;
    let free = 0;
    for (let c = 0; c < categories.length; c++) {
      if (only === null || only.has(c)) free += counts.cells[s * categories.length + c];
    }
    return free === 0 ? 0 : Math.max(1, Math.round((free / counts.sectionTotal[s]) * TINT_STEPS));
  }

  /** @param {number} s @param {number} pitch @returns {[Rgb, Rgb]} */
  #sectionColors(s, pitch) {
    const palette = this.#palette;
    const step = this.#tint(s);
    if (step === 0) return [palette.section, palette.edge];
    const own = this.#blendOfFree(s);
    // Far away the fill is all there is to see; with seats on it, it steps back.
    const far = Math.max(0, Math.min(1, (POINTS_FROM + 1.2 - pitch) / 1.2));
    const near = Math.max(0, Math.min(1, (SHAPES_FROM + 3 - pitch) / 6));
    const amount = far * (0.2 + 0.62 * (step / TINT_STEPS)) + (1 - far) * (0.05 + 0.07 * near);
    return [mix(palette.section, own, amount), mix(palette.edge, own, Math.min(0.85, amount + 0.2))];
  }

  /** The mean colour of a section's free seats. @param {number} s @returns {Rgb} */
  #blendOfFree(s) {
    const { counts, categories } = this.#store, only = this.#filter.categories;
    let color = 0, weight = 0;
    for (let c = 0; c < categories.length; c++) {
      const free = only === null || only.has(c) ? counts.cells[s * categories.length + c] : 0;
      if (free === 0) continue;
      weight += free;
      color = mix(color, this.#palette.categories[c], free / weight);
    }
    return color;
  }

  /** The plan's own colours, toned down to sit under the seats in any theme. @param {GroundShape} shape @returns {[Rgb, Rgb]} */
  #areaColors(shape) {
    const palette = this.#palette, own = parseHex(shape.color);
    if (shape.kind === "stage") {
      const fill = own === null ? palette.stage : mix(palette.stage, own, 0.3);
      return [fill, fill];
    }
    const under = shape.onStage ? palette.stage : palette.ground;
    const fill = own ?? under, border = parseHex(shape.borderColor) ?? fill;
    return [mix(under, fill, shape.onStage ? 0.3 : 0.2), mix(under, border, 0.4)];
  }

  /** What lies under a section's name: the fill of the last drawing. @param {number} s @returns {Rgb} */
  sectionFill(s) {
    return this.#sectionColors(s, this.#store.pitch * this.#view.k / this.#view.dpr)[0];
  }
}

/** "C14" in row "C" → "14": the row stands at its end already. @param {string} label @param {string} row */
const shortLabel = (label, row) =>
  label.length > row.length && label.startsWith(row) ? label.slice(row.length).replace(/^[-\s]+/, "") : label;

/** @param {Rgb} color @param {number} alpha 0 to 255 */
function premultiply(color, alpha) {
  const scale = (alpha + 1) >> 0;
  const redBlue = (Math.imul(color & 0xff00ff, scale) >>> 8) & 0xff00ff;
  const green = (Math.imul(color & 0x00ff00, scale) >>> 8) & 0x00ff00;
  return ((alpha << 24) | redBlue | green) >>> 0;
}

/**
 * @typedef {object} GroundShape
 * @property {number} section -1 for a drawn area
 * @property {number} floor
 * @property {string} kind
 * @property {string} color
 * @property {string} borderColor
 * @property {boolean} onStage markings of a pitch, steps of a stage
 * @property {Float32Array} polygon
 * @property {Float32Array} normals inward, as long as it takes to move each side by 1
 * @property {Float32Array} scratch
 * @property {readonly [number, number, number, number]} box
 */

const SECTION_GAP = 0.22, CORNER = 1.1; // of the pitch

/** Everything under the seats, largest first, so that nothing hides what lies on it. @param {SeatStore} store @returns {GroundShape[]} */
function groundShapes(store) {
  const stages = store.geometry.areas.filter(({ kind }) => kind === "stage").map(areaPolygon);
  /** @type {GroundShape[]} */
  const shapes = [];
  /** @param {Float32Array} polygon @param {Pick<GroundShape, "section" | "floor" | "kind" | "color" | "borderColor">} rest */
  const add = (polygon, rest) => {
    if (polygon.length < 6) return;
    const box = boxOf(polygon), x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    const onStage = rest.section < 0 && rest.kind !== "stage" &&
      stages.some((stage) => signedDistance(stage, x, y) > 0) &&
      stages.some((stage) => size(boxOf(stage)) > size(box));
    shapes.push({
      ...rest,
      onStage,
      polygon,
      box,
      normals: inwardNormals(polygon),
      scratch: new Float32Array(polygon.length),
    });
  };
  store.sections.forEach((section, s) => {
    const outline = rounded(shrunk(section.outline, store.pitch * SECTION_GAP), store.pitch * CORNER);
    add(outline, { section: s, floor: section.floor, kind: "section", color: "", borderColor: "" });
  });
  for (const area of store.geometry.areas) {
    const { floor, kind, color, borderColor } = area;
    if (area.shape !== "text") add(areaPolygon(area), { section: -1, floor, kind, color, borderColor });
  }
  return shapes.sort((a, b) => size(b.box) - size(a.box));
}

/** @param {Float32Array} polygon @param {number} by */
function shrunk(polygon, by) {
  const normals = inwardNormals(polygon);
  return polygon.map((value, p) => value + normals[p] * by);
}

const CORNER_STEPS = 5;

/** Sharp corners become curves that start `radius` before them, or at the middle of a shorter side. @param {Float32Array} polygon @param {number} radius */
function rounded(polygon, radius) {
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
    const straight = a === 0 || b === 0 || (ax * bx + ay * by) / (a * b) < -0.9;
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
const size = (box) => (box[2] - box[0]) * (box[3] - box[1]);

/** @param {Float32Array} polygon @returns {[number, number, number, number]} */
function boxOf(polygon) {
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

const MITRE_LIMIT = 2.5;

/** @param {Float32Array} polygon */
function inwardNormals(polygon) {
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

/** The polygon moved inwards. @param {GroundShape} shape @param {number} by plan units */
function inset(shape, by) {
  const { polygon, normals, scratch } = shape;
  for (let p = 0; p < polygon.length; p++) scratch[p] = polygon[p] + normals[p] * by;
  return scratch;
}
