// @ts-check
/**
 * Holding seats: reserving, more time, giving back, running out, and bringing our idea of the hold
 * in line with the server's, which alone decides.
 */
import { batch } from "../lib/signals.js";
import { t } from "../lib/i18n.js";
import { ApiError, asApiError } from "../net/envelope.js";
import { retryWithBackoff } from "../state/retry.js";
import { explain } from "../ui/explain.js";
import { seatsOf } from "../state/units.js";
import { HOLDING, PAYING } from "./purchase-state.js";

/** Refusals of seats that are free all the same: the choice may stay. */
const LIMITS = ["limit_reached", "address_limit"];
const LIVE_BOOKINGS = new Set(["CONFIRMED", "PENDING", "REQUIRES_ACTION"]);

/**
 * @param {import("./purchase-state.js").PurchaseParts} app
 * @param {import("./purchase-state.js").PurchaseState} state
 * @param {ReturnType<typeof import("./picking.js").createPicking>} picking
 * @param {() => Promise<void>} refreshSeats reads the whole map again
 * @param {(seatIds: readonly number[]) => void} [placesHeld] picked places have become these seats
 */
export function createHolding(app, state, picking, refreshSeats, placesHeld) {
  const { api, analytics, toasts } = app;
  const { eventId, house, machine, selection, places, heads, headsOf, timer, heldIds } = state;
  const { interrupted, losses, partial, canExtend, wakeups, isWithdrawn, holdSeconds } = state;
  const { describe, describeAll } = state;

  /** Reserves what is picked, together with what is held already. Returns whether seats are held. */
  async function reserve() {
    const known = house.peek();
    const picked = selection.selectedSeats.peek();
    const held = heldIds.peek();
    if (!known || (!picked.length && !places.count())) return false;
    const total = selection.totalPrice.peek();
    const wanted = wantedNow(known, held);
    const answer = await hold(() => api.reserve(eventId, wanted), picked.length + places.count(), total);
    if (answer instanceof ApiError) refused(answer);
    return answer !== null && !(answer instanceof ApiError);
  }

  /**
   * Asks for a hold, again while nothing is heard; then the machine stands where it was, or holds.
   * @template {import("../state/checkout-machine.js").ReservationData} Hold
   * @param {() => Promise<Hold>} request
   * @param {number} seatCount
   * @param {string} [totalPrice]
   * @returns {Promise<Hold | ApiError | null>} null: something else is under way
   */
  async function hold(request, seatCount, totalPrice) {
    const before = heldIds.peek().length ? machine.reservationData.peek() : null;
    if (!machine.startReservation()) return null;
    interrupted.value = null;
    analytics.track("reservation_started", { eventId, seatCount, totalPrice });
    selection.markAll("RESERVING");
    losses.value = [];
    try {
      const data = await retryWithBackoff(request, {
        isRetryable: (error) => error instanceof ApiError && error.status === 0,
        onRetry: noteRetry,
      });
      reserved(data);
      return data;
    } catch (error) {
      machine.reservationFailed(asProblem(error));
      if (before) {
        machine.startReservation();
        machine.reservationSuccess(before);
      } else machine.reset();
      // A fault of our own: the shell says that something broke.
      if (!(error instanceof ApiError)) throw error;
      return error;
    } finally {
      selection.markAll("AVAILABLE");
      timer.tick();
    }
  }

  /**
   * What is picked and what is held, to be one hold.
   * @param {import("./seating.js").House} known @param {readonly number[]} held
   */
  function wantedNow(known, held) {
    const { store, units } = known;
    const seats = [
      ...held.filter((id) => store.indexOf(id) >= 0).map((id) => ({
        seatId: id,
        version: store.version[store.indexOf(id)] ?? 0,
      })),
      ...selection.getReservationPayload(),
    ];
    const whole = new Set(seats.map(({ seatId }) => units.of(seatId)).filter((unit) => unit !== null));
    // Of an area the number is what is to be held in all, so that asking again takes no more.
    const areas = store.areas.list.map(({ id }) => ({
      areaId: id,
      quantity: places.of(id) + held.filter((seat) => store.areas.of(seat)?.id === id).length,
    })).filter(({ quantity }) => quantity > 0);
    return {
      seats: seats.filter(({ seatId }) => !units.of(seatId)),
      areas,
      units: [...whole].map((unit) => ({ unitId: unit.id, heads: heads.of(unit.id) || headsOf(unit) })),
    };
  }

  /**
   * One person more at a table or in a box, or one less; of one that is held the hold changes.
   * @param {import("../state/units.js").Unit} unit @param {number} by
   */
  async function stepHeads(unit, by) {
    const next = headsOf(unit) + by, known = house.peek(), held = machine.reservationData.peek();
    if (!known || next < unit.least || next > unit.most || machine.isLoading.peek()) return;
    heads.set(unit.id, next);
    app.announce(t("units.now", { unit: known.unitPlace(unit), n: next }));
    if (!held || !heldIds.peek().includes(unit.id)) return;
    try {
      const data = await api.reserve(eventId, {
        seats: [],
        areas: [],
        units: [{ unitId: unit.id, heads: next }],
      });
      const units = (held.units ?? []).map((one) => one.unitId === unit.id ? { ...one, heads: next } : one);
      machine.reservationSuccess({ ...held, ...(data.id === held.id ? {} : data), units });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toasts.show("warning", explain.error(error), 6000);
      await reconcile().catch(() => undefined);
    } finally {
      heads.set(unit.id, 0);
    }
  }

  /**
   * @param {import("../state/checkout-machine.js").ReservationData} data
   */
  function reserved(data) {
    const failed = data.failedSeats ?? [], failedAreas = data.failedAreas ?? [];
    const before = new Set(heldIds.peek());
    batch(() => {
      placesHeld?.(data.reservedSeatIds.filter((id) => !before.has(id)));
      selection.clearSelection();
      places.clear();
      heads.clear();
      canExtend.value = true;
      machine.reservationSuccess(data);
    });
    analytics.track("reservation_success", {
      eventId,
      reservedSeats: data.reservedSeatIds,
      failedSeats: failed.map((seat) => seat.seatId),
    });
    if (!failed.length && !failedAreas.length) return;
    const stale = failed.filter(isStale);
    if (stale.length) {
      analytics.track("optimistic_lock_conflict", { eventId, seatIds: stale.map((seat) => seat.seatId) });
      toasts.show("warning", t("toast.stale"), 6000);
    }
    const got = data.reservedSeatIds.length;
    toasts.show(
      "warning",
      t("toast.partial", { got, all: got + failed.length, n: failed.length + failedAreas.length }),
      stale.length ? 6000 : 0,
      `partial-${eventId}`,
    );
    partial.value = {
      reserved: describeAll(data.reservedSeatIds),
      failed: [
        ...describeAll(failed.map((seat) => seat.seatId)).map((line) => ({
          label: line.place,
          reason: explain.seat(reasonOf(line, failed)),
        })),
        ...failedAreas.map((area) => ({ label: describe(area.areaId)?.place ?? "", reason: areaReason(area) })),
      ],
    };
    refreshSeats();
  }

  /** @param {ApiError} error */
  function refused(error) {
    if (error.status === 0) interrupted.value = "reserve";
    if (error.code === "leaves_single_seat") return void (state.leftAlone.value = error.data);
    const failed = error.data?.failedSeats ?? [], areas = error.data?.failedAreas ?? [];
    for (const area of areas) {
      toasts.show("error", `${describe(area.areaId)?.place ?? ""}: ${areaReason(area)}`, 8000);
      if (area.code === "area_full") places.set(area.areaId, Math.min(places.of(area.areaId), area.available));
    }
    if (areas.length && !failed.length) return void reconcile().catch(() => undefined);
    if (error.status === 409 && failed.length) {
      toasts.show("error", t("toast.none"), 8000);
      if (failed.some(isStale)) toasts.show("warning", t("toast.stale"), 6000);
      const seatIds = failed.map((/** @type {any} */ seat) => seat.seatId);
      analytics.track("optimistic_lock_conflict", { eventId, seatIds });
      const isLimit = failed.every((/** @type {any} */ seat) => LIMITS.includes(seat.code));
      if (!isLimit) {
        picking.dropSeats(seatIds);
        picking.mourn(seatIds);
      }
      refreshSeats();
      reconcile().catch(() => undefined);
    } else toasts.show("error", explain.error(error), 8000);
  }

  async function extend() {
    const held = machine.reservationData.peek();
    if (!held) return;
    try {
      const data = await api.extend(eventId, held.id);
      machine.reservationSuccess({ ...held, ...data });
      timer.tick();
      toasts.show("success", t("toast.extended", { time: timer.timeRemainingFormatted.peek() }), 4000);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.code === "extension_limit") canExtend.value = false;
      const text = error.code === "extension_limit" ? t("toast.extendRefused") : explain.error(error);
      toasts.show("warning", text, 6000);
      if (error.status === 404 || error.status === 409) await reconcile().catch(() => undefined);
    }
  }

  /** Gives every held seat back and forgets the purchase. */
  async function startOver() {
    const held = machine.reservationData.peek();
    const wasHolding = HOLDING.has(machine.state.peek());
    forget();
    if (!held || !wasHolding) return;
    try {
      await api.release(eventId, held.id);
      toasts.show("info", t("toast.released"), 4000);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      // Already gone is as good as released; anything else ends with the deadline.
      if (error.status === 0) toasts.show("warning", explain.error(error), 6000);
    }
  }

  /** Gives one held seat back, or a whole table, and keeps the others. @param {number} seatId */
  async function giveBack(seatId) {
    const held = machine.reservationData.peek();
    if (!held || machine.state.peek() !== "RESERVED") return;
    const unit = house.peek()?.units.of(seatId), going = unit ? seatsOf(unit) : [seatId];
    if (held.reservedSeatIds.length === going.length) return startOver();
    const place = describeAll(going)[0]?.place ?? "";
    try {
      await api.releaseSeats(eventId, held.id, going);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toasts.show("warning", explain.error(error), 6000);
      return reconcile().catch(() => undefined);
    }
    const now = machine.reservationData.peek();
    if (now?.id === held.id) {
      machine.reservationSuccess({
        ...now,
        reservedSeatIds: now.reservedSeatIds.filter((id) => !going.includes(id)),
        units: now.units?.filter((one) => one.unitId !== unit?.id),
      });
    }
    toasts.show("info", t("toast.releasedOne", { seat: place }), 4000);
  }

  function forget() {
    timer.clear();
    batch(() => {
      partial.value = null;
      machine.reset();
      selection.clearSelection();
      places.clear();
      heads.clear();
    });
  }

  function expire() {
    if (!machine.reservationExpired()) return;
    analytics.track("reservation_expired", {
      eventId,
      seatCount: machine.reservationData.peek()?.reservedSeatIds.length ?? 0,
      timeElapsed: holdSeconds(),
    });
    timer.clear();
    partial.value = null;
  }

  /** @param {any} frame */
  function onReservation(frame) {
    wakeups.value++;
    const held = machine.reservationData.peek();
    const isOurs = held !== null && held.id === frame.id;
    if (PAYING.has(machine.state.peek()) || machine.state.peek() === "RESERVING") return;
    if (isOurs && frame.state === "expired") return expire();
    if (isOurs && frame.state === "released" && frame.reason === "staff") {
      forget();
      isWithdrawn.value = true;
      return;
    }
    if (held && isOurs && (frame.state === "extended" || frame.state === "granted")) {
      machine.reservationSuccess({
        ...held,
        reservedSeatIds: frame.seatIds ?? held.reservedSeatIds,
        expiresAt: frame.expiresAt,
        expiresInSeconds: frame.expiresInSeconds,
      });
      return;
    }
    if (frame.state !== "expiring" && frame.state !== "paying") reconcile().catch(() => undefined);
  }

  /** Asks the server what this buyer holds and follows it, whatever was kept here. */
  async function reconcile() {
    const before = machine.state.peek();
    if (before === "RESERVING" || before === "EXPIRED" || PAYING.has(before)) return;
    const all = await api.reservations(eventId);
    if (machine.state.peek() !== before) return;
    const active = all.filter((one) => one.status === "ACTIVE").sort((a, b) => b.id - a.id)[0];
    if (active) return adopt(active);
    if (before === "IDLE" || before === "CONFIRMED") return;
    // The payment may have gone through unheard: its key must stay, and a retry with it tells.
    if (machine.canRetry.peek() && (all.some(isPaying) || await isBooked())) return;
    if (machine.state.peek() !== before) return;
    const held = machine.reservationData.peek();
    const isStaffs = held !== null && await wasWithdrawn(held.id);
    if (machine.state.peek() !== before) return;
    forget();
    if (isStaffs) isWithdrawn.value = true;
    else toasts.show("info", t("toast.holdLost"), 6000);
  }

  /** Whether staff gave a hold back while this page was away. @param {number} id */
  async function wasWithdrawn(id) {
    try {
      return (await api.reservation(eventId, id)).reason === "staff";
    } catch (error) {
      // Of a hold that is long over, nothing is known.
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
  }

  /** Whether the seats of this purchase stand in a booking of this buyer's. */
  async function isBooked() {
    const seats = machine.reservationData.peek()?.reservedSeatIds ?? [];
    return findBooking((await api.bookings(1, 20)).items, eventId, seats) !== undefined;
  }

  /** @param {import("../net/api.js").Reservation} active */
  function adopt(active) {
    const data = {
      id: active.id,
      reservedSeatIds: active.seatIds,
      expiresAt: active.expiresAt,
      expiresInSeconds: active.expiresInSeconds,
      units: active.units,
      priceList: active.priceList,
    };
    batch(() => {
      if (machine.state.peek() === "CONFIRMED") machine.reset();
      if (machine.state.peek() === "FAILED") machine.reservationData.value = data;
      else {
        if (machine.state.peek() === "IDLE") machine.startReservation();
        machine.reservationSuccess(data);
      }
      selection.removeSeats(active.seatIds);
    });
  }

  /** @param {number} attempt @param {number} delayMs */
  function noteRetry(attempt, delayMs) {
    if (attempt > 1) toasts.show("warning", t("toast.retry", { n: attempt }), delayMs);
    toasts.show("error", t("toast.lostConnection", { n: Math.round(delayMs / 1000) }), delayMs);
  }

  return { reserve, hold, stepHeads, extend, giveBack, startOver, forget, expire, onReservation, reconcile, noteRetry };
}

/** @param {{ status: string }} reservation */
const isPaying = (reservation) => reservation.status === "PAYING" || reservation.status === "BOOKED";

/**
 * The booking of exactly these seats that is confirmed or may still be.
 * @param {readonly import("../net/api.js").Booking[]} bookings
 * @param {number} eventId
 * @param {readonly number[]} seatIds
 */
export function findBooking(bookings, eventId, seatIds) {
  const wanted = new Set(seatIds);
  return bookings.find((booking) =>
    booking.eventId === eventId && booking.seatIds.length === wanted.size &&
    booking.seatIds.every((id) => wanted.has(id)) && LIVE_BOOKINGS.has(booking.status)
  );
}

/** @param {{ code: string, available: number }} area */
const areaReason = ({ code, available }) =>
  code === "area_full" ? t("areas.left", { n: available }) : explain.seat({ code });

/**
 * Why a line of the basket could not be had: of a whole table, what befell one of its seats.
 * @param {import("./purchase-state.js").HeldSeat} line
 * @param {readonly { seatId: number, code?: string, reason: string }[]} failed
 */
const reasonOf = (line, failed) => {
  const mine = failed.filter(({ seatId }) =>
    line.unit ? seatId >= line.unit.id && seatId < line.unit.id + line.unit.seats : seatId === line.id
  );
  return mine.find(({ code }) => code !== "whole_unit_only") ?? mine[0];
};

/** @param {{ code?: string }} seat */
const isStale = (seat) => seat.code === "stale_version";

/** What the machine keeps of a failure. @param {unknown} failure */
export function asProblem(failure) {
  const error = asApiError(failure), { retryable, sameKey, code, status } = error;
  return { message: explain.error(error), retryable, sameKey, code, status };
}
