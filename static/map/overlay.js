// @ts-check
/**
 * What lies above the seats: names, row letters, rings around selected and hovered seats, the
 * keyboard cursor, and the short pulse of a seat that just changed.
 *
 * Owns: the bitmaps of the texts. Never: the seats themselves.
 */
import { makeCanvas, pencil } from "../lib/platform.js";
import { MINE, SELECTED } from "../state/seat-store.js";
import { toScreen, visible } from "./camera.js";
import { contrast, toCss } from "./paint/color.js";
import { LOD_POINTS, LOD_SECTIONS, LOD_SHAPES } from "./levels.js";
import { signedDistance } from "./place.js";
import { boxOf } from "./polygon.js";

/**
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {import("./camera.js").Viewport} Viewport
 * @typedef {import("./paint/palette.js").MapPalette} MapPalette
 * @typedef {import("./place.js").Spot} Spot
 *
 * @typedef {object} Scene
 * @property {SeatStore} store
 * @property {Camera} camera
 * @property {Viewport} viewport
 * @property {number} dpr
 * @property {MapPalette} palette
 * @property {import("./words.js").Words} words
 * @property {number} level
 * @property {number} floor
 * @property {number} diameter of a seat, CSS pixels
 * @property {readonly Spot[]} spots where each section's name goes, far away
 * @property {ReturnType<typeof import("./place.js").backEdge>[]} tags and near by
 * @property {readonly RowEnd[]} rowEnds
 * @property {readonly Spot[]} areaSpots where each standing area's name goes
 * @property {readonly Caption[]} captions
 * @property {(section: number) => number} fillOf colour under a section's name
 * @property {Iterable<number>} marked seats that are selected or mine
 * @property {number} hover seat or -1
 * @property {readonly number[]} together the seats that the one under the pointer is chosen with
 * @property {number} hoverSection section or -1
 * @property {number} cursor seat with the keyboard focus or -1
 * @property {ReadonlyMap<number, number>} pulses seat → how far its pulse is, 0 to 1
 *
 * @typedef {{ image: OffscreenCanvas | HTMLCanvasElement, width: number, height: number }} Text
 * @typedef {import("./captions.js").RowEnd} RowEnd
 * @typedef {import("./captions.js").Caption} Caption
 */

const FULL = 2 * Math.PI;
const ROW_LABELS_FROM = 12; // CSS pixels between seats
const TEXTS_KEPT = 600;

export class Overlay {
  #context;
  /** @type {Map<string, Text>} */ #texts = new Map();
  /** @type {object | null} */ #textsFor = null;
  #textsDpr = 0;

  /** @param {CanvasRenderingContext2D} context */
  constructor(context) {
    this.#context = context;
  }

  /** @param {Scene} scene */
  draw(scene) {
    const context = this.#context, { dpr, viewport, palette } = scene;
    if (this.#textsFor !== palette || this.#textsDpr !== dpr || this.#texts.size > TEXTS_KEPT) {
      this.#texts.clear();
      this.#textsFor = palette;
      this.#textsDpr = dpr;
    }
    context.setTransform(dpr, 0, 0, dpr, 0, 0);
    context.clearRect(0, 0, viewport.width, viewport.height);
    this.#drawAreas(scene);
    this.#drawStanding(scene);
    if (scene.hoverSection >= 0) this.#drawHoveredSection(scene);
    if (scene.level <= LOD_POINTS) this.#drawSectionNames(scene);
    else {
      this.#drawRowLabels(scene);
      this.#drawSectionTags(scene);
    }
    this.#drawRings(scene);
  }

  /** @param {Scene} scene */
  #drawAreas(scene) {
    const { camera, viewport, palette, floor } = scene;
    for (const { area, words, stage, x, y, width, height } of scene.captions) {
      if (floor >= 0 && area.floor !== floor) continue;
      const room = width * camera.scale * 0.86;
      const size = Math.min(
        26,
        area.shape === "text" ? area.size * camera.scale : height * camera.scale * 0.42,
        room / (words.length * 0.8),
      );
      if (size < 8) continue;
      const [sx, sy] = toScreen(camera, viewport, x, y);
      const text = stage
        ? this.#text(words.toUpperCase(), size, 600, palette.onStage, size * 0.16)
        : this.#text(words, size, 600, palette.muted);
      this.#stamp(text, sx, sy);
    }
  }

  /** The name of each standing area, and how many places are free. @param {Scene} scene */
  #drawStanding({ store, camera, viewport, palette, floor, words, areaSpots }) {
    for (const [n, area] of store.areas.list.entries()) {
      if (floor >= 0 && area.floor !== floor) continue;
      const { x, y, room } = areaSpots[n], [left, , right] = boxOf(area.outline);
      const wide = ((right - left) * camera.scale * 1.5) / area.name.length;
      const size = Math.min(20, room * camera.scale * 0.75, wide), hasCount = room * camera.scale > 2 * size;
      if (size < 8) continue;
      const [sx, sy] = toScreen(camera, viewport, x, y);
      this.#stamp(this.#text(area.name, size, 650, palette.text), sx, hasCount ? sy - size * 0.6 : sy);
      if (!hasCount) continue;
      this.#stamp(
        this.#text(area.free ? words.free(area.free) : words.full, size * 0.8, 500, palette.text),
        sx,
        sy + size * 0.6,
      );
    }
  }

  /** @param {Scene} scene */
  #drawHoveredSection({ store, camera, viewport, palette, hoverSection }) {
    const context = this.#context, { outline } = store.sections[hoverSection];
    context.beginPath();
    for (let p = 0; p < outline.length; p += 2) {
      context.lineTo(...toScreen(camera, viewport, outline[p], outline[p + 1]));
    }
    context.closePath();
    context.lineJoin = "round";
    context.lineWidth = 2.5;
    context.strokeStyle = toCss(palette.text);
    context.stroke();
  }

  /** Far away: the name and how many are free, straight on the section. @param {Scene} scene */
  #drawSectionNames(scene) {
    const { store, camera, viewport, floor } = scene;
    const [left, top, right, bottom] = visible(camera, viewport);
    const shown = store.sections.map((_, s) => s).filter((s) => {
      const { box: [x0, y0, x1, y1], floor: own } = store.sections[s];
      return (floor < 0 || own === floor) && x1 >= left && x0 <= right && y1 >= top && y0 <= bottom;
    });
    // "Floor A" … "Floor L": where one of them has no room for its whole name, all are called A … L.
    const crowded = new Set();
    for (const s of shown) {
      const { name } = store.sections[s];
      const text = this.#text(name, this.#nameSize(scene, s), 650, this.#nameInk(scene, s));
      if (!this.#hasRoom(scene, s, inkBox(text))) crowded.add(family(name));
    }
    const names = shown.map((s) => {
      const { name } = store.sections[s], isShort = crowded.has(family(name));
      return this.#text(isShort ? tail(name) : name, this.#nameSize(scene, s), 650, this.#nameInk(scene, s));
    });
    // How many are free: for most sections or for none, so that a few with room do not look special.
    const counts = shown.map((s, n) => this.#roomForCount(scene, s, names[n]));
    const isDetailed = counts.filter((count) => count !== null).length > shown.length * 0.6;
    shown.forEach((s, n) => this.#drawSectionName(scene, s, names[n], isDetailed ? counts[n] : null));
  }

  /** The count to stand under a name, where both have room. @param {Scene} scene @param {number} s @param {Text} name @returns {Text | null} */
  #roomForCount(scene, s, name) {
    const { store, camera, palette, words, level } = scene, isFlat = level === LOD_SECTIONS;
    if (!isFlat && scene.spots[s].room * camera.scale <= 65) return null;
    const free = store.counts.sectionAvailable[s], wording = free > 0 ? words.free(free) : words.full;
    for (const size of [Math.max(10, this.#nameSize(scene, s) - 4), 10]) {
      const count = this.#text(wording, size, 500, isFlat ? this.#nameInk(scene, s) : palette.muted);
      const width = Math.max(name.width, count.width, 30) + 8, height = name.height + count.height + 7;
      if (this.#hasRoom(scene, s, { width, height })) return count;
    }
    return null;
  }

  /** @param {Scene} scene @param {number} s @param {Text} name @param {Text | null} count */
  #drawSectionName(scene, s, name, count) {
    const { store, camera, viewport, palette, level } = scene;
    if (!this.#hasRoom(scene, s, inkBox(name))) return;
    const context = this.#context, isFlat = level === LOD_SECTIONS, spot = scene.spots[s];
    const width = Math.max(name.width, count ? Math.max(count.width, 30) : 0);
    const height = name.height + (count ? count.height + 5 : 0);
    const [sx, sy] = toScreen(camera, viewport, spot.x, spot.y), top = sy - height / 2;
    if (!isFlat) {
      context.globalAlpha = 0.88;
      context.fillStyle = toCss(palette.pill);
      roundRect(context, sx - width / 2 - 4, top - 1, width + 8, height + 3, 6);
      context.globalAlpha = 1;
    }
    this.#stamp(name, sx, top + name.height / 2);
    if (!count) return;
    context.globalAlpha = isFlat ? 0.85 : 1;
    this.#stamp(count, sx, top + name.height + count.height / 2 - 1);
    const share = store.counts.sectionAvailable[s] / store.counts.sectionTotal[s];
    context.fillStyle = toCss(isFlat ? this.#nameInk(scene, s) : palette.muted);
    context.globalAlpha = 0.25;
    context.fillRect(sx - width / 2, top + height - 4, width, 3);
    context.globalAlpha = 0.9;
    if (share > 0) context.fillRect(sx - width / 2, top + height - 4, Math.max(2, width * share), 3);
    context.globalAlpha = 1;
  }

  /** @param {Scene} scene @param {number} s */
  #nameSize({ camera, spots, level }, s) {
    const room = spots[s].room * camera.scale;
    return level === LOD_SECTIONS ? Math.max(9, Math.min(16, room / 1.5)) : Math.max(10, Math.min(14, room / 1.5));
  }

  /** @param {Scene} scene @param {number} s */
  #nameInk({ level, palette, fillOf }, s) {
    return level === LOD_SECTIONS ? inkFor(fillOf(s), palette.text, palette.section) : palette.text;
  }

  /** Whether something this large lies inside the section. @param {Scene} scene @param {number} s @param {{ width: number, height: number }} size */
  #hasRoom({ store, camera, spots }, s, { width, height }) {
    const { outline } = store.sections[s], { x, y } = spots[s];
    const dx = (width - 2) / 2 / camera.scale, dy = height / 2 / camera.scale;
    return signedDistance(outline, x - dx, y - dy) > 0 && signedDistance(outline, x + dx, y - dy) > 0 &&
      signedDistance(outline, x - dx, y + dy) > 0 && signedDistance(outline, x + dx, y + dy) > 0;
  }

  /** Near by: a tag on the edge of the section, away from the stage. @param {Scene} scene */
  #drawSectionTags(scene) {
    const { store, camera, viewport, palette, floor } = scene;
    const context = this.#context;
    if (store.sections.length < 2) return;
    store.sections.forEach((section, s) => {
      const tag = scene.tags[s];
      if (floor >= 0 && section.floor !== floor) return;
      const [sx, sy] = toScreen(camera, viewport, tag.x, tag.y);
      if (sx < -100 || sy < -40 || sx > viewport.width + 100 || sy > viewport.height + 40) return;
      const text = this.#text(section.name, 12, 650, palette.text);
      if (text.width > (section.box[2] - section.box[0]) * camera.scale + 60) return;
      const width = text.width + 14, height = text.height + 4;
      let x = sx + tag.dx * (width / 2 - 4), y = sy + tag.dy * (height / 2 - 4);
      if (tag.dx !== 0 && sx > 0 && sx < viewport.width && (x < width / 2 || x > viewport.width - width / 2)) {
        // No room beside the section: above it then.
        x = Math.min(viewport.width - width / 2 - 2, Math.max(width / 2 + 2, x));
        y = toScreen(camera, viewport, 0, section.box[1])[1] - height / 2;
      }
      context.fillStyle = toCss(palette.pill);
      roundRect(context, x - width / 2, y - height / 2, width, height, height / 2);
      context.strokeStyle = toCss(palette.edge);
      context.lineWidth = 1;
      context.stroke();
      this.#stamp(text, x, y);
    });
  }

  /** @param {Scene} scene */
  #drawRowLabels(scene) {
    const { store, camera, viewport, palette, floor } = scene;
    const gap = store.pitch * camera.scale;
    if (gap < ROW_LABELS_FROM) return;
    const size = Math.min(13, gap * 0.56);
    const [left, top, right, bottom] = visible(camera, viewport);
    for (const { x, y, row } of scene.rowEnds) {
      if (x < left || x > right || y < top || y > bottom) continue;
      if (floor >= 0 && store.sections[store.rows[row].section].floor !== floor) continue;
      const [sx, sy] = toScreen(camera, viewport, x, y);
      this.#stamp(this.#text(store.rows[row].label, size, 600, palette.muted), sx, sy);
    }
  }

  /** @param {Scene} scene */
  #drawRings(scene) {
    const { store, palette, level, hover, together, cursor, pulses, diameter } = scene;
    const context = this.#context;
    const radius = diameter / 2;
    context.lineWidth = 2;
    for (const [i, age] of pulses) {
      const place = this.#onScreen(scene, i);
      if (!place) continue;
      const color = store.status[i] === 0 ? palette.categories[store.category[i]] : palette.held;
      context.globalAlpha = (1 - age) * 0.85;
      context.strokeStyle = toCss(color);
      circle(context, place, Math.max(radius, 2.5) + 2 + age * Math.max(6, radius * 0.9));
      context.stroke();
    }
    context.globalAlpha = 1;
    if (level < LOD_SHAPES) this.#drawPins(scene);
    else {
      context.globalAlpha = 0.4;
      context.lineWidth = Math.max(2, radius * 0.22);
      for (const i of scene.marked) {
        const place = store.mark[i] === SELECTED ? this.#onScreen(scene, i) : null;
        if (!place) continue;
        context.strokeStyle = toCss(palette.selected);
        circle(context, place, radius + context.lineWidth * 0.8);
        context.stroke();
      }
      context.globalAlpha = 1;
    }
    if (hover >= 0 && level >= LOD_POINTS) {
      for (const i of together) this.#ring(scene, i, palette.text, 1.5, 2.5);
    }
    if (cursor >= 0) {
      this.#ring(scene, cursor, palette.section, 6, 4.5);
      this.#ring(scene, cursor, palette.focus, 3, 4.5);
    }
  }

  /** Seats too small to be seen as such: a pin stands for each marked one. @param {Scene} scene */
  #drawPins(scene) {
    const { store, palette, camera } = scene;
    const context = this.#context;
    const size = Math.min(6, Math.max(4, store.pitch * camera.scale * 0.8));
    for (const rim of [true, false]) {
      for (const i of scene.marked) {
        const place = this.#onScreen(scene, i);
        if (!place) continue;
        context.fillStyle = toCss(rim ? palette.section : store.mark[i] === MINE ? palette.mine : palette.selected);
        circle(context, place, rim ? size + 2 : size);
        context.fill();
      }
    }
  }

  /** @param {Scene} scene @param {number} i @param {number} color @param {number} width @param {number} off */
  #ring(scene, i, color, width, off) {
    const place = this.#onScreen(scene, i);
    if (!place) return;
    this.#context.strokeStyle = toCss(color);
    this.#context.lineWidth = width;
    circle(this.#context, place, Math.max(scene.diameter / 2, 3) + off);
    this.#context.stroke();
  }

  /** @param {Scene} scene @param {number} i @returns {[number, number] | null} */
  #onScreen({ store, camera, viewport, floor, diameter }, i) {
    if (floor >= 0 && store.sections[store.section[i]].floor !== floor) return null;
    const place = toScreen(camera, viewport, store.x[i], store.y[i]);
    const margin = diameter + 20;
    const [sx, sy] = place;
    return sx < -margin || sy < -margin || sx > viewport.width + margin || sy > viewport.height + margin ? null : place;
  }

  /** @param {string} words @param {number} size @param {number} weight @param {number} color @param {number} [spacing] @returns {Text} */
  #text(words, size, weight, color, spacing = 0) {
    const rounded = Math.round(size * 2) / 2;
    const key = `${words} ${rounded} ${weight} ${color}`;
    let text = this.#texts.get(key);
    if (text) return text;
    const dpr = this.#textsDpr, font = `${weight} ${rounded}px ${/** @type {MapPalette} */ (this.#textsFor).font}`;
    const context = this.#context;
    context.font = font;
    context.letterSpacing = `${spacing}px`;
    const width = Math.ceil(context.measureText(words).width) + 2, height = Math.ceil(rounded * 1.3);
    const image = makeCanvas(Math.ceil(width * dpr), Math.ceil(height * dpr));
    const own = pencil(image);
    if (own) {
      own.scale(dpr, dpr);
      own.font = font;
      own.letterSpacing = `${spacing}px`;
      own.textBaseline = "middle";
      own.fillStyle = toCss(color);
      own.fillText(words, 1, height / 2 + rounded * 0.04);
    }
    text = { image, width, height };
    this.#texts.set(key, text);
    return text;
  }

  /** @param {Text} text @param {number} x centre @param {number} y */
  #stamp(text, x, y) {
    const dpr = this.#textsDpr;
    const left = Math.round((x - text.width / 2) * dpr) / dpr, top = Math.round((y - text.height / 2) * dpr) / dpr;
    this.#context.drawImage(text.image, left, top, text.image.width / dpr, text.image.height / dpr);
  }
}

/** A text without the air above and below. @param {Text} text */
const inkBox = ({ width, height }) => ({ width, height: height * 0.7 });

/** "Floor A" → "Floor". @param {string} name */
const family = (name) => name.split(/\s+/)[0];
/** "Floor A" → "A". @param {string} name */
const tail = (name) => name.split(/\s+/).at(-1) ?? name;

/** The theme's text colour where it can be read, else its ground. @param {number} fill @param {number} text @param {number} ground */
const inkFor = (fill, text, ground) =>
  contrast(text, fill) >= 4.5 || contrast(text, fill) > contrast(ground, fill) ? text : ground;

/** @param {CanvasRenderingContext2D} context @param {readonly [number, number]} place @param {number} radius */
function circle(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, FULL);
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
function roundRect(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fill();
}
