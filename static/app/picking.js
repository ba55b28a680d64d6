// @ts-check
/**
 * Picking seats on a map that moves: what a press on a seat does, and what happens when someone else
 * takes a seat that was picked here.
 */
import { money, t } from "../lib/i18n.js";
import { seatsOf } from "../state/units.js";

/** @typedef {import("./purchase-state.js").Loss} Loss */
/** @typedef {import("../state/areas.js").StandingArea} Area */

/** Our own reservation's frame may come a little after the seats' own. */
const LOSS_GRACE_MS = 250;

/**
 * @param {import("./purchase-state.js").PurchaseParts} app
 * @param {import("./purchase-state.js").PurchaseState} state
 */
export function createPicking(app, state) {
  const { analytics, toasts } = app;
  const { eventId, event, house, machine, selection, places, heads, heldIds, losses, maxSeats, currency } = state;

  /** How many more seats or places may be picked. */
  const room = () => maxSeats() - heldIds.value.length - selection.seatCount.value - places.count();

  /** How many more places of an area. @param {Readonly<Area>} area */
  const roomFor = (area) => Math.min(room(), area.free - places.of(area.id));

  /** One place of an area more, or one less. @param {Readonly<Area>} area @param {number} by */
  function stepPlaces(area, by) {
    state.interrupted.value = null;
    if (machine.isLoading.peek()) return;
    if (by > 0 && event.peek()?.saleState !== "open") return app.announceSale(event.peek());
    if (by > 0 && room() <= 0) return toasts.show("warning", t("cart.limit", { n: maxSeats() }));
    if (by > 0 && roomFor(area) <= 0) return toasts.show("info", t("areas.full", { area: area.name }), 3000);
    places.set(area.id, places.of(area.id) + by);
    app.announce(t("areas.now", { area: area.name, n: places.of(area.id) }));
  }

  /** @param {number} index */
  function toggle(index) {
    // Another choice is another wish: it is not reserved by itself when the network is back.
    state.interrupted.value = null;
    const known = house.peek();
    if (!known || machine.isLoading.peek()) return;
    const seat = known.seat(index);
    if (heldIds.peek().includes(seat.id)) {
      app.announce(t("cart.unavailable", { seat: known.fullPlace(index), status: t("status.mine") }));
      return;
    }
    if (event.peek()?.saleState !== "open") return app.announceSale(event.peek());
    const unit = known.unitAt(index);
    if (unit) return toggleUnit(known, unit);
    selection.setLimit(maxSeats() - heldIds.peek().length - places.count());
    const done = selection.toggleSeat(seat, known.store.sectionName(index));
    const place = known.fullPlace(index);
    if (done === "added") {
      analytics.track("seat_selected", { seatId: seat.id, eventId, price: seat.price });
      app.announce(t("cart.added", {
        seat: place,
        n: selection.seatCount.peek() + heldIds.peek().length,
        max: maxSeats(),
        total: money(selection.totalPrice.peek(), currency()),
      }));
    } else if (done === "removed") app.announce(t("cart.removed", { seat: place }));
    else if (done === "unavailable") {
      const status = t(`status.${seat.status}`);
      toasts.show("info", t("cart.unavailable", { seat: place, status }), 3000);
    }
  }

  /** @param {import("./seating.js").House} known @param {import("../state/units.js").Unit} unit */
  function toggleUnit(known, unit) {
    const name = known.unitName(unit), ids = seatsOf(unit);
    if (selection.isSeatSelected(unit.id)) {
      selection.removeSeats(ids);
      heads.set(unit.id, 0);
      return app.announce(t("cart.removed", { seat: name }));
    }
    if (!known.isUnitFree(unit)) {
      const status = t(
        `status.${ids.map((id) => known.statusOf(known.store.indexOf(id))).find((s) => s !== "AVAILABLE")}`,
      );
      return toasts.show("info", t("cart.unavailable", { seat: name, status }), 3000);
    }
    // One that is larger than the limit may be had by who chose nothing else.
    if (unit.seats > room() && room() < maxSeats()) {
      return toasts.show("warning", t("cart.limit", { n: maxSeats() }));
    }
    const seats = ids.map((id) => known.seat(known.store.indexOf(id)));
    heads.set(unit.id, unit.most);
    selection.addSeats(seats, unit.section);
    for (const seat of seats) analytics.track("seat_selected", { seatId: seat.id, eventId, price: seat.price });
    app.announce(t("units.added", { unit: name, price: money(known.unitPrice(unit, unit.most), currency()) }));
  }

  /**
   * Looks whether picked seats were taken by someone else, and says which.
   * @param {import("../net/live.js").Change[] | null} changes null: look at all
   */
  function checkSelection(changes) {
    const known = house.peek();
    const picked = selection.selectedSeats.peek();
    if (!known || !picked.length) return;
    const touched = changes && new Set(changes.map(([id]) => id));
    const suspects = picked.filter((seat) => !touched || !touched.size || touched.has(seat.id));
    for (const seat of suspects) {
      const index = known.store.indexOf(seat.id);
      if (known.isAvailable(index)) selection.refreshVersion(seat.id, known.store.version[index] ?? 0);
    }
    if (suspects.some((seat) => !known.isAvailable(known.store.indexOf(seat.id)))) {
      setTimeout(settleLosses, LOSS_GRACE_MS);
    }
  }

  function settleLosses() {
    const known = house.peek();
    if (!known || machine.state.peek() === "RESERVING") return;
    const mine = new Set(heldIds.peek());
    const gone = selection.selectedSeats.peek().filter((seat) =>
      mine.has(seat.id) || !known.isAvailable(known.store.indexOf(seat.id))
    );
    if (!gone.length) return;
    dropSeats(gone.map((seat) => seat.id));
    mourn(gone.filter((seat) => !mine.has(seat.id)).map((seat) => seat.id));
  }

  /** Takes seats out, and with one of a whole table or box the others. @param {readonly number[]} ids */
  function dropSeats(ids) {
    const units = ids.map((id) => house.peek()?.units.of(id)).filter((unit) => unit !== null && unit !== undefined);
    selection.removeSeats([...ids, ...units.flatMap((unit) => seatsOf(unit))]);
    for (const unit of units) heads.set(unit.id, 0);
  }

  /** Says which seats were lost and what could be taken instead. @param {number[]} ids */
  function mourn(ids) {
    const known = house.peek();
    if (!known || !ids.length) return;
    const offered = new Set(losses.peek().map((loss) => loss.instead));
    const units = new Set(ids.map((id) => known.units.of(id)).filter((unit) => unit !== null));
    const single = ids.filter((id) => !known.units.of(id));
    const whole = [...units].map((unit) => ({
      lost: known.store.indexOf(unit.id),
      label: known.unitName(unit),
      instead: null,
    }));
    const fresh = single.map((id) => {
      const lost = known.store.indexOf(id);
      const nearest = known.store.nearestEqual(lost, (i) => !known.unitAt(i));
      const isFree = nearest >= 0 && !offered.has(nearest) &&
        !selection.isSeatSelected(known.store.idOf(nearest));
      if (isFree) offered.add(nearest);
      return { lost, label: known.fullPlace(lost), instead: isFree ? nearest : null };
    });
    losses.value = [...losses.peek(), ...fresh, ...whole].slice(-4);
    app.announce([...fresh, ...whole].map((loss) => t("lost.one", { seat: loss.label })).join(" "));
  }

  /** @param {Loss} loss @param {boolean} isTaken take the seat that is offered instead */
  function settleLoss(loss, isTaken) {
    losses.value = losses.peek().filter((other) => other !== loss);
    if (isTaken && loss.instead !== null) toggle(loss.instead);
  }

  return { toggle, stepPlaces, roomFor, checkSelection, dropSeats, mourn, settleLoss };
}
