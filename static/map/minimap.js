// @ts-check
/** The whole house in a corner, with a frame around what the map shows; drag it to go elsewhere. */
import { fit, toScreen, toWorld, visible } from "./camera.js";
import { Raster } from "./paint/raster.js";

/** @typedef {import("./camera.js").Camera} Camera */

export class Minimap {
  #canvas = document.createElement("canvas");
  #frame = document.createElement("div");
  #raster;
  #store;
  #dpr;
  /** @type {Camera} */ #camera;
  #viewport;
  #drawnAt = -Infinity;
  element = document.createElement("div");

  /**
   * @param {import("../state/seat-store.js").SeatStore} store
   * @param {import("./paint/raster.js").Palette} palette
   * @param {{ width: number, height: number, dpr: number }} size room for it, CSS pixels
   * @param {(wx: number, wy: number) => void} go
   */
  constructor(store, palette, { width, height, dpr }, go) {
    const [left, top, right, bottom] = store.box;
    const ratio = (right - left) / Math.max(bottom - top, 1e-6);
    this.#viewport = ratio > width / height
      ? { width, height: Math.round(width / ratio) }
      : { width: Math.round(height * ratio), height };
    this.#viewport.width = Math.max(24, this.#viewport.width);
    this.#viewport.height = Math.max(24, this.#viewport.height);
    this.#store = store;
    this.#dpr = dpr;
    this.#camera = fit(store.box, this.#viewport, 3);
    this.#raster = new Raster(store, palette);
    this.element.className = "map-mini";
    this.element.setAttribute("aria-hidden", "true"); // a second way by pointer; keys have their own
    this.#frame.className = "map-mini-frame";
    this.element.append(this.#canvas, this.#frame);
    this.element.style.width = `${this.#viewport.width}px`;
    this.element.style.height = `${this.#viewport.height}px`;
    this.#canvas.width = Math.round(this.#viewport.width * dpr);
    this.#canvas.height = Math.round(this.#viewport.height * dpr);
    const move = (/** @type {PointerEvent} */ event) => {
      if (event.buttons === 0) return;
      const box = this.element.getBoundingClientRect();
      go(...toWorld(this.#camera, this.#viewport, event.clientX - box.left, event.clientY - box.top));
    };
    this.element.addEventListener("pointerdown", (event) => {
      this.element.setPointerCapture(event.pointerId);
      move(event);
    });
    this.element.addEventListener("pointermove", move);
  }

  /** @param {import("./paint/raster.js").Filter} filter */
  setFilter(filter) {
    this.#raster.setFilter(filter);
    this.#drawnAt = -Infinity;
  }

  /** Draws the house again if the last time is long enough ago. @param {number} now ms @param {number} floor @param {number} everyMs @returns {boolean} drawn */
  refresh(now, floor, everyMs) {
    if (now - this.#drawnAt < everyMs) return false;
    this.#drawnAt = now;
    const { width, height } = this.#canvas;
    const context = this.#canvas.getContext("2d", { alpha: false });
    if (!context) return false;
    this.#raster.update(null);
    const bytes = this.#raster.resize(width, height);
    const k = this.#camera.scale * this.#dpr;
    this.#raster.draw(
      { k, ox: width / 2 - this.#camera.x * k, oy: height / 2 - this.#camera.y * k, dpr: this.#dpr },
      floor,
    );
    context.putImageData(new ImageData(bytes, width, height), 0, 0);
    return true;
  }

  /** Moves the frame. @param {Camera} camera @param {import("./camera.js").Viewport} viewport */
  show(camera, viewport) {
    const [left, top, right, bottom] = visible(camera, viewport);
    const all = this.#store.box;
    const inside = left <= all[0] && top <= all[1] && right >= all[2] && bottom >= all[3];
    this.element.classList.toggle("map-mini-idle", inside);
    const [x0, y0] = toScreen(this.#camera, this.#viewport, left, top);
    const [x1, y1] = toScreen(this.#camera, this.#viewport, right, bottom);
    const cut = (/** @type {number} */ value, /** @type {number} */ most) => Math.max(0, Math.min(most, value));
    const [fx0, fy0] = [cut(x0, this.#viewport.width), cut(y0, this.#viewport.height)];
    this.#frame.style.transform = `translate(${fx0}px, ${fy0}px)`;
    this.#frame.style.width = `${Math.max(6, cut(x1, this.#viewport.width) - fx0)}px`;
    this.#frame.style.height = `${Math.max(6, cut(y1, this.#viewport.height) - fy0)}px`;
  }
}
