// @ts-check
import { encloses, rectangle, seatsOfRows, seatsWithin, tally } from "../../../static/state/lasso.js";
import { createSeatStore } from "../../../static/state/seat-store.js";
import { equal, test } from "../check.js";
import { house } from "../house.js";

const twoBlocks = () =>
  createSeatStore(house([
    { name: "Stalls", x: 0, y: 0, rowCount: 2, seatCount: 4 },
    { name: "Circle", x: 100, y: 0, rowCount: 1, seatCount: 3 },
  ]));

test("a rectangle takes the seats inside it, whichever corner came first", () => {
  const store = twoBlocks();
  equal(seatsWithin(store, rectangle([-1, -1], [15, 15])), [0, 1, 4, 5]);
  equal(seatsWithin(store, rectangle([15, 15], [-1, -1])), [0, 1, 4, 5]);
});

test("a line drawn around seats leaves out what lies in its bend", () => {
  const store = twoBlocks();
  /** @type {[number, number][]} around the first row, and down only at its ends */
  const bent = [[-2, -2], [32, -2], [32, 12], [28, 12], [28, 2], [2, 2], [2, 12], [-2, 12]];
  equal(seatsWithin(store, bent), [0, 1, 2, 3, 4, 7]);
  equal(encloses(bent, 15, 10), false);
});

test("a line with fewer than three corners encloses nothing", () => {
  equal(seatsWithin(twoBlocks(), [[0, 0], [50, 50]]), []);
});

test("only the floor that is shown is taken", () => {
  const store = twoBlocks();
  equal(seatsWithin(store, rectangle([-5, -5], [200, 50]), 1), []);
  equal(seatsWithin(store, rectangle([-5, -5], [200, 50]), 0).length, 11);
});

test("rows are taken from one to another, both with all their seats", () => {
  const store = twoBlocks();
  equal(seatsOfRows(store, 1, 0), [0, 1, 2, 3, 4, 5, 6, 7]);
});

test("what is picked is counted by status", () => {
  const store = twoBlocks();
  store.applyChanges([[1000, "BOOKED", 1], [1001, "RESERVED", 1], [1002, "BLOCKED", 1]]);
  equal(tally(store, [0, 1, 2, 3]), { available: 1, reserved: 1, booked: 1, blocked: 1, total: 4 });
});

test("many seats are marked and told of once", () => {
  const store = twoBlocks();
  /** @type {any[]} */
  const told = [];
  store.onChange((indexes, what) => told.push([indexes?.length, what]));
  store.setMarks([0, 1, 2], 1);
  store.setMarks([0, 1], 1);
  store.setMarks([0], 0);
  equal(told, [[3, "mark"], [1, "mark"]]);
  equal([...store.mark.subarray(0, 4)], [0, 1, 1, 0]);
});
