// @ts-check
import { PolygonFiller } from "../../../static/map/paint/fill.js";
import { categoryColors, contrast, inkOn, legible, mix, parseHex, rgb } from "../../../static/map/paint/color.js";
import { formOf } from "../../../static/map/forms.js";
import { LOD_NUMBERS, LOD_POINTS, LOD_SECTIONS, LOD_SHAPES } from "../../../static/map/levels.js";
import { Raster } from "../../../static/map/paint/raster.js";
import { keyOf, SpriteSheet } from "../../../static/map/paint/sprite-sheet.js";
import { drawSeat } from "../../../static/map/paint/sprites.js";
import { createSeatStore, MINE, SELECTED } from "../../../static/state/seat-store.js";
import { holds, near, same } from "../assert.js";
import { house } from "../house.js";

const palette = {
  ground: 0xffffff,
  section: 0xf0f0f0,
  edge: 0xd0d0d0,
  held: rgb(120, 120, 120),
  sold: rgb(170, 170, 170),
  blocked: rgb(140, 140, 140),
  selected: rgb(20, 60, 230),
  mine: rgb(0, 130, 80),
  stage: rgb(30, 30, 30),
  heat: rgb(200, 60, 10),
  categories: [rgb(0, 114, 178), rgb(213, 94, 0)],
};

const store = () =>
  createSeatStore(house([
    { name: "A", x: 0, y: 0, rowCount: 6, seatCount: 12 },
    { name: "B", x: 0, y: 80, rowCount: 4, seatCount: 12, category: 1 },
  ]));

/** @param {Uint32Array} pixels */
const sum = (pixels) => pixels.reduce((hash, pixel) => (Math.imul(hash, 31) + pixel) | 0, 7);

/** @param {number} pitch device pixels @param {ReturnType<typeof store>} [seats] */
function drawn(pitch, seats = store()) {
  const raster = new Raster(seats, palette);
  const pixels = new Uint32Array(raster.resize(300, 240).buffer);
  const view = { k: pitch / 10, ox: 20, oy: 20, dpr: 1 };
  raster.draw(view);
  return { raster, pixels, seats, view };
}

Deno.test("the level follows the distance between seats", () => {
  same([1.5, 3, 10, 24].map((pitch) => drawn(pitch).raster.level), [LOD_SECTIONS, LOD_POINTS, LOD_SHAPES, LOD_NUMBERS]);
});

Deno.test("a redraw of what changed gives the same picture as drawing everything", () => {
  for (const pitch of [3, 4.7, 9, 14.3, 26]) {
    const { raster, pixels, seats, view } = drawn(pitch);
    const before = sum(pixels);
    seats.applyChanges([[1000, "BOOKED", 1], [1013, "RESERVED", 1], [1014, "BLOCKED", 1], [1075, "BOOKED", 1]]);
    seats.setMark(30, SELECTED);
    seats.setMark(31, MINE);
    const rects = raster.redraw([0, 13, 14, 75, 30, 31]);
    const partly = sum(pixels);
    holds(rects === null || rects.length > 0, "a list of places or a call to draw all");
    if (rects === null) continue;
    raster.draw(view);
    same(partly, sum(pixels), `pitch ${pitch}:`);
    holds(partly !== before, "a different picture");
  }
});

Deno.test("a redraw that changes a section's shade asks for everything", () => {
  const { raster, seats } = drawn(1.5);
  const indexes = seats.applyChanges(Array.from({ length: 40 }, (_, i) => [1000 + i, "BOOKED", 1]));
  same(raster.redraw(indexes), null);
});

Deno.test("seats out of view cost nothing", () => {
  const { raster, seats } = drawn(30);
  same(raster.redraw(seats.applyChanges([[1119, "BOOKED", 1]])), []);
});

Deno.test("the filter dims the other categories", () => {
  const { raster, pixels, view } = drawn(10);
  const at = (20 + 85) * 300 + 20; // near a seat of block B
  const before = pixels[at - 300 * 5];
  raster.setFilter({ categories: new Set([0]), accessible: false });
  raster.draw(view);
  holds(pixels[at - 300 * 5] !== before, "another colour");
});

Deno.test("each state has its own shape, not only its colour", () => {
  const side = 24;
  const shapes = [0, 1, 2, 3, 4, 5, 6].map((look) => {
    const out = new Uint32Array(side * side);
    drawSeat(out, 0, side, 12, 12, 18, { look, accessible: false, dim: false, color: 0x808080, ink: 0xffffff });
    return out.map((pixel) => pixel >>> 24 << 8 | (pixel & 255)).join();
  });
  same(new Set(shapes).size, 7);
});

Deno.test("where colours are forced, each category has its own shape", () => {
  const side = 24;
  const shapes = Array.from({ length: 12 }, (_none, category) => {
    const out = new Uint32Array(side * side);
    const form = formOf(category);
    drawSeat(out, 0, side, 12, 12, 18, { look: 0, accessible: false, dim: false, color: 0x808080, ink: 0, form });
    return out.join();
  });
  same(new Set(shapes).size, 12);
  const forced = new SpriteSheet({ ...palette, categories: [0xff, 0xff], forced: true });
  const [first, second] = [0, 1].map((category) => forced.paintOf(keyOf(0, category, false, false)).form);
  holds(first !== second && JSON.stringify(first) !== JSON.stringify(second), "two forms");
  same(new SpriteSheet(palette).paintOf(keyOf(0, 1, false, false)).form, null);
});

Deno.test("the map paints a seat's own number whatever its row is called", () => {
  const painted = (/** @type {string} */ row, /** @type {string[]} */ labels) => {
    const plan = house([{ name: "A", x: 0, y: 0, rowCount: 1, seatCount: labels.length }]);
    plan.rows[0].label = row;
    plan.labels[0] = labels;
    const raster = new Raster(createSeatStore(plan), palette);
    let text = "";
    // Each number is measured and then drawn: its characters are asked for twice.
    raster.setGlyphs({ height: 1, glyph: (char) => (text += char, { width: 1, height: 1, cover: new Uint8Array(1) }) });
    raster.resize(30 * labels.length + 60, 60);
    raster.draw({ k: 3, ox: 20, oy: 20, dpr: 1 });
    return text;
  };
  const twice = (/** @type {string[]} */ labels) => labels.map((label) => label + label).join("");
  const numbers = Array.from({ length: 19 }, (_none, at) => String(at + 1));
  same(painted("1", numbers), twice(numbers));
  same(painted("1", ["1A", "1-2"]), twice(["1A", "1-2"]));
  same(painted("H", ["H15", "H16"]), twice(["15", "16"]));
});

Deno.test("a filled polygon covers its exact area, also cut by the edges", () => {
  const filler = new PolygonFiller();
  const area = (/** @type {number[]} */ points) => {
    const pixels = new Uint32Array(40 * 30).fill(0xff000000);
    filler.fill({ pixels, width: 40, height: 30 }, Float32Array.from(points), 1, 0, 0, 0x0000ff);
    return pixels.reduce((total, pixel) => total + (pixel & 255) / 255, 0);
  };
  near(area([5, 5, 15, 5, 15, 10, 5, 10]), 50, 0.1);
  near(area([5.5, 5.25, 15.5, 5.25, 15.5, 10.25, 5.5, 10.25]), 50, 0.3);
  near(area([10, 2, 30, 22, 10, 22]), 200, 1);
  near(area([-50, -50, 90, -50, 90, 90, -50, 90]), 1200, 0.1);
  near(area([30, 10, 60, 10, 60, 20, 30, 20]), 100, 0.1);
  near(area([-20, 10, 10, 10, 10, 20, -20, 20]), 100, 0.1);
  near(area([-10, -10, 10, 10, -10, 30]), 100, 1.5);
  near(area([50, 50, 60, 50, 60, 60]), 0);
});

Deno.test("colours are made legible and told apart", () => {
  const white = 0xffffff;
  holds(contrast(legible(rgb(255, 240, 120), white, 3), white) >= 3, "a contrast of 3");
  const navy = legible(rgb(29, 53, 87), rgb(22, 30, 49), 4.5);
  holds((navy >> 16 & 255) > 1.5 * (navy & 255), "a navy that is still blue on dark ground");
  for (const color of [rgb(0, 114, 178), rgb(213, 94, 0), rgb(240, 228, 66), rgb(0, 145, 230)]) {
    holds(contrast(inkOn(color), color) >= 4.5, "text that can be read on any category");
  }
  same(mix(0x000000, 0xffffff, 0.5), 0x808080);
  same([parseHex("#fff"), parseHex("#0072b2"), parseHex("red")], [0xffffff, rgb(0, 0x72, 0xb2), null]);
  const colors = categoryColors(["#808080", "#ff0000", "#ff0202", "nonsense"], white);
  same(new Set(colors).size, 4);
  for (const color of colors) holds(contrast(color, white) >= 3, "a contrast of 3");
});
