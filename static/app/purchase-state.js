// @ts-check
/**
 * What is known of one buyer's way through one event: the house, the picked and the held seats.
 * Owns: the signals that the purchase's parts and the views share.
 */
import { computed, signal } from "../lib/signals.js";
import { t } from "../lib/i18n.js";
import { addDecimals } from "../lib/money.js";
import { createAreaChoice } from "../state/area-choice.js";
import { createCheckoutMachine } from "../state/checkout-machine.js";
import { createReservationTimer } from "../state/reservation-timer.js";
import { createSeatSelection } from "../state/seat-selection.js";
import { seatsOf } from "../state/units.js";

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
 * @typedef {ReturnType<typeof createPurchaseState>} PurchaseState
 * @typedef {{ id: number, index: number, place: string, section: string, // index -1: a standing place
 *   category: string, price: string, seatIds: number[], // of a whole table or box all that people sit on
 *   unit: import("../state/units.js").Unit | null }} HeldSeat
 * @typedef {{ lost: number, label: string, instead: number | null }} Loss
 * @typedef {{ reserved: HeldSeat[], failed: { label: string, reason: string }[] }} Partial
 */

/** States in which seats are held for this buyer and a deadline runs. */
export const HOLDING = new Set(["RESERVED", "FAILED"]);
/** States in which the server keeps the seats whatever the deadline. */
export const PAYING = new Set(["PROCESSING_PAYMENT", "CONFIRMING"]);

/**
 * @param {PurchaseParts} app
 * @param {number} eventId
 * @param {() => void} onExpire the deadline passed, as far as we can tell
 */
export function createPurchaseState(app, eventId, onExpire) {
  const event = signal(/** @type {import("../net/api.js").EventDetails | null} */ (null));
  const house = signal(/** @type {import("./seating.js").House | null} */ (null));
  const geometry = signal(/** @type {any} */ (null));
  const problem = signal(/** @type {import("../net/envelope.js").ApiError | null} */ (null));
  const live = signal(/** @type {import("../net/live.js").Live | null} */ (null));
  /** Rises when any seat changed; at most once a frame. */
  const revision = signal(0);
  const losses = signal(/** @type {readonly Loss[]} */ ([]));
  const partial = signal(/** @type {Partial | null} */ (null));
  /** A choice that the lone seat rule refused, with the nearest that it does not. */
  const leftAlone = signal(/** @type {import("../lib/wire-types.js").ReserveRefusedBody | null} */ (null));
  const canExtend = signal(true);
  const wakeups = signal(0);
  const interrupted = signal(/** @type {import("./comeback.js").Interrupted | null} */ (null));
  /** The venue gave this buyer's seats to others: said once, then false again. */
  const isWithdrawn = signal(false);

  /** Seat id, or a picked place's key → the ticket type chosen for it, where it is not the default. */
  const tickets = signal(/** @type {ReadonlyMap<number | string, number>} */ (new Map()));
  const machine = createCheckoutMachine();
  const places = createAreaChoice();
  /** Unit id → for how many people it was picked. */
  const heads = createAreaChoice();
  const selection = createSeatSelection({
    maxSeats: app.config.peek().maxSeats,
    onLimit: () => app.toasts.show("warning", t("cart.limit", { n: maxSeats() })),
  });
  const timer = createReservationTimer({
    now: app.clock.now,
    onExpire,
    onWarning: () => app.onWarning(eventId),
  });

  const heldIds = computed(() => {
    const { value } = machine.state;
    if (!HOLDING.has(value) && !PAYING.has(value) && value !== "RESERVING") return [];
    return machine.reservationData.value?.reservedSeatIds ?? [];
  });
  const heldSeats = computed(() => describeAll(heldIds.value));
  /** The picked seats as they stand in the basket. */
  const pickedLines = computed(() => describeAll(selection.selectedSeats.value.map((seat) => seat.id)));
  const heldTotal = computed(() => addDecimals(heldSeats.value.map((seat) => seat.price)));

  const maxSeats = () => event.peek()?.maxSeats ?? app.config.peek().maxSeats;
  const holdSeconds = () => event.peek()?.holdSeconds ?? app.config.peek().holdSeconds;

  const currency = () => event.peek()?.currency ?? "EUR";

  /** @param {number} id @returns {HeldSeat | null} */
  function describe(id) {
    const known = house.value;
    const area = known?.store.areas.of(id);
    if (known && area) {
      const { name, price } = known.categories[area.category] ?? { name: "", price: "0.00" };
      return { id, index: -1, place: area.name, section: area.name, category: name, price, seatIds: [id], unit: null };
    }
    const index = known?.store.indexOf(id) ?? -1;
    if (!known || index < 0) return null;
    const { store } = known;
    return {
      id,
      index,
      place: known.fullPlace(index),
      section: store.sectionName(index),
      category: known.categories[store.category[index] ?? 0]?.name ?? "",
      price: known.price(index),
      seatIds: [id],
      unit: null,
    };
  }

  /** Seats as lines of a basket: a whole table or box is one. @param {readonly number[]} ids @returns {HeldSeat[]} */
  function describeAll(ids) {
    const units = house.value?.units;
    const first = ids.filter((id) => {
      const unit = units?.of(id);
      return !unit || id === unit.id || !ids.includes(unit.id);
    });
    return first.map((id) => {
      const unit = units?.of(id) ?? null;
      return unit?.id === id && house.value ? describeUnit(house.value, unit) : describe(id);
    }).filter((seat) => seat !== null);
  }

  /** @param {import("./seating.js").House} known @param {import("../state/units.js").Unit} unit @returns {HeldSeat} */
  function describeUnit(known, unit) {
    const people = headsOf(unit), index = known.store.indexOf(unit.id);
    return {
      id: unit.id,
      index,
      place: known.unitName(unit),
      section: unit.section,
      category: known.categories[known.store.category[index] ?? 0]?.name ?? "",
      price: known.unitPrice(unit, people),
      seatIds: seatsOf(unit, people),
      unit,
    };
  }

  /** How many people sit at a table or in a box that is picked or held. @param {import("../state/units.js").Unit} unit */
  function headsOf(unit) {
    const held = machine.reservationData.value?.units?.find((one) => one.unitId === unit.id);
    return held?.heads ?? (heads.of(unit.id) || unit.most);
  }

  let isNoted = false;
  /** Something of what is drawn changed. */
  function noteChange() {
    if (isNoted) return;
    isNoted = true;
    app.nextFrame(() => {
      isNoted = false;
      revision.value++;
    });
  }

  return {
    eventId,
    event,
    house,
    geometry,
    problem,
    live,
    revision,
    losses,
    partial,
    leftAlone,
    canExtend,
    wakeups,
    interrupted,
    isWithdrawn,
    machine,
    selection,
    places,
    tickets,
    heads,
    headsOf,
    pickedLines,
    describeAll,
    timer,
    heldIds,
    heldSeats,
    heldTotal,
    describe,
    noteChange,
    currency,
    maxSeats,
    holdSeconds,
  };
}
