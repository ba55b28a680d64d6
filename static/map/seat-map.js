// @ts-check
/**
 * `<seat-map>`: the live house. Two canvases (seats; names and rings above them), an overview, zoom
 * buttons, and a real grid beside them for keyboard and screen reader.
 *
 * Set `store`, then listen: `seat-activate {index}`, `seat-hover {index, section, area, clientX, clientY, keyboard}`,
 * `section-activate {section}` (cancel it to keep the view), `area-activate {area}`, `view-change {scale, level, section}`,
 * `palette-change {categoryColors}`.
 *
 * Owns: what the viewer points at, when to draw. Never: decides what an activated seat means.
 */
import { ACCESSIBLE, COMPANION, RESTRICTED_VIEW } from "../state/geometry.js";
import { MINE, SELECTED } from "../state/seat-store.js";
import { toScreen, toWorld } from "./camera.js";
import { toCss } from "./paint/color.js";
import { Flight } from "./flight.js";
import { listen } from "./gestures.js";
import { GridTwin } from "./grid-twin.js";
import { areaAt, rowEnd, seatAt, sectionAt, sectionStep, step } from "./hit.js";
import { LOD_SHAPES } from "./levels.js";
import { Minimap } from "./minimap.js";
import { Painter } from "./paint/painter.js";
import { readPalette } from "./paint/palette.js";
import { buildParts } from "./parts.js";
import { ENGLISH } from "./words.js";

/**
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
 * @typedef {import("./paint/raster.js").Filter} Filter
 * @typedef {import("./words.js").Words} Words
 */

const GAP_READ = 26; // CSS pixels between seats where one was asked for
const GAP_TOUCH = 16, GAP_MOUSE = 8; // below: a tap goes to the section
const TAP_REACH = 24; // WCAG 2.5.8
const ZOOM_STEP = 1.6, ZOOM_DOUBLE_TAP = 2.2;
const MINI_FROM = 1.25; // zoom beyond the whole house at which the overview shows
const MINI_REFRESH_MS = 500;
const THEMES = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "(prefers-contrast: more)"];
const ARROWS = /** @type {Record<string, import("./hit.js").Direction>} */ ({
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
});
const BY_STATUS = /** @type {const} */ (["available", "held", "sold", "blocked"]);
const BY_MARK = /** @type {const} */ (["available", "selected", "reserving", "mine"]);

export class SeatMap extends HTMLElement {
  /** @type {SeatStore | null} */ #store = null;
  /** @type {Filter} */ #filter = { categories: null, accessible: false };
  /** @type {Words} */ #words = ENGLISH;
  /** @type {readonly number[] | null} */ #heat = null;
  /** @type {(category: number) => string} */ #priceText = () => "";
  /** @type {(i: number) => string} */ #noteText = () => "";
  /** The seats that a seat is chosen with. @type {(i: number) => readonly number[]} */ together = (i) => [i];
  #floor = -1;

  /** @type {import("./parts.js").Parts | null} */ #parts = null;
  /** @type {Painter | null} */ #painter = null;
  /** @type {Minimap | null} */ #minimap = null;
  /** @type {GridTwin | null} */ #twin = null;
  /** @type {import("./paint/palette.js").MapPalette | null} */ #palette = null;
  #flight = new Flight(() => this.#viewMoved());

  #frame = 0;
  #isShown = false; // false: hidden by the page, so that drawing would be wasted
  #miniDirty = false;
  #isViewTold = true;
  #hover = -1;
  #hoverSection = -1;
  #hoverArea = -1;
  /** @type {(() => void)[]} */ #stops = [];
  /** @type {(() => void) | null} */ #stopStore = null;
  #reduced = matchMedia("(prefers-reduced-motion: reduce)");
  /** How long the last frame's drawing took. */
  drawMs = 0;

  connectedCallback() {
    this.#parts ??= buildParts(this, {
      zoomIn: () => this.zoomBy(ZOOM_STEP),
      zoomOut: () => this.zoomBy(1 / ZOOM_STEP),
      fit: () => this.fit(),
    });
    if (!this.hasAttribute("role")) this.setAttribute("role", "group");
    if (!this.hasAttribute("aria-label")) this.setAttribute("aria-label", this.#words.map);
    this.#listen(this.#parts);
    if (this.#store) this.#open();
  }

  disconnectedCallback() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#isShown = false;
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
    this.#flight.isHome = true;
    if (this.isConnected) this.#open();
  }

  get filter() {
    return this.#filter;
  }
  set filter(filter) {
    this.#filter = filter;
    this.#painter?.setFilter(filter);
    this.#minimap?.setFilter(filter);
    this.#miniDirty = true;
    this.#schedule();
  }

  /** How hot each section is, 0 to 1; null shades them by what is free. */
  get heat() {
    return this.#heat;
  }
  set heat(heat) {
    this.#heat = heat;
    this.#painter?.setHeat(heat);
    this.#schedule();
  }

  /** The floor that is shown; -1 shows all. */
  get floor() {
    return this.#floor;
  }
  set floor(floor) {
    if (floor !== this.#floor) this.#flight.isHome = true;
    this.#floor = floor;
    this.#openHouse();
  }

  /** @param {Partial<Words>} words those given replace the English ones */
  set words(words) {
    this.#words = { ...ENGLISH, ...words };
    this.#nameParts();
    this.#painter?.invalidate();
    this.#schedule();
  }

  /** @param {(category: number) => string} text of a category's price, for the grid's labels */
  set priceText(text) {
    this.#priceText = text;
    this.#twin?.refresh();
  }

  /** @param {(i: number) => string} text what else is to be said of a seat */
  set noteText(text) {
    this.#noteText = text;
    this.#twin?.refresh();
  }

  /** @param {import("./flight.js").Insets} insets room that something else covers, CSS pixels */
  set insets(insets) {
    this.#flight.setInsets(insets);
  }

  /** CSS colours of the categories, as drawn: adapted to the theme. */
  get categoryColors() {
    return this.#palette?.categories.map(toCss) ?? [];
  }

  get camera() {
    return this.#flight.camera;
  }

  /** 0 sections, 1 points, 2 shapes, 3 numbers. */
  get level() {
    return this.#painter?.level ?? 0;
  }

  /** Whether something still moves or waits to be drawn. */
  get busy() {
    return this.#frame !== 0;
  }

  // --- going places ---

  /** Shows the whole house. */
  fit() {
    this.#go(this.#flight.home());
    this.#flight.isHome = true;
  }

  /** @param {number} section @param {number} [wx] plan point to keep in view @param {number} [wy] */
  zoomTo(section, wx, wy) {
    const box = this.#store?.sections[section]?.box;
    if (box) this.#go(this.#flight.closeTo(box, GAP_TOUCH + 4, wx, wy));
  }

  /** @param {number} i */
  zoomToSeat(i) {
    const store = this.#store;
    if (store && i >= 0 && i < store.count) this.#go(this.#flight.over(store.x[i], store.y[i], GAP_READ));
  }

  /** @param {number} factor */
  zoomBy(factor) {
    const { width, height } = this.#flight.viewport;
    this.#go(this.#flight.zoomed(width / 2, height / 2, factor));
  }

  /** Puts the keyboard cursor on a seat and shows it. @param {number} i */
  focusSeat(i) {
    this.#twin?.moveTo(i, true);
    this.#reveal(i);
  }

  /** Draws the eye to seats that changed. @param {Iterable<number>} indexes */
  pulse(indexes) {
    if (this.#reduced.matches) return;
    this.#painter?.pulse(indexes, performance.now());
    this.#schedule();
  }

  /** Where a seat is in the window. @param {number} i */
  clientPoint(i) {
    return this.windowPoint(this.#store?.x[i] ?? 0, this.#store?.y[i] ?? 0);
  }

  /** Where a point of the plan is in the window. @param {number} wx @param {number} wy */
  windowPoint(wx, wy) {
    const box = this.#parts?.stage.getBoundingClientRect();
    if (!box) return { clientX: 0, clientY: 0 };
    const [sx, sy] = toScreen(this.#flight.camera, this.#flight.viewport, wx, wy);
    return { clientX: box.left + sx, clientY: box.top + sy };
  }

  /** The plan's point at a place in the window. @param {number} clientX @param {number} clientY @returns {[number, number]} */
  planPoint(clientX, clientY) {
    const box = this.#parts?.stage.getBoundingClientRect();
    return toWorld(this.#flight.camera, this.#flight.viewport, clientX - (box?.left ?? 0), clientY - (box?.top ?? 0));
  }

  /** A seat in words. @param {number} i */
  describe(i) {
    const store = this.#store;
    if (!store) return "";
    const { flags, category, mark, row, status } = store;
    return this.#words.seat({
      section: store.sectionName(i),
      row: store.rowLabel(i),
      kind: store.rows[row[i]].kind,
      seat: store.seatLabel(i),
      label: store.label(i),
      category: store.categoryName(i),
      price: this.#priceText(category[i]),
      note: this.#noteText(i),
      state: mark[i] ? BY_MARK[mark[i]] : BY_STATUS[status[i]],
      accessible: (flags[i] & ACCESSIBLE) !== 0,
      companion: (flags[i] & COMPANION) !== 0,
      restrictedView: (flags[i] & RESTRICTED_VIEW) !== 0,
      aisle: store.gapAfter[i] !== 0,
    });
  }

  /** Reads the colours again; needed only where the page changes them in a way that cannot be watched. */
  refreshPalette() {
    if (!this.#store || !this.isConnected) return;
    const palette = readPalette(this, this.#store.categories);
    if (JSON.stringify(palette) === JSON.stringify(this.#palette)) return; // some other attribute changed
    this.#palette = palette;
    this.#painter?.setPalette(palette);
    this.#openMinimap();
    this.#schedule();
    this.#tell("palette-change", { categoryColors: this.categoryColors });
  }

  // --- setting up ---

  /** @param {import("./parts.js").Parts} parts */
  #listen({ stage }) {
    const ender = new AbortController(), { signal } = ender;
    const sizes = new ResizeObserver(() => this.#resize());
    sizes.observe(stage);
    const theme = new MutationObserver(() => this.refreshPalette());
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ["class", "style", "data-theme"] });
    for (const query of THEMES) matchMedia(query).addEventListener("change", () => this.refreshPalette(), { signal });
    this.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.addEventListener("focusin", (event) => this.#focused(event), { signal });
    this.addEventListener("focusout", () => this.#drawTop(), { signal });
    const flight = this.#flight;
    const stopGestures = listen(stage, {
      grab: () => flight.stop(),
      drag: (dx, dy) => flight.drag(dx, dy),
      fling: (vx, vy) => {
        if (this.#reduced.matches) return;
        flight.fling(vx, vy, performance.now());
        this.#schedule();
      },
      zoom: (x, y, factor) => flight.zoom(x, y, factor),
      tap: (x, y, touch) => this.#tap(x, y, touch),
      doubleTap: (x, y) => this.#doubleTap(x, y),
      hover: (x, y) => this.#point(x, y),
      leave: () => this.#setHover(-1, -1, 0, 0),
    });
    this.#stops.push(() => ender.abort(), () => sizes.disconnect(), () => theme.disconnect(), stopGestures);
  }

  #open() {
    const store = this.#store, parts = this.#parts;
    if (!store || !parts) return;
    this.#stopStore?.();
    const stopSeats = store.onChange((indexes, what) => this.#storeChanged(indexes, what));
    const stopAreas = store.areas.onChange(() => {
      this.#painter?.invalidate();
      this.#schedule();
    });
    this.#stopStore = () => void [stopSeats(), stopAreas()];
    this.#palette = readPalette(this, store.categories);
    this.#painter = new Painter(parts.base, parts.top, store, this.#palette);
    this.#painter.setFilter(this.#filter);
    this.#painter.setHeat(this.#heat);
    this.#twin?.element.remove();
    this.#twin = this.#openTwin(store, parts.keys.id);
    parts.stage.after(this.#twin.element);
    this.#nameParts();
    this.#openMinimap();
    this.#openHouse();
    this.#resize();
    this.#tell("palette-change", { categoryColors: this.categoryColors });
  }

  /** @param {SeatStore} store @param {string} keysId */
  #openTwin(store, keysId) {
    const { mark, status, counts, sections } = store;
    const twin = new GridTwin({
      store,
      describe: (i) => this.describe(i),
      describeSection: (s) => this.#words.section(sections[s].name, counts.sectionAvailable[s], counts.sectionTotal[s]),
      describeRow: ({ label, kind }) => this.#words.row(label, kind),
      state: (i) => ({
        selected: mark[i] === SELECTED || mark[i] === MINE,
        disabled: mark[i] === 0 && status[i] !== 0,
      }),
    }, keysId);
    twin.moveTo(startSeat(store), false);
    return twin;
  }

  /** Tells the camera what there is to see: the house, or the floor that is shown. */
  #openHouse() {
    const store = this.#store;
    if (!store) return;
    const boxes = store.sections.filter(({ floor }) => floor === this.#floor).map(({ box }) => box);
    const box = boxes.length === 0 ? store.box : boxes.reduce((all, one) => [
      Math.min(all[0], one[0]),
      Math.min(all[1], one[1]),
      Math.max(all[2], one[2]),
      Math.max(all[3], one[3]),
    ]);
    this.#flight.setHouse({ box, pitch: store.pitch });
  }

  #openMinimap() {
    if (!this.#store || !this.#palette || !this.#parts) return;
    this.#minimap?.element.remove();
    const size = this.#flight.viewport.width < 600 ? { width: 96, height: 80 } : { width: 168, height: 128 };
    this.#minimap = new Minimap(
      this.#store,
      this.#palette,
      { ...size, dpr: Math.min(2, devicePixelRatio) },
      (wx, wy) => this.#flight.centre(wx, wy),
    );
    this.#minimap.setFilter(this.#filter);
    this.#parts.controls.before(this.#minimap.element);
    this.#miniDirty = true;
    this.#isViewTold = false;
  }

  #nameParts() {
    const parts = this.#parts, words = this.#words;
    if (!parts) return;
    for (const name of /** @type {const} */ (["zoomIn", "zoomOut", "fit"])) {
      parts.buttons[name].setAttribute("aria-label", words[name]);
      parts.buttons[name].title = words[name];
    }
    parts.keys.textContent = words.keys;
    this.#twin?.refresh();
  }

  #resize() {
    const stage = this.#parts?.stage;
    this.#isShown = stage !== undefined && stage.clientWidth > 0 && stage.clientHeight > 0;
    if (!stage || !this.#painter || !this.#isShown) return;
    const { clientWidth: width, clientHeight: height } = stage;
    const isOtherKind = (this.#flight.viewport.width < 600) !== (width < 600);
    this.#painter.resize(width, height);
    this.#flight.resize(width, height);
    if (isOtherKind) this.#openMinimap();
    cancelAnimationFrame(this.#frame);
    this.#draw(performance.now()); // at once: a canvas that was resized is empty
  }

  /** @param {Int32Array | null} indexes @param {"status" | "mark"} what */
  #storeChanged(indexes, what) {
    this.#painter?.note(indexes);
    this.#miniDirty = true;
    if (!indexes) this.#twin?.refresh();
    else {
      this.#twin?.update(indexes);
      if (what === "status") this.pulse(indexes);
    }
    this.#schedule();
  }

  // --- pointing ---

  /** @param {number} x @param {number} y @param {number} reach CSS pixels */
  #seatAt(x, y, reach) {
    const { camera, viewport } = this.#flight;
    const [wx, wy] = toWorld(camera, viewport, x, y);
    return this.#store ? seatAt(this.#store, wx, wy, reach / camera.scale, this.#floor) : -1;
  }

  /** @param {number} x @param {number} y */
  #sectionAt(x, y) {
    const [wx, wy] = toWorld(this.#flight.camera, this.#flight.viewport, x, y);
    return this.#store ? sectionAt(this.#store, wx, wy, this.#floor) : -1;
  }

  /** @param {number} x @param {number} y @param {boolean} touch */
  #tap(x, y, touch) {
    const { gap, camera, viewport } = this.#flight;
    if (this.#tapArea(x, y)) return;
    if (gap >= (touch ? GAP_TOUCH : GAP_MOUSE)) {
      const i = this.#seatAt(x, y, touch ? Math.max(TAP_REACH, gap * 0.6) : gap * 0.62);
      if (i >= 0) this.#activate(i);
      return;
    }
    const section = this.#sectionAt(x, y);
    if (section >= 0 && this.#tell("section-activate", { section })) {
      this.zoomTo(section, ...toWorld(camera, viewport, x, y));
    }
  }

  /** Whether a standing area was pressed; each press counts, also the second of two quick ones. @param {number} x @param {number} y */
  #tapArea(x, y) {
    const area = this.#areaAt(x, y);
    if (area >= 0) this.#tell("area-activate", { area });
    return area >= 0;
  }

  /** @param {number} x @param {number} y */
  #areaAt(x, y) {
    const at = toWorld(this.#flight.camera, this.#flight.viewport, x, y);
    return this.#store ? areaAt(this.#store, ...at, this.#floor) : -1;
  }

  /** @param {number} x @param {number} y */
  #doubleTap(x, y) {
    const { gap, isFlying } = this.#flight;
    if (this.#tapArea(x, y)) return;
    if (isFlying) return; // the first tap is already on its way to a section
    const i = gap >= GAP_MOUSE ? this.#seatAt(x, y, gap * 0.62) : -1;
    if (i >= 0) this.#activate(i);
    else this.#go(this.#flight.zoomed(x, y, ZOOM_DOUBLE_TAP));
  }

  /** @param {number} i */
  #activate(i) {
    this.#twin?.moveTo(i, false);
    this.#tell("seat-activate", { index: i });
  }

  /** @param {number} x @param {number} y */
  #point(x, y) {
    const { gap } = this.#flight, near = gap >= GAP_MOUSE;
    const i = near ? this.#seatAt(x, y, gap * 0.62) : -1, area = i < 0 ? this.#areaAt(x, y) : -1;
    this.#setHover(i, near || area >= 0 ? -1 : this.#sectionAt(x, y), x, y, area);
  }

  /** @param {number} i @param {number} section @param {number} x @param {number} y @param {number} [area] */
  #setHover(i, section, x, y, area = -1) {
    const isSame = i === this.#hover && section === this.#hoverSection && area === this.#hoverArea;
    if (isSame && i < 0) return;
    this.#hover = i;
    this.#hoverSection = section;
    this.#hoverArea = area;
    if (!isSame) this.#drawTop();
    const stage = this.#parts?.stage, box = stage?.getBoundingClientRect();
    stage?.classList.toggle("map-over", i >= 0 || section >= 0 || area >= 0);
    const at = { clientX: (box?.left ?? 0) + x, clientY: (box?.top ?? 0) + y };
    this.#tell("seat-hover", { index: i, section, area, ...at, keyboard: false });
  }

  // --- the keyboard ---

  /** @param {FocusEvent} event */
  #focused(event) {
    const i = this.#twin?.seatOf(/** @type {Element} */ (event.target)) ?? -1;
    this.#drawTop();
    if (i < 0) return;
    if (i !== this.#twin?.cursor) this.#twin?.moveTo(i, true);
    this.#reveal(i);
    this.#tell("seat-hover", { index: i, section: -1, area: -1, ...this.clientPoint(i), keyboard: true });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const store = this.#store, twin = this.#twin;
    if (!store || !twin?.hasFocus || event.altKey || event.metaKey) return;
    const at = twin.cursor, direction = ARROWS[event.key];
    let next = -1;
    if (direction) next = step(store, at, direction);
    else if (event.key === "Home") next = rowEnd(store, at, "first");
    else if (event.key === "End") next = rowEnd(store, at, "last");
    else if (event.key === "PageDown") next = sectionStep(store, at, 1);
    else if (event.key === "PageUp") next = sectionStep(store, at, -1);
    else if (event.key === "Enter" || event.key === " ") this.#tell("seat-activate", { index: at });
    else if (event.key === "+" || event.key === "=") this.zoomBy(ZOOM_STEP);
    else if (event.key === "-") this.zoomBy(1 / ZOOM_STEP);
    else if (event.key === "0") this.fit();
    else return;
    event.preventDefault();
    if (next >= 0 && next !== at) twin.moveTo(next, true);
  }

  /** Brings a seat into view, close enough to be seen. @param {number} i */
  #reveal(i) {
    const store = this.#store, flight = this.#flight;
    if (!store) return;
    if (store.pitch * flight.target.scale < GAP_MOUSE) return this.zoomToSeat(i);
    const to = flight.revealing(store.x[i], store.y[i]);
    if (to) this.#go(to);
  }

  // --- drawing ---

  /** @param {import("./camera.js").Camera} to */
  #go(to) {
    this.#setHover(-1, -1, 0, 0); // the pointer will be over something else
    this.#flight.go(to, this.#reduced.matches ? null : performance.now());
    this.#schedule();
  }

  #viewMoved() {
    this.#isViewTold = false;
    this.#painter?.invalidate();
    this.#schedule();
  }

  #drawTop() {
    this.#painter?.invalidateTop();
    this.#schedule();
  }

  #schedule() {
    if (this.#frame === 0 && this.#isShown) this.#frame = requestAnimationFrame((now) => this.#draw(now));
  }

  /** One frame: move, then draw only what is dirty. @param {number} now */
  #draw(now) {
    this.#frame = 0;
    const painter = this.#painter, flight = this.#flight, twin = this.#twin;
    if (!painter) return;
    const isMoving = flight.advance(now);
    cancelAnimationFrame(this.#frame); // asked for by the move itself, which is drawn now
    this.#frame = 0;
    const start = performance.now();
    const isPulsing = painter.paint(now, {
      camera: flight.camera,
      viewport: flight.viewport,
      floor: this.#floor,
      words: this.#words,
      hover: this.#hover,
      together: this.#hover >= 0 ? this.together(this.#hover) : [],
      hoverSection: this.#hoverSection,
      cursor: twin?.hasFocus ? twin.cursor : -1,
    });
    this.drawMs = performance.now() - start;
    if (!this.#isViewTold) this.#showView(painter.level);
    const isMiniDue = this.#miniDirty && this.#minimap !== null && !this.#minimap.element.hidden;
    if (isMiniDue && this.#minimap?.refresh(now, this.#floor, MINI_REFRESH_MS)) this.#miniDirty = false;
    if (isMoving || isPulsing) this.#schedule();
    else if (isMiniDue && this.#miniDirty) setTimeout(() => this.#schedule(), MINI_REFRESH_MS);
  }

  /** Brings buttons, overview and the section's name in line with the camera. @param {number} level */
  #showView(level) {
    const store = this.#store, parts = this.#parts, flight = this.#flight;
    if (!store || !parts) return;
    this.#isViewTold = true;
    const { min, max } = flight.limits, { scale, x, y } = flight.camera;
    const isWhole = scale < flight.home().scale * MINI_FROM;
    parts.buttons.zoomIn.disabled = scale >= max * 0.999;
    parts.buttons.zoomOut.disabled = scale <= min * 1.001;
    if (this.#minimap) {
      this.#minimap.element.hidden = isWhole;
      this.#minimap.show(flight.camera, flight.viewport);
    }
    const section = level >= LOD_SHAPES ? sectionAt(store, x, y, this.#floor) : -1;
    parts.where.hidden = section < 0 || store.sections.length < 2 || isWhole;
    if (section >= 0) parts.where.textContent = store.sections[section].name;
    this.#tell("view-change", { scale, level, section });
  }

  /** @param {string} type @param {object} detail @returns {boolean} not cancelled */
  #tell(type, detail) {
    return this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, cancelable: true }));
  }
}

/** Where the keyboard starts: the free seat nearest to the stage, or the first seat. @param {SeatStore} store */
function startSeat(store) {
  const [x, y] = store.geometry.focalPoint ?? [(store.box[0] + store.box[2]) / 2, store.box[1]];
  return Math.max(0, store.grid.nearest(x, y, Infinity, (i) => store.isAvailable(i)));
}

customElements.define("seat-map", SeatMap);
