// @ts-check
import { createSeatSelection } from "../../../static/state/seat-selection.js";
import { equal, test } from "../check.js";

/** @param {number} id @param {object} [over] */
const seat = (id, over = {}) => ({
  id,
  seatNumber: `A${id}`,
  price: "75.10",
  version: id + 4,
  status: "AVAILABLE",
  ...over,
});

test("a seat is picked and put back by the same call", () => {
  const selection = createSeatSelection();
  equal(selection.toggleSeat(seat(1), "Orchestra"), "added");
  equal(selection.isSeatSelected(1), true);
  equal(selection.toggleSeat(seat(1), "Orchestra"), "removed");
  equal(selection.seatCount.value, 0);
});

test("a seat that is not AVAILABLE is not picked", () => {
  const selection = createSeatSelection();
  for (const status of ["RESERVED", "BOOKED", "BLOCKED"]) {
    equal(selection.toggleSeat(seat(1, { status }), "Orchestra"), "unavailable");
  }
  equal(selection.seatCount.value, 0);
});

test("a picked seat can be put back although it was taken meanwhile", () => {
  const selection = createSeatSelection();
  selection.toggleSeat(seat(1), "Orchestra");
  equal(selection.toggleSeat(seat(1, { status: "RESERVED" }), "Orchestra"), "removed");
});

test("the eleventh seat is refused and said so, and the ten stay", () => {
  /** @type {number[]} */
  const told = [];
  const selection = createSeatSelection({ onLimit: (most) => told.push(most) });
  for (let id = 1; id <= 10; id++) selection.toggleSeat(seat(id), "Orchestra");
  equal(selection.toggleSeat(seat(11), "Orchestra"), "limit");
  equal(selection.seatCount.value, 10);
  equal(told, [10]);
});

test("seats already held count against the limit", () => {
  const selection = createSeatSelection();
  selection.setLimit(1);
  selection.toggleSeat(seat(1), "Orchestra");
  equal(selection.toggleSeat(seat(2), "Orchestra"), "limit");
});

test("the total is exact where floating point is not", () => {
  const selection = createSeatSelection();
  selection.toggleSeat(seat(1, { price: "0.10" }), "A");
  selection.toggleSeat(seat(2, { price: "0.20" }), "A");
  equal(selection.totalPrice.value, "0.30");
});

test("the payload carries the version that was seen when the seat was picked", () => {
  const selection = createSeatSelection();
  selection.toggleSeat(seat(1, { version: 5 }), "Orchestra");
  selection.toggleSeat(seat(2, { version: 8 }), "Orchestra");
  equal(selection.getReservationPayload(), [{ seatId: 1, version: 5 }, { seatId: 2, version: 8 }]);
});

test("a version only rises", () => {
  const selection = createSeatSelection();
  selection.toggleSeat(seat(1, { version: 5 }), "Orchestra");
  selection.refreshVersion(1, 4);
  equal(selection.getReservationPayload()[0]?.version, 5);
  selection.refreshVersion(1, 7);
  equal(selection.getReservationPayload()[0]?.version, 7);
});

test("lost seats are taken out and named, the others stay in order", () => {
  const selection = createSeatSelection();
  for (const id of [3, 1, 2]) selection.toggleSeat(seat(id), "Orchestra");
  equal(selection.removeSeats([1, 99]).map((lost) => lost.seatNumber), ["A1"]);
  equal(selection.selectedSeats.value.map((kept) => kept.id), [3, 2]);
});

test("reserving is shown before the answer and rolled back on refusal", () => {
  const selection = createSeatSelection();
  selection.toggleSeat(seat(1), "Orchestra");
  selection.markAll("RESERVING");
  equal(selection.selectedSeats.value[0]?.status, "RESERVING");
  selection.markAll("AVAILABLE");
  equal(selection.selectedSeats.value[0]?.status, "AVAILABLE");
});
