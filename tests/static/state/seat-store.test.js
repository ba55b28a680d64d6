// @ts-check
import { AVAILABLE, BLOCKED, BOOKED, createSeatStore, RESERVED, SELECTED } from "../../../static/state/seat-store.js";
import { holds, near, same, throws } from "../assert.js";
import { house, statusBody } from "../house.js";

const twoBlocks = () =>
  createSeatStore(house([
    { name: "Stalls", x: 0, y: 0, rowCount: 3, seatCount: 4 },
    { name: "Circle", x: 0, y: 100, rowCount: 2, seatCount: 4, category: 1 },
  ]));

Deno.test("geometry is unpacked to absolute places, labels and sections", () => {
  const store = twoBlocks();
  same(store.count, 20);
  same([store.x[5], store.y[5]], [10, 10]);
  same([store.label(5), store.rowLabel(5), store.sectionName(5)], ["2", "B", "Stalls"]);
  same([store.sectionName(12), store.categoryName(12)], ["Circle", "Circle"]);
  same([store.idOf(12), store.indexOf(1012), store.indexOf(999), store.indexOf(1020)], [1012, 12, -1, -1]);
  near(store.pitch, 10);
});

Deno.test("labels count down or are spelled out", () => {
  const plan = house([{ name: "A", x: 0, y: 0, rowCount: 2, seatCount: 3 }]);
  plan.labels = [["20", -1, 3], ["1a", "1b", "7"]];
  const store = createSeatStore(plan);
  same([0, 1, 2, 3, 4, 5].map(store.label), ["20", "19", "18", "1a", "1b", "7"]);
});

Deno.test("a section without seats and outline does not stretch the house", () => {
  const plan = house([{ name: "A", x: 0, y: 0, rowCount: 1, seatCount: 3 }]);
  plan.sections.push({ name: "Empty", first: 3, count: 0, outline: [] });
  const store = createSeatStore(plan);
  same(store.box, [-5, -5, 25, 5]);
  same(store.counts.sectionTotal, [3, 0]);
});

Deno.test("columns that do not fit are refused", () => {
  const plan = house([{ name: "A", x: 0, y: 0, rowCount: 1, seatCount: 3 }]);
  throws(() => createSeatStore({ ...plan, x: [0] }), "expected 3 coordinates");
  throws(() => createSeatStore({ ...plan, category: [0, 2] }), "expected category runs of 3");
  throws(() => createSeatStore({ ...plan, format: 2 }), "format 1");
});

Deno.test("a status body sets status, versions and counts", () => {
  const store = twoBlocks();
  const states = Array(20).fill(AVAILABLE), versions = Array(20).fill(7_000_000_000);
  states[0] = RESERVED, states[1] = BOOKED, states[13] = BLOCKED;
  versions[1] = 7_000_000_300;
  const header = store.applyStatus(statusBody({ seq: 42, versionBase: 7_000_000_000, states, versions }));
  same([header.seq, header.epoch], [42, "e1"]);
  same([store.status[0], store.status[1], store.status[13]], [RESERVED, BOOKED, BLOCKED]);
  same([store.version[0], store.version[1]], [7_000_000_000, 7_000_000_300]);
  same([store.counts.available, store.counts.total], [17, 20]);
  same(store.counts.sectionAvailable, [10, 7]);
  same(store.counts.categoryAvailable, [10, 7]);
  same(store.counts.cells, [10, 0, 0, 7]);
});

Deno.test("a status body of another plan or a broken one changes nothing", () => {
  const store = twoBlocks();
  const body = statusBody({ states: Array(20).fill(BOOKED), versions: Array(20).fill(1) });
  throws(() => store.applyStatus(statusBody({ states: [0], versions: [1] })), "expected status of 20 seats");
  throws(() => store.applyStatus(body.slice(0, body.byteLength - 1)), "expected 20 versions");
  throws(() => store.applyStatus(new ArrayBuffer(3)), "HFS1");
  throws(
    () => store.applyStatus(statusBody({ states: Array(20).fill(9), versions: Array(20).fill(1) })),
    "status of 0",
  );
  same(store.counts.available, 20);
});

Deno.test("versions only rise, whatever order changes come in", () => {
  const store = twoBlocks();
  same(store.applyChanges([[1002, "BOOKED", 5], [1003, "RESERVED", 2, "2026-01-09T12:10:00Z"]]), [2, 3]);
  same(store.applyChanges([[1002, "AVAILABLE", 4], [1002, "AVAILABLE", 5]]), []);
  same(store.status[2], BOOKED);
  store.applyStatus(statusBody({ states: Array(20).fill(AVAILABLE), versions: Array(20).fill(3) }));
  same([store.status[2], store.status[3]], [BOOKED, AVAILABLE]);
  same(store.counts.available, 19);
});

Deno.test("a change to the same status raises the version and tells nobody", () => {
  const store = twoBlocks();
  let told = 0;
  store.onChange(() => told++);
  same(store.applyChanges([[1000, "AVAILABLE", 9]]), []);
  same([store.version[0], told], [9, 0]);
});

Deno.test("changes to unknown seats or statuses are passed over", () => {
  const store = twoBlocks();
  same(store.applyChanges([[1, "BOOKED", 5], [1001, "MELTED", 5], [1004, "PAYING", 5]]), [4]);
  same(store.status[4], RESERVED);
});

Deno.test("listeners hear of changes and marks until they stop", () => {
  const store = twoBlocks();
  /** @type {unknown[]} */
  const heard = [];
  const stop = store.onChange((indexes, what) => heard.push([what, indexes && Array.from(indexes)]));
  store.applyChanges([[1005, "BOOKED", 1]]);
  store.setMark(6, SELECTED);
  store.setMark(6, SELECTED);
  stop();
  store.setMark(7, SELECTED);
  same(heard, [["status", [5]], ["mark", [6]]]);
});

Deno.test("neighbours end at an aisle and at the end of the row", () => {
  const store = createSeatStore(
    house([{ name: "A", x: 0, y: 0, rowCount: 2, seatCount: 4 }], { gaps: [1] }),
  );
  same(store.neighbours(0), [1]);
  same(store.neighbours(1), [0]);
  same(store.neighbours(2), [3]);
  same(store.neighbours(4), [5]);
});

Deno.test("the nearest equal seat is free, unmarked and of the same category", () => {
  const store = twoBlocks();
  same(store.nearestEqual(0), 1);
  store.applyChanges([[1001, "BOOKED", 1]]);
  store.setMark(4, SELECTED);
  same(store.nearestEqual(0), 5);
  same(store.nearestEqual(0, (i) => i !== 5 && i !== 8), 2);
  store.applyChanges(Array.from({ length: 12 }, (_, i) => [1000 + i, "BOOKED", 2]));
  same(store.nearestEqual(0), -1);
});

Deno.test("a grid search agrees with looking at every seat", () => {
  const store = createSeatStore(house([
    { name: "A", x: 0, y: 0, rowCount: 9, seatCount: 30 },
    { name: "B", x: 700, y: 300, rowCount: 4, seatCount: 7 },
  ]));
  for (let n = 0; n < 300; n++) {
    const px = (n * 7919) % 1100 - 150, py = (n * 104729) % 600 - 150, radius = 20 + (n % 90);
    let expected = Infinity;
    for (let i = 0; i < store.count; i++) {
      const d = Math.hypot(store.x[i] - px, store.y[i] - py);
      if (d <= radius) expected = Math.min(expected, d);
    }
    const found = store.grid.nearest(px, py, radius);
    const distance = found < 0 ? Infinity : Math.hypot(store.x[found] - px, store.y[found] - py);
    holds(distance === expected, `${expected} at ${px}, ${py} within ${radius}, got ${distance}`);
  }
});
