// @ts-check
/**
 * What lies under the seats: the floor, sections shaded by how much of them is free (or by a heat
 * they are given), the stage and other drawn areas, all in the theme's colours.
 *
 * Owns: the shapes' polygons. Never: draws a seat.
 */
import { areaPolygon } from "../state/geometry.js";
import { mix, parseHex } from "./paint/color.js";
import { PolygonFiller } from "./paint/fill.js";
import { POINTS_FROM, SHAPES_FROM } from "./levels.js";
import { signedDistance } from "./place.js";
import { boxOf, inwardNormals, rounded, shrunk, size, withoutRepeats } from "./polygon.js";

/**
 * @typedef {import("./paint/color.js").Rgb} Rgb
 * @typedef {import("./paint/raster.js").Palette} Palette
 * @typedef {import("./paint/raster.js").Filter} Filter
 * @typedef {import("./paint/raster.js").View} View
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
 *
 * @typedef {object} GroundShape
 * @property {number} section -1 for a drawn area
 * @property {import("../state/areas.js").StandingArea} [area] a standing area
 * @property {number} floor
 * @property {string} kind
 * @property {string} color
 * @property {string} borderColor
 * @property {boolean} onStage markings of a pitch, steps of a stage
 * @property {Float32Array} polygon
 * @property {Float32Array} normals
 * @property {Float32Array} inner the polygon without its border, at the zoom last drawn
 * @property {import("./polygon.js").Box} box
 */

const SECTION_GAP = 0.22, CORNER = 1.1; // of the pitch
const SHADES = 24; // of availability; a section is painted anew when it moves by one

export class Ground {
  #store;
  #palette;
  #shapes;
  /** Shade of each section as last painted. */
  #painted;
  #filler = new PolygonFiller();
  /** @type {ReadonlySet<number> | null} */ #only = null;
  /** @type {readonly number[] | null} */ #heat = null;
  #pitch = 0;

  /** @param {SeatStore} store @param {Palette} palette */
  constructor(store, palette) {
    this.#store = store;
    this.#palette = palette;
    this.#shapes = shapesOf(store);
    this.#painted = new Int8Array(store.sections.length);
  }

  /** @param {Palette} palette */
  setPalette(palette) {
    this.#palette = palette;
  }

  /** @param {Filter} filter */
  setFilter({ categories }) {
    this.#only = categories;
  }

  /** @param {readonly number[] | null} heat 0 to 1 by section; null: shaded by what is free */
  setHeat(heat) {
    this.#heat = heat;
  }

  /** @param {import("./paint/fill.js").Bitmap} bitmap @param {View} view @param {number} floor -1: all */
  draw(bitmap, { k, ox, oy, dpr }, floor) {
    this.#pitch = (this.#store.pitch * k) / dpr;
    bitmap.pixels.fill((this.#palette.ground | 0xff000000) >>> 0);
    for (const shape of this.#shapes) {
      const [x0, y0, x1, y1] = shape.box;
      if (floor >= 0 && shape.floor !== floor) continue;
      if (x1 * k + ox < 0 || x0 * k + ox > bitmap.width || y1 * k + oy < 0 || y0 * k + oy > bitmap.height) continue;
      const [fill, edge] = shape.section >= 0
        ? this.#sectionColors(shape.section)
        : shape.area
        ? this.#standingColors(shape.area)
        : this.#areaColors(shape);
      if (shape.section >= 0) this.#painted[shape.section] = this.#shade(shape.section);
      this.#filler.fill(bitmap, shape.polygon, k, ox, oy, edge);
      if (fill === edge) continue;
      const { polygon, normals, inner } = shape;
      for (let p = 0; p < polygon.length; p++) inner[p] = polygon[p] + (normals[p] * dpr) / k;
      this.#filler.fill(bitmap, inner, k, ox, oy, fill);
    }
  }

  /** Whether a section is now as free as it was painted. @param {number} s */
  isCurrent(s) {
    return this.#painted[s] === this.#shade(s);
  }

  /** What lies under a section's name. @param {number} s @returns {Rgb} */
  fillOf(s) {
    return this.#sectionColors(s)[0];
  }

  /** How much of a section is free, or how hot it is, as a step; 0 only when nothing is. @param {number} s */
  #shade(s) {
    if (this.#heat) return Math.round(between01(this.#heat[s] ?? 0) * SHADES);
    const { counts, categories } = this.#store;
    let free = 0;
    for (let c = 0; c < categories.length; c++) {
      if (this.#only?.has(c) ?? true) free += counts.cells[s * categories.length + c];
    }
    return free === 0 ? 0 : Math.max(1, Math.round((free / counts.sectionTotal[s]) * SHADES));
  }

  /** @param {number} s @returns {[fill: Rgb, edge: Rgb]} */
  #sectionColors(s) {
    const palette = this.#palette, shade = this.#shade(s);
    if (shade === 0) return [palette.section, palette.edge];
    const own = this.#heat ? palette.heat : this.#meanOfFree(s);
    // Far away the fill is all there is to see; with seats on it, it steps back.
    const far = between01((POINTS_FROM + 1.2 - this.#pitch) / 1.2);
    const near = between01((SHAPES_FROM + 3 - this.#pitch) / 6);
    const behindSeats = this.#heat ? 0.34 * (shade / SHADES) : 0.05 + 0.07 * near;
    const amount = far * (0.2 + 0.62 * (shade / SHADES)) + (1 - far) * behindSeats;
    return [mix(palette.section, own, amount), mix(palette.edge, own, Math.min(0.85, amount + 0.2))];
  }

  /** A standing area is the fuller of its colour the more places are free. @param {import("../state/areas.js").StandingArea} area @returns {[fill: Rgb, edge: Rgb]} */
  #standingColors({ free, held, booked, category }) {
    const palette = this.#palette, share = free / Math.max(1, free + held + booked);
    if (free === 0 || !(this.#only?.has(category) ?? true)) return [palette.section, palette.edge];
    const own = palette.categories[category];
    return [mix(palette.section, own, 0.2 + 0.6 * share), mix(palette.edge, own, 0.6)];
  }

  /** The mean colour of a section's free seats. @param {number} s @returns {Rgb} */
  #meanOfFree(s) {
    const { counts, categories } = this.#store;
    let color = 0, weight = 0;
    for (let c = 0; c < categories.length; c++) {
      const free = this.#only?.has(c) ?? true ? counts.cells[s * categories.length + c] : 0;
      if (free === 0) continue;
      weight += free;
      color = mix(color, this.#palette.categories[c], free / weight);
    }
    return color;
  }

  /** The plan's own colours, toned down to sit under the seats in any theme. @param {GroundShape} shape @returns {[fill: Rgb, edge: Rgb]} */
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
}

/** @param {number} value */
const between01 = (value) => Math.max(0, Math.min(1, value));

/** Everything under the seats, largest first, so that nothing hides what lies on it. @param {SeatStore} store @returns {GroundShape[]} */
function shapesOf(store) {
  const { areas } = store.geometry;
  const stages = areas.filter(({ kind, shape }) => kind === "stage" && shape !== "text").map(areaPolygon);
  /** @type {GroundShape[]} */
  const shapes = [];
  /** @param {Float32Array} polygon @param {Pick<GroundShape, "section" | "floor" | "kind" | "color" | "borderColor" | "area">} rest */
  const add = (polygon, rest) => {
    if (polygon.length < 6) return;
    const box = boxOf(polygon), x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    const onStage = rest.section < 0 && rest.kind !== "stage" && rest.kind !== "standing" &&
      stages.some((stage) => size(boxOf(stage)) > size(box) && signedDistance(stage, x, y) > 0);
    const normals = inwardNormals(polygon), inner = new Float32Array(polygon.length);
    shapes.push({ ...rest, onStage, polygon, normals, inner, box });
  };
  store.sections.forEach(({ outline, floor }, section) => {
    const tile = rounded(shrunk(withoutRepeats(outline), store.pitch * SECTION_GAP), store.pitch * CORNER);
    add(tile, { section, floor, kind: "section", color: "", borderColor: "" });
  });
  for (const area of store.areas.list) {
    add(area.outline, { section: -1, area, floor: area.floor, kind: "standing", color: "", borderColor: "" });
  }
  for (const area of areas) {
    const { floor, kind, color, borderColor } = area;
    if (area.shape !== "text" && (kind !== "general_admission" || !store.areas.list.length)) {
      add(areaPolygon(area), { section: -1, floor, kind, color, borderColor });
    }
  }
  return shapes.sort((a, b) => size(b.box) - size(a.box));
}
