// @ts-check
/**
 * One buyer's way through one event: what is picked, held and paid for, bound to the live map.
 * Lives as long as the page, whatever view is shown, so that a hold and its countdown go on.
 * Owns: loading the event and its live feed; the rest is picking, holding and keeping.
 */
import { batch } from "../lib/signals.js";
import { asApiError } from "../net/envelope.js";
import { createLive } from "../net/live.js";
import { createSeatStore } from "../state/seat-store.js";
import { createHolding } from "./holding.js";
import { createHouse } from "./seating.js";
import { createLoneSeats } from "./lone-seats.js";
import { createParty } from "./party.js";
import { keepPurchase } from "./keeping.js";
import { createPicking } from "./picking.js";
import { createPurchaseState } from "./purchase-state.js";
import { createSaleWindow } from "./sale-window.js";
import { createTicketPrices } from "./ticket-prices.js";

/** @typedef {ReturnType<typeof createPurchase>} Purchase */

/**
 * @param {import("./purchase-state.js").PurchaseParts} app
 * @param {number} eventId
 */
export function createPurchase(app, eventId) {
  const { api, clock } = app;
  const state = createPurchaseState(app, eventId, () => holding.expire());
  const { event, house, geometry, problem, live, noteChange } = state;
  const picking = createPicking(app, state);
  const prices = createTicketPrices(app, state);
  const holding = createHolding(app, state, picking, refreshSeats, prices.placesHeld);
  const party = createParty(app, state, holding);
  const loneSeats = createLoneSeats(app, state);
  const saleWindow = createSaleWindow(app, state, () => void load());

  /** @type {Promise<void> | null} */
  let loading = null;
  /** Loads what is missing; a failure stands in `problem` and can be tried again. */
  function load() {
    loading ??= fetchAll().catch((error) => {
      problem.value = asApiError(error);
      if (problem.peek() !== error) throw error;
    }).finally(() => (loading = null));
    return loading;
  }

  async function fetchAll() {
    problem.value = null;
    const before = event.peek(), details = await api.event(eventId);
    event.value = details;
    const known = house.peek(), drawn = geometry.peek();
    if (known && drawn && !isSoldAlike(before, details)) house.value = createHouse(drawn, known.store, details);
    if (!known) {
      const drawing = await api.plan(details.planUrl);
      const store = createSeatStore(drawing);
      const whole = await api.status(eventId);
      if (whole) store.applyStatus(whole.body);
      store.onChange(noteChange);
      store.areas.onChange(noteChange);
      batch(() => {
        geometry.value = drawing;
        house.value = createHouse(drawing, store, details);
      });
    }
    await holding.reconcile();
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
      onReservation: holding.onReservation,
      onSale: saleWindow.onSale,
      onSignIn: () => app.session.signOut(),
      onFresh: (_isWhole, changes) => picking.checkSelection(changes),
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
    picking.checkSelection(null);
  }

  keepPurchase(app, state);
  return { ...state, ...picking, ...holding, ...loneSeats, party, prices, load, watchSeats, leave, refreshSeats };
}

/** @param {import("../net/api.js").EventDetails | null} before @param {import("../net/api.js").EventDetails} now */
const isSoldAlike = (before, now) => before?.tableBooking === now.tableBooking && before.priceList === now.priceList;
