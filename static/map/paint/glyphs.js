// @ts-check
/** Seat numbers as coverage masks: the browser draws each character once, the raster stamps it. */

import { canReadPixels, makeCanvas, pencil } from "../../lib/platform.js";

/** @typedef {import("./raster.js").Glyph} Glyph */

/**
 * @param {number} size font size in device pixels @param {string} family
 * @returns {import("./raster.js").GlyphSheet}
 */
export function createGlyphs(size, family) {
  const height = Math.ceil(size * 1.1);
  const canvas = makeCanvas(Math.ceil(size * 2), height);
  // No number is better than noise.
  const context = canReadPixels() ? pencil(canvas, true) : null;
  /** @type {Map<string, Glyph | null>} */
  const known = new Map();
  return {
    height,
    glyph(char) {
      let glyph = known.get(char);
      if (glyph === undefined) known.set(char, glyph = draw(char));
      return glyph;
    },
  };

  /** @param {string} char @returns {Glyph | null} */
  function draw(char) {
    if (!context) return null;
    context.font = `600 ${size}px ${family}`;
    context.textBaseline = "middle";
    context.fillStyle = "#fff";
    const width = Math.min(canvas.width, Math.max(1, Math.round(context.measureText(char).width)));
    context.clearRect(0, 0, canvas.width, height);
    context.fillText(char, 0, height / 2 + size * 0.04);
    const { data } = context.getImageData(0, 0, width, height);
    const cover = new Uint8Array(width * height);
    for (let i = 0; i < cover.length; i++) cover[i] = data[i * 4 + 3];
    return { width, height, cover };
  }
}
