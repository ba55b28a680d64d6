// @ts-check
/**
 * The two canvases of one house: which parts are dirty, and drawing those and no more.
 *
 * Owns: the bitmap, what changed since the last frame, pulses. Never: the camera, or when to draw.
 */
import { captions, rowEnds } from "../captions.js";
import { createGlyphs } from "./glyphs.js";
import { Overlay } from "../overlay.js";
import { backEdge, roomiest } from "../place.js";
import { boxOf } from "../polygon.js";
import { Pulses } from "../pulses.js";
import { Raster } from "./raster.js";

/**
 * @typedef {import("../../state/seat-store.js").SeatStore} SeatStore
 * @typedef {import("./palette.js").MapPalette} MapPalette
 * @typedef {object} Shot what is to be seen
 * @property {import("../camera.js").Camera} camera
 * @property {import("../camera.js").Viewport} viewport
 * @property {number} floor
 * @property {import("../words.js").Words} words
 * @property {number} hover
 * @property {readonly number[]} together
 * @property {number} hoverSection
 * @property {number} cursor
 */

const DPR_MAX = 2;
const PIXELS_MAX = 6e6; // beyond this a full redraw takes too long; larger windows are drawn coarser
const PUT_RECTS_MAX = 60; // more small copies than this cost more than one large one
const CHANGES_MAX = 5000; // kept while nobody looks (the tab is hidden); beyond, everything is read anew
const NUMBERS_MIN = 14; // CSS pixels between seats

export class Painter {
  #store;
  #palette;
  #raster;
  #overlay;
  #base;
  #canvases;
  #spots;
  #tags;
  #areaSpots;
  #rowEnds;
  /** @type {import("../captions.js").Caption[]} */ #captions = [];
  #stageWord = "";
  /** @type {ImageData | null} */ #image = null;
  #dpr = 1;
  #glyphSize = 0;
  #allDirty = true;
  #topDirty = true;
  #stale = false;
  /** @type {number[]} */ #changed = [];
  #pulses = new Pulses();
  /** @type {Set<number>} */ #marked = new Set();

  /** @param {HTMLCanvasElement} base @param {HTMLCanvasElement} top @param {SeatStore} store @param {MapPalette} palette */
  constructor(base, top, store, palette) {
    this.#canvases = [base, top];
    this.#base = /** @type {CanvasRenderingContext2D} */ (base.getContext("2d", { alpha: false }));
    this.#overlay = new Overlay(/** @type {CanvasRenderingContext2D} */ (top.getContext("2d")));
    this.#store = store;
    this.#palette = palette;
    this.#raster = new Raster(store, palette);
    this.#spots = store.sections.map(({ outline, box }) => roomiest(outline, box));
    this.#tags = store.sections.map(({ outline, box }) => backEdge(outline, box, store.geometry.focalPoint));
    this.#areaSpots = store.areas.list.map(({ outline }) => roomiest(outline, boxOf(outline)));
    this.#rowEnds = rowEnds(store);
    store.mark.forEach((mark, i) => mark && this.#marked.add(i));
  }

  get level() {
    return this.#raster.level;
  }

  /** @param {number} width CSS pixels @param {number} height */
  resize(width, height) {
    this.#dpr = Math.min(DPR_MAX, devicePixelRatio || 1, Math.sqrt(PIXELS_MAX / (width * height)));
    const w = Math.round(width * this.#dpr), h = Math.round(height * this.#dpr);
    for (const canvas of this.#canvases) {
      canvas.width = w;
      canvas.height = h;
    }
    this.#image = new ImageData(this.#raster.resize(w, h), w, h);
    this.invalidate();
  }

  /** @param {MapPalette} palette */
  setPalette(palette) {
    this.#palette = palette;
    this.#raster.setPalette(palette);
    this.#glyphSize = 0;
    this.invalidate();
  }

  /** @param {import("./raster.js").Filter} filter */
  setFilter(filter) {
    this.#raster.setFilter(filter);
    this.invalidate();
  }

  /** @param {readonly number[] | null} heat 0 to 1 by section; null: shaded by what is free */
  setHeat(heat) {
    if (this.#raster.setHeat(heat)) this.invalidate();
  }

  /** Everything is to be drawn. */
  invalidate() {
    this.#allDirty = this.#topDirty = true;
  }

  /** What lies above the seats is to be drawn. */
  invalidateTop() {
    this.#topDirty = true;
  }

  /** Takes note of seats that changed. @param {Int32Array | null} indexes null: any */
  note(indexes) {
    this.#topDirty = true;
    if (!indexes || this.#changed.length > CHANGES_MAX) {
      this.#stale = true;
      return;
    }
    for (const i of indexes) {
      this.#changed.push(i);
      if (this.#store.mark[i]) this.#marked.add(i);
      else this.#marked.delete(i);
    }
  }

  /** @param {Iterable<number>} indexes @param {number} now */
  pulse(indexes, now) {
    this.#pulses.add(indexes, now);
  }

  /** Draws what is dirty; true while pulses go on. @param {number} now @param {Shot} shot */
  paint(now, shot) {
    const image = this.#image;
    if (!image) return false;
    if (this.#allDirty || this.#stale) this.#paintAll(image, shot);
    else if (this.#changed.length > 0) this.#paintChanged(image, shot);
    this.#changed.length = 0;
    if (this.#topDirty || !this.#pulses.isEmpty) this.#paintTop(now, shot);
    return !this.#pulses.isEmpty;
  }

  /** @param {ImageData} image @param {Shot} shot */
  #paintAll(image, { camera, floor }) {
    const dpr = this.#dpr, k = camera.scale * dpr;
    this.#raster.update(this.#stale ? null : this.#changed);
    this.#allDirty = this.#stale = false;
    this.#prepareGlyphs(camera.scale * this.#store.pitch);
    this.#raster.draw({ k, ox: image.width / 2 - camera.x * k, oy: image.height / 2 - camera.y * k, dpr }, floor);
    this.#base.putImageData(image, 0, 0);
  }

  /** @param {ImageData} image @param {Shot} shot */
  #paintChanged(image, shot) {
    const rects = this.#raster.redraw(this.#changed);
    if (!rects) this.#paintAll(image, shot);
    else if (rects.length > PUT_RECTS_MAX * 4) this.#base.putImageData(image, 0, 0);
    else {
      for (let n = 0; n < rects.length; n += 4) {
        this.#base.putImageData(image, 0, 0, rects[n], rects[n + 1], rects[n + 2], rects[n + 3]);
      }
    }
  }

  /** The size of numbers follows the zoom in steps, so that few sheets are made. @param {number} gap CSS pixels */
  #prepareGlyphs(gap) {
    const size = Math.round(Math.min(34, gap * 0.8) * 0.52) * this.#dpr;
    if (size === this.#glyphSize) return;
    this.#glyphSize = size;
    this.#raster.setGlyphs(gap > NUMBERS_MIN ? createGlyphs(size, this.#palette.font) : null);
  }

  /** @param {number} now @param {Shot} shot */
  #paintTop(now, shot) {
    this.#topDirty = false;
    this.#pulses.advance(now);
    if (shot.words.stage !== this.#stageWord) {
      this.#stageWord = shot.words.stage;
      this.#captions = captions(this.#store, this.#stageWord);
    }
    this.#overlay.draw({
      ...shot,
      store: this.#store,
      palette: this.#palette,
      dpr: this.#dpr,
      level: this.#raster.level,
      diameter: this.#raster.diameter / this.#dpr,
      spots: this.#spots,
      tags: this.#tags,
      areaSpots: this.#areaSpots,
      rowEnds: this.#rowEnds,
      captions: this.#captions,
      fillOf: (s) => this.#raster.fillOf(s),
      marked: this.#marked,
      pulses: this.#pulses.ages,
    });
  }
}
