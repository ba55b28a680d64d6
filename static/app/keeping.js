// @ts-check
/**
 * What follows by itself from a purchase's state: it is kept for a reload and told to the other
 * tabs, its deadline is counted down, and its seats are marked on the map.
 */
import { effect } from "../lib/signals.js";
import { MARK } from "./seating.js";
import { HOLDING } from "./purchase-state.js";

/**
 * @param {import("./purchase-state.js").PurchaseParts} app
 * @param {import("./purchase-state.js").PurchaseState} state
 */
export function keepPurchase(app, state) {
  shareHold(app, state);
  countDown(state);
  markSeats(state);
}

/** @param {import("./purchase-state.js").PurchaseParts} app @param {import("./purchase-state.js").PurchaseState} state */
function shareHold({ holds, tabs }, { eventId, machine, selection, heldIds }) {
  let isTold = true;
  machine.restore(holds.read(eventId));
  effect(() => {
    void [machine.state.value, machine.reservationData.value, machine.idempotencyKey.value];
    void [machine.error.value, machine.bookingData.value];
    holds.write(eventId, machine.state.peek() === "IDLE" ? null : machine.serialise());
    if (!isTold) tabs.tell("hold", { eventId });
    isTold = false;
  });
  tabs.on("hold", (body) => {
    if (body?.eventId !== eventId || machine.isLoading.peek()) return;
    isTold = true;
    const text = holds.read(eventId);
    if (text) machine.restore(text);
    else machine.reset();
    isTold = false;
    selection.removeSeats(heldIds.peek());
  });
}

/** @param {import("./purchase-state.js").PurchaseState} state */
function countDown({ machine, timer, holdSeconds }) {
  effect(() => {
    const held = machine.reservationData.value;
    const step = machine.state.value;
    if (held && HOLDING.has(step)) timer.reset(held.expiresAt, holdSeconds());
    else if (step !== "RESERVING") timer.clear();
  });
}

/** @param {import("./purchase-state.js").PurchaseState} state */
function markSeats({ house, heldIds, selection, noteChange }) {
  /** @type {number[]} indexes that carry a mark now */
  let marked = [];
  effect(() => {
    const known = house.value;
    if (!known) return;
    /** @type {Map<number, number>} */
    const marks = new Map();
    for (const id of heldIds.value) marks.set(known.store.indexOf(id), MARK.mine);
    for (const seat of selection.selectedSeats.value) {
      const mark = seat.status === "RESERVING" ? MARK.reserving : MARK.selected;
      marks.set(known.store.indexOf(seat.id), mark);
    }
    for (const index of marked) if (!marks.has(index)) known.store.setMark(index, MARK.none);
    for (const [index, mark] of marks) if (index >= 0) known.store.setMark(index, mark);
    marked = [...marks.keys()].filter((index) => index >= 0);
    noteChange();
  });
}
