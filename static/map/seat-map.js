// @ts-check
/**
 * `<seat-map>`: the live house. Two canvases (seats; names and rings above them), an overview, zoom
 * buttons, and a real grid beside them for keyboard and screen reader.
 *
 * Set `store`, then listen: `seat-activate {index}`, `seat-hover {index, clientX, clientY, keyboard}`,
 * `section-activate {section}` (cancel it to keep the view), `view-change {scale, level}`,
 * `palette-change {categoryColors}`.
 *
 * Owns: the view (camera, motion, when to draw). Never: decides what an activated seat means.
 */
import { ACCESSIBLE, COMPANION, RESTRICTED_VIEW } from "../state/geometry.js";
import { MINE, SELECTED } from "../state/seat-store.js";
import { between, clamp, ease, fit, glide, onPlan, pan, toScreen, toWorld, zoomAbout } from "./camera.js";
import { captions, rowEnds } from "./captions.js";
import { toCss } from "./color.js";
import { listen } from "./gestures.js";
import { createGlyphs } from "./glyphs.js";
import { GridTwin } from "./grid-twin.js";
import { rowEnd, seatAt, sectionAt, sectionStep, step } from "./hit.js";
import { Minimap } from "./minimap.js";
import { Overlay } from "./overlay.js";
import { readPalette } from "./palette.js";
import { backEdge, roomiest } from "./place.js";
import { LOD_SHAPES } from "./levels.js";
import { Raster } from "./raster.js";
import { ENGLISH } from "./words.js";

/**
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
 * @typedef {import("./camera.js").Camera} Camera
 * @typedef {import("./raster.js").Filter} Filter
 * @typedef {import("./words.js").Words} Words
 * @typedef {import("./words.js").SeatState} SeatState
 * @typedef {{ top?: number, right?: number, bottom?: number, left?: number }} Insets
 * @typedef {{ from: Camera, to: Camera, start: number, ms: number }} Tween
 * @typedef {{ vx: number, vy: number, at: number }} Glide
 * @typedef {{ top: HTMLCanvasElement, base: HTMLCanvasElement, stage: HTMLElement, where: HTMLElement, keys: HTMLElement,
 *   controls: HTMLElement, buttons: Record<"zoomIn" | "zoomOut" | "fit", HTMLButtonElement> }} Parts
 */

const DPR_MAX = 2;
const PIXELS_MAX = 6e6; // beyond this a full redraw takes too long; larger windows are drawn coarser
const PITCH_MAX = 46; // CSS pixels between seats at the closest zoom
const PITCH_READ = 26; // where seats are taken to when one is asked for
const PITCH_TOUCH = 16, PITCH_MOUSE = 8; // below: a tap goes to the section
const TAP_REACH = 24; // WCAG 2.5.8
const ZOOM_STEP = 1.6;
const TWEEN_MS = 420;
const PULSE_MS = 750, PULSES_MAX = 160;
const PUT_RECTS_MAX = 60; // more small copies than this cost more than one large one
const CHANGES_MAX = 5000;
const MINI_FROM = 1.25; // zoom beyond the fit at which the overview shows
const ARROWS = /** @type {Record<string, import("./hit.js").Direction>} */ ({
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
});
const LOOKS = /** @type {const} */ (["available", "held", "sold", "blocked"]);
const MARKS = /** @type {const} */ (["available", "selected", "reserving", "mine"]);
const ICONS = {
  zoomIn: "M5 12h14M12 5v14",
  zoomOut: "M5 12h14",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
};

let instances = 0;

export class SeatMap extends HTMLElement {
  /** @type {SeatStore | null} */ #store = null;
  /** @type {Filter} */ #filter = { categories: null, accessible: false };
  /** @type {Words} */ #words = ENGLISH;
  /** @type {(category: number) => string} */ #priceText = () => "";
  /** @type {Insets} */ #insets = {};
  #floor = -1;

  /** @type {Parts | null} */ #parts = null;
  /** @type {Raster | null} */ #raster = null;
  /** @type {Overlay | null} */ #overlay = null;
  /** @type {Minimap | null} */ #minimap = null;
  /** @type {GridTwin | null} */ #twin = null;
  /** @type {import("./palette.js").MapPalette | null} */ #palette = null;
  /** @type {ImageData | null} */ #image = null;
  /** @type {CanvasRenderingContext2D | null} */ #base = null;
  /** @type {import("./place.js").Spot[]} */ #spots = [];
  /** @type {ReturnType<typeof backEdge>[]} */ #tags = [];
  /** @type {import("./captions.js").RowEnd[]} */ #rowEnds = [];
  /** @type {import("./captions.js").Caption[]} */ #captions = [];
  #glyphSize = 0;
  /** How long the last frame's drawing took, for the bench. */
  drawMs = 0;

  /** @type {Camera} */ #camera = { x: 0, y: 0, scale: 1 };
  #viewport = { width: 0, height: 0 };
  #dpr = 1;
  #home = true; // the whole house is shown, and stays so when the window changes
  /** @type {Tween | null} */ #tween = null;
  /** @type {Glide | null} */ #glide = null;

  #frame = 0;
  #allDirty = false;
  #topDirty = false;
  #miniDirty = false;
  #viewMoved = false;
  #stale = false; // more changed than was written down
  /** @type {number[]} */ #changed = [];
  /** @type {Map<number, number>} */ #pulses = new Map();
  /** @type {Set<number>} */ #marked = new Set();
  #hover = -1;
  #hoverSection = -1;
  /** @type {AbortController | null} */ #listening = null;
  /** @type {(() => void)[]} */ #stops = [];
  /** @type {(() => void) | null} */ #stopStore = null;
  #reduced = matchMedia("(prefers-reduced-motion: reduce)");

  connectedCallback() {
    this.#parts ??= this.#build();
    if (!this.hasAttribute("role")) this.setAttribute("role", "group");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", this.#words.map);
    this.#listen();
    if (this.#store) this.#open();
  }

  disconnectedCallback() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#listening?.abort();
    for (const stop of this.#stops.splice(0)) stop();
    this.#stopStore?.();
    this.#stopStore = null;
  }

  // --- properties ---

  get store() {
    return this.#store;
  }
  set store(store) {
    if (store === this.#store) return;
    this.#store = store;
    this.#home = true;
    if (this.isConnected) this.#open();
  }

  get filter() {
    return this.#filter;
  }
  set filter(filter) {
    this.#filter = filter;
    this.#raster?.setFilter(filter);
    this.#minimap?.setFilter(filter);
    this.#redrawAll();
  }

  /** The floor that is shown; -1 shows all. */
  get floor() {
    return this.#floor;
  }
  set floor(floor) {
    if (floor !== this.#floor) this.#home = true;
    this.#floor = floor;
    if (this.#home) this.#camera = this.#homeCamera();
    this.#viewMoved = true;
    this.#redrawAll();
  }

  /** @param {Partial<Words>} words those given replace the English ones */
  set words(words) {
    this.#words = { ...ENGLISH, ...words };
    this.#name();
    this.#redrawAll();
  }

  /** @param {(category: number) => string} text of a category's price, for the grid's labels */
  set priceText(text) {
    this.#priceText = text;
    this.#twin?.refresh();
  }

  /** @param {Insets} insets room that something else covers, CSS pixels */
  set insets(insets) {
    this.#insets = insets;
    if (this.#home) this.#jump(this.#homeCamera());
  }

  /** CSS colours of the categories, as drawn: adapted to the theme. */
  get categoryColors() {
    return this.#palette?.categories.map(toCss) ?? [];
  }

  get camera() {
    return this.#camera;
  }
  /** 0 sections, 1 points, 2 shapes, 3 numbers. */
  get level() {
    return this.#raster?.level ?? 0;
  }
  get busy() {
    return this.#frame !== 0;
  }

  // --- going places ---

  /** Shows the whole house. */
  fit() {
    this.#go(this.#homeCamera());
    this.#home = true;
  }

  /** @param {number} section @param {number} [wx] plan point to keep in view @param {number} [wy] */
  zoomTo(section, wx, wy) {
    const store = this.#store;
    const box = store?.sections[section]?.box;
    if (!store || !box) return;
    const whole = this.#fitBox(box, 36);
    const scale = Math.min(this.#limits().max, Math.max(whole.scale, (PITCH_TOUCH + 4) / store.pitch));
    if (scale === whole.scale || wx === undefined || wy === undefined) return this.#go({ ...whole, scale });
    // Too large to see whole: where it was asked for, but with no more empty space than needed.
    this.#go(clamp({ x: wx, y: wy, scale }, box, this.#viewport, 36));
  }

  /** @param {number} i */
  zoomToSeat(i) {
    const store = this.#store;
    if (!store || i < 0 || i >= store.count) return;
    const scale = Math.min(this.#limits().max, Math.max(this.#target().scale, PITCH_READ / store.pitch));
    this.#go({ x: store.x[i], y: store.y[i], scale });
  }

  /** @param {number} factor */
  zoomBy(factor) {
    const { width, height } = this.#viewport;
    this.#go(zoomAbout(this.#target(), this.#viewport, width / 2, height / 2, factor, this.#limits()));
  }

  /** Puts the keyboard cursor on a seat and shows it. @param {number} i */
  focusSeat(i) {
    this.#twin?.moveTo(i, true);
    this.#reveal(i);
  }

  /** Draws the eye to seats that changed. @param {Iterable<number>} indexes */
  pulse(indexes) {
    if (this.#reduced.matches) return;
    const now = performance.now();
    for (const i of indexes) {
      if (this.#pulses.size >= PULSES_MAX && !this.#pulses.has(i)) break;
      this.#pulses.set(i, now);
    }
    this.#schedule();
  }

  /** Where a seat is in the window. @param {number} i */
  clientPoint(i) {
    const store = this.#store, stage = this.#parts?.stage;
    if (!store || !stage) return { clientX: 0, clientY: 0 };
    const box = stage.getBoundingClientRect();
    const [sx, sy] = toScreen(this.#camera, this.#viewport, store.x[i], store.y[i]);
    return { clientX: box.left + sx, clientY: box.top + sy };
  }

  /** Reads the colours again; needed only where the page changes them in a way that cannot be watched. */
  refreshPalette() {
    if (!this.#store || !this.isConnected) return;
    this.#palette = readPalette(this, this.#store.categories);
    this.#raster?.setPalette(this.#palette);
    this.#glyphSize = 0;
    this.#openMinimap();
    this.#redrawAll();
    this.#emit("palette-change", { categoryColors: this.categoryColors });
  }

  // --- setting up ---

  /** @returns {Parts} */
  #build() {
    const make = (/** @type {string} */ tag, /** @type {string} */ name) => {
      const element = document.createElement(tag);
      element.className = name;
      return element;
    };
    const stage = make("div", "map-stage");
    const base = /** @type {HTMLCanvasElement} */ (make("canvas", "map-base"));
    const top = /** @type {HTMLCanvasElement} */ (make("canvas", "map-top"));
    base.setAttribute("aria-hidden", "true");
    top.setAttribute("aria-hidden", "true");
    const where = make("p", "map-where");
    where.setAttribute("aria-hidden", "true");
    where.hidden = true;
    const keys = make("p", "map-keys");
    keys.id = `map-keys-${++instances}`;
    stage.append(base, top);
    const controls = make("div", "map-controls");
    const button = (/** @type {keyof typeof ICONS} */ name, /** @type {() => void} */ act) => {
      const element = /** @type {HTMLButtonElement} */ (make("button", "map-button"));
      element.type = "button";
      element.append(icon(ICONS[name]));
      element.addEventListener("click", act);
      controls.append(element);
      return element;
    };
    const buttons = {
      zoomIn: button("zoomIn", () => this.zoomBy(ZOOM_STEP)),
      zoomOut: button("zoomOut", () => this.zoomBy(1 / ZOOM_STEP)),
      fit: button("fit", () => this.fit()),
    };
    this.append(keys, stage, where, controls);
    this.#base = base.getContext("2d", { alpha: false });
    const context = top.getContext("2d");
    if (context) this.#overlay = new Overlay(context);
    return { base, top, stage, where, keys, controls, buttons };
  }

  #listen() {
    const parts = this.#parts;
    if (!parts) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    const sizes = new ResizeObserver(() => this.#resize());
    sizes.observe(parts.stage);
    const themes = new MutationObserver(() => this.refreshPalette());
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "style", "data-theme"] });
    for (const query of ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"]) {
      matchMedia(query).addEventListener("change", () => this.refreshPalette(), { signal });
    }
    const gestures = listen(parts.stage, {
      grab: () => {
        this.#glide = null;
        this.#tween = null;
      },
      drag: (dx, dy) => this.#moveTo(pan(this.#camera, dx, dy)),
      fling: (vx, vy) => this.#fling(vx, vy),
      zoom: (x, y, factor) => {
        this.#tween = null;
        this.#moveTo(zoomAbout(this.#camera, this.#viewport, x, y, factor, this.#limits()));
      },
      tap: (x, y, touch) => this.#tap(x, y, touch),
      doubleTap: (x, y) => this.#doubleTap(x, y),
      hover: (x, y) => this.#point(x, y),
      leave: () => this.#setHover(-1, -1, 0, 0),
    });
    this.#stops.push(() => sizes.disconnect(), () => themes.disconnect(), gestures);
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("focusin", (event) => this.#focused(event), { signal });
    this.addEventListener("focusout", () => this.#touchTop(), { signal });
  }

  #open() {
    const store = this.#store, parts = this.#parts;
    if (!store || !parts) return;
    this.#stopStore?.();
    this.#palette = readPalette(this, store.categories);
    this.#raster = new Raster(store, this.#palette);
    this.#raster.setFilter(this.#filter);
    this.#spots = store.sections.map((section) => roomiest(section.outline, section.box));
    const { focalPoint } = store.geometry;
    this.#tags = store.sections.map(({ outline, box }) => backEdge(outline, box, focalPoint));
    this.#rowEnds = rowEnds(store);
    this.#pulses.clear();
    this.#changed = [];
    this.#marked = new Set();
    store.mark.forEach((mark, i) => mark && this.#marked.add(i));
    this.#stopStore = store.onChange((indexes, what) => this.#storeChanged(indexes, what));
    this.#twin?.element.remove();
    this.#twin = new GridTwin({
      store,
      describe: (i) => this.describe(i),
      describeSection: (s) =>
        this.#words.section(
          store.sections[s].name,
          store.counts.sectionAvailable[s],
          store.counts.sectionTotal[s],
        ),
      describeRow: (label) => this.#words.row(label),
      state: (i) => ({
        selected: store.mark[i] === SELECTED || store.mark[i] === MINE,
        disabled: store.mark[i] === 0 && store.status[i] !== 0,
      }),
    }, parts.keys.id);
    parts.stage.after(this.#twin.element);
    this.#twin.moveTo(middleSeat(store), false);
    this.#name();
    this.#openMinimap();
    this.#resize();
    this.#emit("palette-change", { categoryColors: this.categoryColors });
  }

  #openMinimap() {
    const { width } = this.#viewport;
    if (!this.#store || !this.#palette || !this.#parts) return;
    this.#minimap?.element.remove();
    const size = width < 600 ? { width: 96, height: 80 } : { width: 168, height: 128 };
    this.#minimap = new Minimap(
      this.#store,
      this.#palette,
      { ...size, dpr: Math.min(DPR_MAX, devicePixelRatio) },
      (wx, wy) => {
        this.#tween = this.#glide = null;
        this.#moveTo({ ...this.#camera, x: wx, y: wy });
      },
    );
    this.#minimap.setFilter(this.#filter);
    this.#parts.controls.before(this.#minimap.element);
    this.#miniDirty = true;
    this.#viewMoved = true;
  }

  #name() {
    const parts = this.#parts;
    if (!parts) return;
    const words = this.#words;
    for (const name of /** @type {const} */ (["zoomIn", "zoomOut", "fit"])) {
      parts.buttons[name].setAttribute("aria-label", words[name]);
      parts.buttons[name].title = words[name];
    }
    parts.keys.textContent = words.keys;
    this.#captions = this.#store ? captions(this.#store, words.stage) : [];
    this.#twin?.refresh();
  }

  #resize() {
    const parts = this.#parts;
    if (!parts || !this.#raster) return;
    const { clientWidth: width, clientHeight: height } = parts.stage;
    if (width === 0 || height === 0) return;
    const narrow = (this.#viewport.width < 600) !== (width < 600);
    this.#viewport = { width, height };
    this.#dpr = Math.min(DPR_MAX, devicePixelRatio || 1, Math.sqrt(PIXELS_MAX / (width * height)));
    const w = Math.round(width * this.#dpr), h = Math.round(height * this.#dpr);
    for (const canvas of [parts.base, parts.top]) {
      canvas.width = w;
      canvas.height = h;
    }
    this.#image = new ImageData(this.#raster.resize(w, h), w, h);
    if (narrow) this.#openMinimap();
    this.#camera = this.#home ? this.#homeCamera() : this.#kept(this.#camera);
    this.#viewMoved = true;
    this.#redrawAll();
    if (this.#frame) cancelAnimationFrame(this.#frame);
    this.#draw(performance.now()); // at once: a canvas that was resized is empty
  }

  // --- the store ---

  /** @param {Int32Array | null} indexes @param {"status" | "mark"} what */
  #storeChanged(indexes, what) {
    this.#miniDirty = true;
    if (!indexes) {
      this.#raster?.update(null);
      this.#redrawAll();
      this.#twin?.refresh();
      return;
    }
    if (this.#changed.length > CHANGES_MAX) this.#stale = true; // nobody is looking: the tab is hidden
    else for (const i of indexes) this.#changed.push(i);
    if (what === "mark") {
      for (const i of indexes) {
        if (this.#store?.mark[i]) this.#marked.add(i);
        else this.#marked.delete(i);
      }
    } else this.pulse(indexes);
    this.#twin?.update(indexes);
    this.#touchTop();
  }

  /** @param {number} i @returns {SeatState} */
  #state(i) {
    const store = /** @type {SeatStore} */ (this.#store);
    return store.mark[i] ? MARKS[store.mark[i]] : LOOKS[store.status[i]];
  }

  /** A seat in words. @param {number} i */
  describe(i) {
    const store = /** @type {SeatStore} */ (this.#store), flags = store.flags[i];
    return this.#words.seat({
      section: store.sectionName(i),
      row: store.rowLabel(i),
      seat: store.label(i),
      category: store.categoryName(i),
      price: this.#priceText(store.category[i]),
      state: this.#state(i),
      accessible: (flags & ACCESSIBLE) !== 0,
      companion: (flags & COMPANION) !== 0,
      restrictedView: (flags & RESTRICTED_VIEW) !== 0,
      aisle: store.gapAfter[i] !== 0,
    });
  }

  // --- the camera ---

  #limits() {
    const home = this.#homeCamera().scale, pitch = this.#store?.pitch ?? 1;
    return { min: home * 0.85, max: Math.max(home, PITCH_MAX / pitch) };
  }

  /** @param {import("./camera.js").Box} box @param {number} padding @returns {Camera} */
  #fitBox(box, padding) {
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.#insets;
    const { width, height } = this.#viewport;
    const camera = fit(box, { width: width - left - right, height: height - top - bottom }, padding);
    const scale = Math.min(camera.scale, PITCH_MAX / (this.#store?.pitch ?? 1));
    return { x: camera.x - (left - right) / 2 / scale, y: camera.y - (top - bottom) / 2 / scale, scale };
  }

  /** What there is to see: the house, or the floor that is shown. @returns {import("./camera.js").Box} */
  #box() {
    const store = this.#store;
    if (!store) return [0, 0, 1, 1];
    const boxes = store.sections.filter(({ floor }) => floor === this.#floor).map(({ box }) => box);
    if (boxes.length === 0) return store.box;
    const most = (/** @type {number} */ side) => Math.max(...boxes.map((box) => box[side]));
    const least = (/** @type {number} */ side) => Math.min(...boxes.map((box) => box[side]));
    return [least(0), least(1), most(2), most(3)];
  }

  #homeCamera() {
    return this.#fitBox(this.#box(), this.#viewport.width < 600 ? 12 : 28);
  }

  /** @param {Camera} camera */
  #kept(camera) {
    return onPlan(camera, this.#box());
  }

  #target() {
    return this.#tween?.to ?? this.#camera;
  }

  /** @param {Camera} camera */
  #moveTo(camera) {
    this.#home = false;
    this.#jump(this.#kept(camera));
  }

  /** @param {Camera} camera */
  #jump(camera) {
    this.#camera = camera;
    this.#viewMoved = true;
    this.#redrawAll();
  }

  /** @param {Camera} to */
  #go(to) {
    this.#home = false;
    this.#glide = null;
    this.#setHover(-1, -1, 0, 0); // the pointer will be over something else
    if (this.#reduced.matches || this.#viewport.width === 0) return this.#jump(to);
    this.#tween = { from: this.#camera, to, start: performance.now(), ms: TWEEN_MS };
    this.#schedule();
  }

  /** @param {number} vx @param {number} vy */
  #fling(vx, vy) {
    if (this.#reduced.matches) return;
    this.#glide = { vx, vy, at: performance.now() };
    this.#schedule();
  }

  /** Moves the camera on; true while it moves. @param {number} now */
  #advance(now) {
    if (this.#tween) {
      const { from, to, start, ms } = this.#tween;
      const t = Math.min(1, Math.max(0, (now - start) / ms));
      this.#jump(t === 1 ? to : between(from, to, ease(t)));
      if (t === 1) this.#tween = null;
    } else if (this.#glide) {
      const elapsed = Math.max(0, now - this.#glide.at);
      const x = glide(this.#glide.vx, elapsed), y = glide(this.#glide.vy, elapsed);
      this.#moveTo(pan(this.#camera, x.distance, y.distance));
      const slow = Math.hypot(x.velocity, y.velocity) < 0.02;
      this.#glide = slow ? null : { vx: x.velocity, vy: y.velocity, at: now };
    }
    return this.#tween !== null || this.#glide !== null;
  }

  // --- pointing ---

  #gap() {
    return (this.#store?.pitch ?? 1) * this.#camera.scale;
  }

  /** @param {number} x @param {number} y @param {number} reach CSS pixels */
  #seatAt(x, y, reach) {
    const store = this.#store;
    if (!store) return -1;
    const [wx, wy] = toWorld(this.#camera, this.#viewport, x, y);
    return seatAt(store, wx, wy, reach / this.#camera.scale, this.#floor);
  }

  /** @param {number} x @param {number} y @param {boolean} touch */
  #tap(x, y, touch) {
    const store = this.#store, gap = this.#gap();
    if (!store) return;
    if (gap >= (touch ? PITCH_TOUCH : PITCH_MOUSE)) {
      const i = this.#seatAt(x, y, touch ? Math.max(TAP_REACH, gap * 0.6) : gap * 0.62);
      if (i >= 0) this.#activate(i);
      return;
    }
    const [wx, wy] = toWorld(this.#camera, this.#viewport, x, y);
    const section = sectionAt(store, wx, wy, this.#floor);
    if (section < 0) return;
    if (this.#emit("section-activate", { section })) this.zoomTo(section, wx, wy);
  }

  /** @param {number} x @param {number} y */
  #doubleTap(x, y) {
    if (this.#tween) return; // the first tap is already on its way to a section
    const gap = this.#gap();
    const i = gap >= PITCH_MOUSE ? this.#seatAt(x, y, gap * 0.62) : -1;
    if (i >= 0) this.#activate(i);
    else this.#go(this.#kept(zoomAbout(this.#camera, this.#viewport, x, y, 2.2, this.#limits())));
  }

  /** @param {number} i */
  #activate(i) {
    this.#twin?.moveTo(i, false);
    this.#emit("seat-activate", { index: i });
  }

  /** @param {number} x @param {number} y */
  #point(x, y) {
    const store = this.#store, gap = this.#gap();
    if (!store) return;
    const i = gap >= PITCH_MOUSE ? this.#seatAt(x, y, gap * 0.62) : -1;
    const [wx, wy] = toWorld(this.#camera, this.#viewport, x, y);
    const section = gap < PITCH_MOUSE ? sectionAt(store, wx, wy, this.#floor) : -1;
    this.#setHover(i, section, x, y);
  }

  /** @param {number} i @param {number} section @param {number} x @param {number} y */
  #setHover(i, section, x, y) {
    const moved = i !== this.#hover;
    if (!moved && section === this.#hoverSection && i < 0) return;
    this.#hover = i;
    this.#hoverSection = section;
    this.#parts?.stage.classList.toggle("map-over", i >= 0 || section >= 0);
    this.#touchTop();
    const box = this.#parts?.stage.getBoundingClientRect();
    this.#emit("seat-hover", {
      index: i,
      section,
      clientX: (box?.left ?? 0) + x,
      clientY: (box?.top ?? 0) + y,
      keyboard: false,
    });
  }

  // --- the keyboard ---

  /** @param {FocusEvent} event */
  #focused(event) {
    const i = this.#twin?.seatOf(/** @type {Element} */ (event.target)) ?? -1;
    this.#touchTop();
    if (i < 0) return;
    if (i !== this.#twin?.cursor) this.#twin?.moveTo(i, true);
    this.#reveal(i);
    this.#emit("seat-hover", { index: i, section: -1, ...this.clientPoint(i), keyboard: true });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const store = this.#store, twin = this.#twin;
    if (!store || !twin || !twin.hasFocus || event.altKey || event.metaKey) return;
    const at = twin.cursor;
    const direction = ARROWS[event.key];
    let next = -1;
    if (direction) next = step(store, at, direction);
    else if (event.key === "Home") next = rowEnd(store, at, "first");
    else if (event.key === "End") next = rowEnd(store, at, "last");
    else if (event.key === "PageDown") next = sectionStep(store, at, 1);
    else if (event.key === "PageUp") next = sectionStep(store, at, -1);
    else if (event.key === "Enter" || event.key === " ") this.#emit("seat-activate", { index: at });
    else if (event.key === "+" || event.key === "=") this.zoomBy(ZOOM_STEP);
    else if (event.key === "-") this.zoomBy(1 / ZOOM_STEP);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
    if (next >= 0 && next !== at) twin.moveTo(next, true);
  }

  /** Brings a seat into view, close enough to be seen. @param {number} i */
  #reveal(i) {
    const store = this.#store;
    if (!store) return;
    const target = this.#target();
    if (store.pitch * target.scale < PITCH_MOUSE) return this.zoomToSeat(i);
    const { top = 0, right = 0, bottom = 0, left = 0 } = this.#insets;
    const { width, height } = this.#viewport;
    const margin = Math.min(70, width / 5, height / 5);
    const [sx, sy] = toScreen(target, this.#viewport, store.x[i], store.y[i]);
    const dx = Math.max(0, left + margin - sx) - Math.max(0, sx - (width - right - margin));
    const dy = Math.max(0, top + margin - sy) - Math.max(0, sy - (height - bottom - margin));
    if (dx !== 0 || dy !== 0) this.#go(pan(target, dx, dy));
  }

  // --- drawing ---

  #redrawAll() {
    this.#allDirty = true;
    this.#touchTop();
  }

  #touchTop() {
    this.#topDirty = true;
    this.#schedule();
  }

  #schedule() {
    if (this.#frame === 0 && this.isConnected) this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  /** One frame: move, then draw only what is dirty. @param {number} now */
  #draw(now) {
    this.#frame = 0;
    if (!this.#image || !this.#raster) return;
    const start = performance.now();
    const moving = this.#advance(now);
    if (this.#allDirty || this.#stale) this.#drawAll();
    else if (this.#changed.length > 0) this.#drawChanged();
    this.#changed.length = 0;
    if (this.#topDirty || this.#pulses.size > 0) this.#drawTop(now);
    this.drawMs = performance.now() - start;
    if (this.#viewMoved) this.#showView();
    if (this.#miniDirty && !this.#minimap?.element.hidden && this.#minimap?.refresh(now, this.#floor)) {
      this.#miniDirty = false;
    }
    if (moving || this.#pulses.size > 0) this.#schedule();
    else if (this.#miniDirty && !this.#minimap?.element.hidden) setTimeout(() => this.#schedule(), 500);
  }

  #drawAll() {
    const raster = /** @type {Raster} */ (this.#raster), image = /** @type {ImageData} */ (this.#image);
    this.#allDirty = false;
    const k = this.#camera.scale * this.#dpr;
    this.#prepareGlyphs();
    raster.update(this.#stale ? null : this.#changed);
    this.#stale = false;
    raster.draw({
      k,
      ox: image.width / 2 - this.#camera.x * k,
      oy: image.height / 2 - this.#camera.y * k,
      dpr: this.#dpr,
    }, this.#floor);
    this.#base?.putImageData(image, 0, 0);
  }

  #drawChanged() {
    const image = /** @type {ImageData} */ (this.#image);
    const rects = this.#raster?.redraw(this.#changed);
    if (!rects) return this.#drawAll();
    if (rects.length > PUT_RECTS_MAX * 4) {
      this.#base?.putImageData(image, 0, 0);
      return;
    }
    for (let n = 0; n < rects.length; n += 4) {
      this.#base?.putImageData(image, 0, 0, rects[n], rects[n + 1], rects[n + 2], rects[n + 3]);
    }
  }

  /** The size of numbers follows the zoom in steps, so that few sheets are made. */
  #prepareGlyphs() {
    const pitch = this.#gap();
    const size = Math.round(Math.min(34, pitch * 0.8) * 0.48) * this.#dpr;
    if (size === this.#glyphSize || !this.#palette) return;
    this.#glyphSize = size;
    this.#raster?.setGlyphs(pitch > 14 ? createGlyphs(size, this.#palette.font) : null);
  }

  /** @param {number} now */
  #drawTop(now) {
    const store = this.#store, palette = this.#palette, raster = this.#raster;
    if (!store || !palette || !raster) return;
    this.#topDirty = false;
    /** @type {Map<number, number>} */
    const ages = new Map();
    for (const [i, start] of this.#pulses) {
      const age = Math.max(0, (now - start) / PULSE_MS);
      if (age >= 1) this.#pulses.delete(i);
      else ages.set(i, age);
    }
    this.#overlay?.draw({
      store,
      camera: this.#camera,
      viewport: this.#viewport,
      dpr: this.#dpr,
      palette,
      words: this.#words,
      level: raster.level,
      floor: this.#floor,
      diameter: raster.diameter / this.#dpr,
      spots: this.#spots,
      tags: this.#tags,
      rowEnds: this.#rowEnds,
      captions: this.#captions,
      fillOf: (s) => raster.fillOf(s),
      marked: this.#marked,
      hover: this.#hover,
      hoverSection: this.#hoverSection,
      cursor: this.#twin?.hasFocus ? this.#twin.cursor : -1,
      pulses: ages,
    });
    if (this.#pulses.size === 0 && ages.size > 0) this.#topDirty = true;
  }

  #showView() {
    const store = this.#store, parts = this.#parts, raster = this.#raster;
    if (!store || !parts || !raster) return;
    this.#viewMoved = false;
    const { min, max } = this.#limits(), { scale } = this.#camera;
    const home = this.#homeCamera().scale;
    parts.buttons.zoomIn.disabled = scale >= max * 0.999;
    parts.buttons.zoomOut.disabled = scale <= min * 1.001;
    if (this.#minimap) {
      this.#minimap.element.hidden = scale < home * MINI_FROM;
      this.#minimap.show(this.#camera, this.#viewport);
    }
    const section = raster.level >= LOD_SHAPES ? sectionAt(store, this.#camera.x, this.#camera.y, this.#floor) : -1;
    parts.where.hidden = section < 0 || store.sections.length < 2 || scale < home * MINI_FROM;
    if (section >= 0) parts.where.textContent = store.sections[section].name;
    this.#emit("view-change", { scale, level: raster.level, section });
  }

  /** @param {string} type @param {object} detail @returns {boolean} not cancelled */
  #emit(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, cancelable: true }));
  }
}

/** @param {string} path */
function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Where the keyboard starts: a free seat near the front, or the first seat. @param {SeatStore} store */
function middleSeat(store) {
  const [x, y] = store.geometry.focalPoint ?? [(store.box[0] + store.box[2]) / 2, store.box[1]];
  const free = store.grid.nearest(x, y, Infinity, (i) => store.isAvailable(i));
  return free < 0 ? 0 : free;
}

customElements.define("seat-map", SeatMap);
