// @ts-check
import { captions, rowEnds } from "../../../static/map/captions.js";
import { backEdge } from "../../../static/map/place.js";
import { rounded, shrunk, withoutRepeats } from "../../../static/map/polygon.js";
import { Pulses } from "../../../static/map/pulses.js";
import { createSeatStore } from "../../../static/state/seat-store.js";
import { holds, near, same } from "../assert.js";
import { house } from "../house.js";

/** @param {Partial<import("../../../static/state/geometry.js").Area>} part */
const area = (part) => ({
  shape: /** @type {const} */ ("rectangle"),
  x: 0,
  y: 0,
  width: 100,
  height: 40,
  rotation: 0,
  points: [],
  text: "",
  size: 16,
  color: "",
  borderColor: "",
  floor: 0,
  kind: "drawing",
  capacity: 0,
  ...part,
});
const block = { name: "A", x: 0, y: 100, rowCount: 3, seatCount: 5 };
/** @param {Partial<import("../../../static/state/geometry.js").Area>[]} areas */
const withAreas = (...areas) => createSeatStore(house([block], { areas: areas.map(area) }));

Deno.test("a stage without a text is called stage, in its middle", () => {
  const [caption] = captions(withAreas({ kind: "stage" }), "Stage");
  same([caption.words, caption.stage, caption.x, caption.y], ["Stage", true, 50, 20]);
});

Deno.test("a stage named twice is written once, in the stage's colours", () => {
  const text = { shape: /** @type {const} */ ("text"), x: 50, y: 20, text: "Bühne" };
  const found = captions(withAreas({ kind: "stage", text: "Bühne" }, text), "Stage");
  same(found.map(({ words, stage }) => [words, stage]), [["Bühne", true]]);
});

Deno.test("a pitch with its lines needs no word", () => {
  const line = { x: 10, y: 10, width: 5, height: 5 };
  same(captions(withAreas({ kind: "stage", text: "Pitch" }, line, line, line), "Stage"), []);
});

Deno.test("letters stand beyond both ends of a row", () => {
  const ends = rowEnds(withAreas());
  same(ends.length, 6);
  same(ends.slice(0, 1).map(({ x, y, row }) => [x, y, row]), [[-9.5, 100, 0]]);
  near(Math.max(...ends.map(({ x }) => x)), 49.5);
});

Deno.test("no letter stands on a seat or on another letter", () => {
  const store = createSeatStore(house([block, { ...block, name: "B", x: 60 }, { ...block, name: "C", x: 130 }]));
  const ends = rowEnds(store);
  for (const { x, y } of ends) holds(store.grid.nearest(x, y, 6) < 0, `no seat near ${x}, ${y}`);
  // Between A and B there is room for one letter, not for two.
  same(ends.filter(({ x, y }) => x > 40 && x < 60 && y === 100).length, 1);
});

Deno.test("a tag goes to the side away from the stage", () => {
  const square = Float32Array.of(0, 100, 100, 100, 100, 200, 0, 200);
  same(backEdge(square, [0, 100, 100, 200], [50, 0]), { x: 50, y: 200, dx: 0, dy: 1 });
  same(backEdge(square, [0, 100, 100, 200], [900, 150]), { x: 0, y: 150, dx: -1, dy: 0 });
  same(backEdge(square, [0, 100, 100, 200], null), { x: 50, y: 100, dx: 0, dy: -1 });
});

Deno.test("polygons shrink evenly and lose their corners, not their sides", () => {
  const square = Float32Array.of(0, 0, 100, 0, 100, 100, 0, 100);
  same(shrunk(square, 10), [10, 10, 90, 10, 90, 90, 10, 90]);
  same(shrunk(Float32Array.of(0, 100, 100, 100, 100, 0, 0, 0), 10), [10, 90, 90, 90, 90, 10, 10, 10]);
  same(withoutRepeats(Float32Array.of(0, 0, 0, 0, 5, 5, 9, 0, 9, 0)), [0, 0, 5, 5, 9, 0]);
  const soft = rounded(square, 20);
  holds(soft.length > square.length, "more points");
  holds(!soft.some((value, p) => p % 2 === 0 && value === 0 && soft[p + 1] === 0), "no sharp corner");
  near(Math.min(...soft), 0);
});

Deno.test("a pulse fades and is gone, and there are never too many", () => {
  const pulses = new Pulses();
  pulses.add([1, 2], 1000);
  pulses.advance(1375);
  same([...pulses.ages], [[1, 0.5], [2, 0.5]]);
  pulses.advance(1750);
  same([pulses.ages.size, pulses.isEmpty], [0, true]);
  pulses.add(Array.from({ length: 5000 }, (_, i) => i), 2000);
  pulses.advance(2000);
  holds(pulses.ages.size < 200, "a bounded number");
});
