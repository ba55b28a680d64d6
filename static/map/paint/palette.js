// @ts-check
/** Reads the map's colours from CSS custom properties, so that themes and forced colours reach the canvas. */
import { makeCanvas, pencil } from "../../lib/platform.js";
import { categoryColors, luminance, rgb } from "./color.js";

/**
 * @typedef {import("./color.js").Rgb} Rgb
 * @typedef {import("./raster.js").Palette & {
 *   text: Rgb, muted: Rgb, focus: Rgb, pill: Rgb, onStage: Rgb, font: string, forced: boolean,
 * }} MapPalette
 */

const NAMES = /** @type {const} */ ([
  "ground",
  "section",
  "edge",
  "held",
  "sold",
  "blocked",
  "selected",
  "mine",
  "stage",
  "text",
  "muted",
  "focus",
  "pill",
  "onStage",
  "available",
  "heat",
]);

/** @type {ReturnType<typeof pencil>} */
let pixel = null;

/** A computed colour as bytes; what is not in sRGB's own notation, the browser itself converts. @param {string} css @returns {Rgb} */
function resolve(css) {
  const plain = /^rgba?\((\d+), (\d+), (\d+)/.exec(css);
  if (plain) return rgb(Number(plain[1]), Number(plain[2]), Number(plain[3]));
  pixel ??= pencil(makeCanvas(1, 1), true);
  if (!pixel) return 0;
  pixel.fillStyle = css;
  pixel.fillRect(0, 0, 1, 1);
  const [r, g, b] = pixel.getImageData(0, 0, 1, 1).data;
  return rgb(r, g, b);
}

/**
 * @param {HTMLElement} host
 * @param {readonly { color: string }[]} categories
 * @returns {MapPalette}
 */
export function readPalette(host, categories) {
  const probe = document.createElement("span");
  probe.hidden = true;
  host.append(probe);
  /** @type {Record<string, Rgb>} */
  const colors = {};
  for (const name of NAMES) {
    probe.style.color = `var(--map-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)})`;
    colors[name] = resolve(getComputedStyle(probe).color);
  }
  const { fontFamily } = getComputedStyle(host);
  probe.remove();
  const forced = matchMedia("(forced-colors: active)").matches;
  return /** @type {MapPalette} */ ({
    ...colors,
    categories: forced ? categories.map(() => colors.available) : categoryColors(
      categories.map(({ color }) => color),
      colors.section,
      luminance(colors.section) > 0.18 ? 3 : 4.5,
    ),
    font: fontFamily || "sans-serif",
    forced,
  });
}
