// @ts-check
import { rowEnd, seatAt, sectionAt, sectionStep, step } from "../../../static/map/hit.js";
import { roomiest, signedDistance } from "../../../static/map/place.js";
import { createSeatStore } from "../../../static/state/seat-store.js";
import { near, same } from "../assert.js";
import { house } from "../house.js";

const store = createSeatStore(house([
  { name: "A", x: 0, y: 0, rowCount: 3, seatCount: 5 },
  { name: "B", x: 80, y: 0, rowCount: 3, seatCount: 5 },
  { name: "C", x: 0, y: 60, rowCount: 2, seatCount: 5 },
]));

Deno.test("a point finds the nearest seat within reach", () => {
  same(seatAt(store, 12, 3, 8, -1), 1);
  same(seatAt(store, 60, 3, 8, -1), -1);
});

Deno.test("a point finds its section", () => {
  same([sectionAt(store, 20, 10, -1), sectionAt(store, 100, 10, -1), sectionAt(store, 60, 200, -1)], [0, 1, -1]);
});

Deno.test("the cursor keys follow the row, then geometry", () => {
  same(step(store, 0, "right"), 1);
  same(step(store, 4, "right"), 15);
  same(step(store, 15, "left"), 4);
  same(step(store, 0, "down"), 5);
  same(step(store, 12, "down"), 32);
  same(step(store, 32, "up"), 12);
  same([step(store, 0, "left"), step(store, 0, "up")], [-1, -1]);
});

Deno.test("home and end follow the picture, not the numbering", () => {
  const flipped = house([{ name: "A", x: 0, y: 0, rowCount: 1, seatCount: 3 }], { x: [90, -10, -10] });
  const seats = createSeatStore(flipped);
  same([rowEnd(seats, 1, "first"), rowEnd(seats, 1, "last")], [2, 0]);
  same([rowEnd(store, 6, "first"), rowEnd(store, 6, "last")], [5, 9]);
});

Deno.test("page keys go round the sections", () => {
  same(store.section[sectionStep(store, 0, 1)], 1);
  same(store.section[sectionStep(store, 0, -1)], 2);
  same(store.section[sectionStep(store, 35, 1)], 0);
});

Deno.test("the name goes where there is most room", () => {
  const square = Float32Array.of(0, 0, 100, 0, 100, 100, 0, 100);
  near(signedDistance(square, 50, 50), 50);
  near(signedDistance(square, -10, 50), -10);
  // An L: its middle is outside, the roomy corner is not.
  const corner = Float32Array.of(0, 0, 100, 0, 100, 30, 30, 30, 30, 100, 0, 100);
  const spot = roomiest(corner, [0, 0, 100, 100]);
  near(spot.room, 17.6, 1);
  near(Math.hypot(spot.x - spot.y, 0), 0, 3);
});
