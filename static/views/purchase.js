// @ts-check
/**
 * One buyer's way through one event: what is picked, held and paid for, bound to the live map.
 * Lives as long as the page, whatever view is shown, so that a hold and its countdown go on.
 * Owns: the marks on the map, and bringing our idea of the hold in line with the server's.
 */
import { batch, computed, effect, signal } from "../lib/signals.js";
import { money, t } from "../lib/i18n.js";
import { addDecimals } from "../lib/money.js";
import { ApiError } from "../net/api.js";
import { createLive } from "../net/live.js";
import { createCheckoutMachine } from "../state/checkout-machine.js";
import { createReservationTimer } from "../state/reservation-timer.js";
import { retryWithBackoff } from "../state/retry.js";
import { createSeatSelection } from "../state/seat-selection.js";
import { createSeatStore } from "../state/seat-store.js";
import { createHouse, MARK } from "./house.js";
import { explain } from "./explain.js";

/**
 * @typedef {object} PurchaseParts
 * @property {import("../net/api.js").Api} api
 * @property {import("../lib/time.js").ServerClock} clock
 * @property {{ track(name: string, facts?: Record<string, unknown>): void }} analytics
 * @property {import("./toasts.js").Toasts} toasts
 * @property {import("../net/tabs.js").Tabs} tabs
 * @property {import("../state/session.js").Session} session
 * @property {import("../lib/signals.js").Signal<import("../net/api.js").Config>} config
 * @property {{ read(eventId: number): string | null, write(eventId: number, text: string | null): void }} holds
 * @property {(act: () => void) => void} nextFrame
 * @property {(text: string) => void} announce
 * @property {(event: import("../net/api.js").EventDetails | null) => void} announceSale
 * @property {(eventId: number) => void} onWarning
 * @typedef {ReturnType<typeof createPurchase>} Purchase
 * @typedef {{ id: number, index: number, label: string, place: string, section: string,
 *   category: string, price: string }} HeldSeat
 * @typedef {{ lost: number, label: string, instead: number | null }} Loss
 * @typedef {{ reserved: HeldSeat[], failed: { label: string, reason: string }[] }} Partial
 */

/** Our own reservation's frame may come a little after the seats' own. */
const LOSS_GRACE_MS = 250;
/** States in which seats are held for this buyer and a deadline runs. */
const HOLDING = new Set(["RESERVED", "FAILED"]);
/** States in which the server keeps the seats whatever the deadline. */
const PAYING = new Set(["PROCESSING_PAYMENT", "CONFIRMING"]);

/**
 * @param {PurchaseParts} app
 * @param {number} eventId
 */
export function createPurchase(app, eventId) {
  const { api, clock, analytics, toasts, tabs } = app;
  const event = signal(/** @type {import("../net/api.js").EventDetails | null} */ (null));
  const house = signal(/** @type {import("./house.js").House | null} */ (null));
  const geometry = signal(/** @type {any} */ (null));
  const problem = signal(/** @type {ApiError | null} */ (null));
  const live = signal(/** @type {import("../net/live.js").Live | null} */ (null));
  /** Rises when any seat changed; at most once a frame. */
  const revision = signal(0);
  const losses = signal(/** @type {readonly Loss[]} */ ([]));
  const partial = signal(/** @type {Partial | null} */ (null));
  const canExtend = signal(true);
  const wakeups = signal(0);

  const machine = createCheckoutMachine();
  const selection = createSeatSelection({
    maxSeats: app.config.peek().maxSeats,
    onLimit: () => toasts.show("warning", t("cart.limit", { n: maxSeats() })),
  });
  const timer = createReservationTimer({
    now: clock.now,
    onExpire: expire,
    onWarning: () => app.onWarning(eventId),
  });

  const heldIds = computed(() => {
    const { value } = machine.state;
    if (!HOLDING.has(value) && !PAYING.has(value) && value !== "RESERVING") return [];
    return machine.reservationData.value?.reservedSeatIds ?? [];
  });
  const heldSeats = computed(() => heldIds.value.map(describe).filter((seat) => seat !== null));
  const heldTotal = computed(() => addDecimals(heldSeats.value.map((seat) => seat.price)));

  /** @type {number[]} indexes that carry a mark now */
  let marked = [];

  const maxSeats = () => event.peek()?.maxSeats ?? app.config.peek().maxSeats;
  const holdSeconds = () => event.peek()?.holdSeconds ?? app.config.peek().holdSeconds;

  /** @param {number} id @returns {HeldSeat | null} */
  function describe(id) {
    const known = house.value;
    const index = known?.store.indexOf(id) ?? -1;
    if (!known || index < 0) return null;
    const { store } = known;
    return {
      id,
      index,
      label: known.place(index),
      place: known.fullPlace(index),
      section: store.sectionName(index),
      category: known.categories[store.category[index] ?? 0]?.name ?? "",
      price: known.price(index),
    };
  }

  // ---- the event, its drawing and its live seats

  /** @type {Promise<void> | null} */
  let loading = null;
  /** Loads what is missing; a failure stands in `problem` and can be tried again. */
  function load() {
    loading ??= fetchAll().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error;
    }).finally(() => (loading = null));
    return loading;
  }

  async function fetchAll() {
    problem.value = null;
    event.value = await api.event(eventId);
    if (!house.peek()) {
      const drawing = await api.plan(event.value.planUrl);
      const store = createSeatStore(drawing);
      const whole = await api.status(eventId);
      if (whole) store.applyStatus(whole.body);
      store.onChange(noteChange);
      batch(() => {
        geometry.value = drawing;
        house.value = createHouse(drawing, store, /** @type {any} */ (event.peek()));
      });
    }
    await reconcile();
  }

  let isNoted = false;
  function noteChange() {
    if (isNoted) return;
    isNoted = true;
    app.nextFrame(() => {
      isNoted = false;
      revision.value++;
    });
  }

  /** Starts the live feed; `leave` ends it. The hold goes on either way. */
  function watchSeats() {
    const known = house.peek();
    if (!known || live.peek()) return;
    const feed = createLive({
      eventId,
      seats: known.store,
      api,
      clock,
      onReservation,
      onSale,
      onSignIn: () => app.session.signOut(),
      onFresh: (_isWhole, changes) => checkSelection(changes),
    });
    live.value = feed;
    feed.start();
  }

  function leave() {
    live.peek()?.stop();
    live.value = null;
  }

  async function refreshSeats() {
    await live.peek()?.refresh().catch(() => undefined);
    checkSelection(null);
  }

  /** @param {any} frame */
  function onSale(frame) {
    const before = event.peek();
    if (!before) return;
    event.value = { ...before, saleState: frame.state, onSaleAt: frame.onSaleAt ?? before.onSaleAt };
    if (frame.state === "open" && before.saleState === "upcoming") {
      toasts.show("success", t("toast.saleOpen"));
    }
  }

  // ---- picking seats

  /** @param {number} index */
  function toggle(index) {
    const known = house.peek();
    if (!known || machine.isLoading.peek()) return;
    const seat = known.seat(index);
    if (heldIds.peek().includes(seat.id)) {
      app.announce(t("cart.unavailable", { seat: known.place(index), status: t("status.mine") }));
      return;
    }
    if (event.peek()?.saleState !== "open") return app.announceSale(event.peek());
    selection.setLimit(maxSeats() - heldIds.peek().length);
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

  const currency = () => event.peek()?.currency ?? "EUR";

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
    selection.removeSeats(gone.map((seat) => seat.id));
    mourn(gone.filter((seat) => !mine.has(seat.id)).map((seat) => seat.id));
  }

  /** Says which seats were lost and what could be taken instead. @param {number[]} ids */
  function mourn(ids) {
    const known = house.peek();
    if (!known || !ids.length) return;
    const offered = new Set(losses.peek().map((loss) => loss.instead));
    const fresh = ids.map((id) => {
      const lost = known.store.indexOf(id);
      const nearest = known.store.nearestEqual(lost);
      const isFree = nearest >= 0 && !offered.has(nearest) &&
        !selection.isSeatSelected(known.store.idOf(nearest));
      if (isFree) offered.add(nearest);
      return { lost, label: known.fullPlace(lost), instead: isFree ? nearest : null };
    });
    losses.value = [...losses.peek(), ...fresh].slice(-4);
    app.announce(fresh.map((loss) => t("lost.one", { seat: loss.label })).join(" "));
  }

  /** @param {Loss} loss @param {boolean} isTaken take the seat that is offered instead */
  function settleLoss(loss, isTaken) {
    losses.value = losses.peek().filter((other) => other !== loss);
    if (isTaken && loss.instead !== null) toggle(loss.instead);
  }

  // ---- holding seats

  /** Reserves what is picked, together with what is held already. Returns whether seats are held. */
  async function reserve() {
    const known = house.peek();
    const picked = selection.selectedSeats.peek();
    const before = machine.reservationData.peek();
    const held = heldIds.peek();
    if (!known || !picked.length || !machine.startReservation()) return false;
    analytics.track("reservation_started", {
      eventId,
      seatCount: picked.length,
      totalPrice: selection.totalPrice.peek(),
    });
    const seats = [
      ...held.map((id) => ({ seatId: id, version: known.store.version[known.store.indexOf(id)] ?? 0 })),
      ...selection.getReservationPayload(),
    ];
    selection.markAll("RESERVING");
    losses.value = [];
    try {
      const data = await retryWithBackoff(() => api.reserve(eventId, seats), {
        isRetryable: (error) => error instanceof ApiError && error.status === 0,
        onRetry: noteRetry,
      });
      reserved(data, picked);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused(error, before && held.length ? before : null);
      return false;
    } finally {
      selection.markAll("AVAILABLE");
      timer.tick();
    }
  }

  /**
   * @param {import("../state/checkout-machine.js").ReservationData} data
   * @param {readonly import("../state/seat-selection.js").SelectedSeatInfo[]} picked
   */
  function reserved(data, picked) {
    const failed = data.failedSeats ?? [];
    batch(() => {
      selection.clearSelection();
      canExtend.value = true;
      machine.reservationSuccess(data);
    });
    analytics.track("reservation_success", {
      eventId,
      reservedSeats: data.reservedSeatIds,
      failedSeats: failed.map((seat) => seat.seatId),
    });
    if (!failed.length) return;
    const stale = failed.filter(isStale);
    if (stale.length) {
      analytics.track("optimistic_lock_conflict", { eventId, seatIds: stale.map((seat) => seat.seatId) });
      toasts.show("warning", t("toast.stale"), 6000);
    }
    const got = data.reservedSeatIds.length;
    toasts.show(
      "warning",
      t("toast.partial", { got, all: got + failed.length, n: failed.length }),
      stale.length ? 6000 : 0,
      `partial-${eventId}`,
    );
    partial.value = {
      reserved: data.reservedSeatIds.map(describe).filter((seat) => seat !== null),
      failed: failed.map((seat) => ({
        label: describe(seat.seatId)?.place ??
          picked.find((other) => other.id === seat.seatId)?.seatNumber ?? String(seat.seatId),
        reason: explain.seat(seat),
      })),
    };
    refreshSeats();
  }

  /** @param {ApiError} error @param {import("../state/checkout-machine.js").ReservationData | null} before */
  function refused(error, before) {
    machine.reservationFailed(asProblem(error));
    if (before) {
      machine.startReservation();
      machine.reservationSuccess(before);
    } else machine.reset();
    const failed = error.data?.failedSeats ?? [];
    if (error.status === 409 && failed.length) {
      toasts.show("error", t("toast.none"), 8000);
      if (failed.some(isStale)) toasts.show("warning", t("toast.stale"), 6000);
      const seatIds = failed.map((/** @type {any} */ seat) => seat.seatId);
      analytics.track("optimistic_lock_conflict", { eventId, seatIds });
      const isLimit = failed.every((/** @type {any} */ seat) => seat.code === "limit_reached");
      if (!isLimit) {
        selection.removeSeats(seatIds);
        mourn(seatIds);
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

  function forget() {
    timer.clear();
    batch(() => {
      partial.value = null;
      machine.reset();
      selection.clearSelection();
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
    const state = machine.state.peek();
    if (state === "RESERVING" || state === "EXPIRED" || PAYING.has(state)) return;
    const all = await api.reservations(eventId);
    if (machine.state.peek() !== state) return;
    const active = all.filter((one) => one.status === "ACTIVE").sort((a, b) => b.id - a.id)[0];
    if (active) return adopt(active);
    if (state === "IDLE" || state === "CONFIRMED") return;
    forget();
    if (!all.some((one) => one.status === "PAYING" || one.status === "BOOKED")) {
      toasts.show("info", t("toast.holdLost"), 6000);
    }
  }

  /** @param {import("../net/api.js").Reservation} active */
  function adopt(active) {
    const data = {
      id: active.id,
      reservedSeatIds: active.seatIds,
      expiresAt: active.expiresAt,
      expiresInSeconds: active.expiresInSeconds,
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

  // ---- what is kept, shown and shared

  let isTold = true;
  machine.restore(app.holds.read(eventId));
  effect(() => {
    const text = machine.serialise();
    void [machine.state.value, machine.reservationData.value, machine.idempotencyKey.value];
    void [machine.error.value, machine.bookingData.value];
    app.holds.write(eventId, machine.state.peek() === "IDLE" ? null : text);
    if (!isTold) tabs.tell("hold", { eventId });
    isTold = false;
  });
  tabs.on("hold", (body) => {
    if (body?.eventId !== eventId || machine.isLoading.peek()) return;
    isTold = true;
    const text = app.holds.read(eventId);
    if (text) machine.restore(text);
    else machine.reset();
    isTold = false;
    selection.removeSeats(heldIds.peek());
  });

  effect(() => {
    const held = machine.reservationData.value;
    const state = machine.state.value;
    if (held && HOLDING.has(state)) timer.reset(held.expiresAt, holdSeconds());
    else if (state !== "RESERVING") timer.clear();
  });

  /** Marks on the map follow what is picked and held. */
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

  const purchase = {
    eventId,
    event,
    house,
    geometry,
    problem,
    live,
    revision,
    losses,
    partial,
    canExtend,
    wakeups,
    machine,
    selection,
    timer,
    heldIds,
    heldSeats,
    heldTotal,
    load,
    watchSeats,
    leave,
    refreshSeats,
    toggle,
    settleLoss,
    reserve,
    extend,
    startOver,
    forget,
    expire,
    reconcile,
    noteRetry,
    holdSeconds,
    maxSeats,
  };
  return purchase;
}

/** @param {{ reason: string, code?: string }} seat */
const isStale = (seat) => seat.code === "stale_version" || seat.reason.includes("stale version");

/** @param {ApiError} error */
export const asProblem = (error) => ({
  message: explain.error(error),
  retryable: error.retryable,
  sameKey: error.sameKey,
  code: error.code,
  status: error.status,
});
