// @ts-check
/**
 * Seats by the size of a party: the server chooses and holds the best there are. Seats in several
 * places are offered before they are held; other seats come in place of those that were found.
 * Owns: what a party asks for, what was found, and which seats it was shown already.
 */
import { t } from "../lib/i18n.js";
import { randomUuid } from "../lib/platform.js";
import { batch, computed, signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { explain } from "../ui/explain.js";

/**
 * @typedef {{ seatIds: readonly number[], isSplit: boolean }} Found
 * @typedef {ReturnType<typeof createParty>} Party
 */

const USUAL = 2;

/**
 * @param {Pick<import("./purchase-state.js").PurchaseParts, "api" | "announceSale">} app
 * @param {import("./purchase-state.js").PurchaseState} state
 * @param {Pick<ReturnType<typeof import("./holding.js").createHolding>, "hold" | "reconcile">} holding
 */
export function createParty(app, state, holding) {
  const { eventId, event, house, geometry, machine, heldIds, maxSeats } = state;
  const wanted = signal(USUAL);
  const quantity = computed(() => Math.min(wanted.value, event.value?.maxSeats ?? maxSeats()));
  /** Which seats, as the legend's chips say too. */
  const filter = signal(
    /** @type {import("./seating.js").SeatFilter} */ ({ categories: null, accessible: false }),
  );
  const section = signal(-1);
  const wheelchairs = signal(1);
  /** Of the party so many sit in a wheelchair; the others get the seats beside them. */
  const spaces = computed(() => filter.value.accessible ? Math.min(wheelchairs.value, quantity.value) : 0);
  const result = signal(/** @type {Found | null} */ (null));
  /** What was found while the buyer still holds just that. */
  const found = computed(() => isSame(result.value?.seatIds, heldIds.value) ? result.value : null);
  /** Where the party could sit apart, seat ids by place: asked before anything is held. */
  const apart = signal(/** @type {number[][] | null} */ (null));
  /** Why nothing was found. */
  const fault = signal("");
  /** @type {Set<number>} */
  let shown = new Set();

  /** The wish in the wire's words. */
  function wish() {
    const { categories } = filter.peek(), inSection = geometry.peek()?.sections[section.peek()]?.name;
    return {
      quantity: quantity.peek(),
      ...(categories ? { categories: [...categories].map((at) => house.peek()?.categories[at]?.name ?? "") } : {}),
      ...(inSection ? { sections: [inSection] } : {}),
      ...(spaces.peek() ? { accessible: spaces.peek() } : {}),
    };
  }

  /**
   * What was found, if anything was; null while something else is under way.
   * @param {"required" | "preferred"} together
   * @param {Iterable<number>} [otherThan]
   */
  async function ask(together, otherThan = []) {
    if (event.peek()?.saleState !== "open") {
      app.announceSale(event.peek());
      return null;
    }
    batch(() => {
      apart.value = null;
      fault.value = "";
    });
    const held = heldIds.peek().length ? machine.reservationData.peek() : null;
    const request = {
      ...wish(),
      together,
      otherThan: [...otherThan],
      ...(held ? { replaces: held.id } : {}),
      requestId: randomUuid(),
    };
    const answer = await holding.hold(() => app.api.bestAvailable(eventId, request), request.quantity);
    if (answer instanceof ApiError) refused(answer);
    if (answer instanceof ApiError || !answer) return null;
    for (const id of answer.reservedSeatIds) shown.add(id);
    return result.value = { seatIds: answer.reservedSeatIds, isSplit: answer.split };
  }

  /** @param {ApiError} error */
  function refused(error) {
    const places = error.data?.apart ?? [];
    if (places.length) {
      apart.value = places.map((/** @type {any[]} */ place) => place.map((seat) => seat.seatId));
      return;
    }
    const none = found.peek() ? "party.noOthers" : "party.none";
    fault.value = error.code === "best_available_not_found" ? t(none) : explain.error(error);
    // What was shown may be shown again: there is no more to see.
    shown = new Set(heldIds.peek());
    if (error.status !== 0 && error.code !== "best_available_not_found") holding.reconcile().catch(() => undefined);
  }

  return {
    quantity,
    filter,
    section,
    spaces,
    found,
    apart,
    fault,
    /** What was found and has been said. @type {Found | null} */
    told: null,
    maxSeats,
    /** One more in the party, or one less. @param {number} by */
    step(by) {
      wanted.value = Math.max(1, Math.min(maxSeats(), quantity.peek() + by));
    },
    /** @param {number} by wheelchair spaces; none ends the filter */
    stepSpaces(by) {
      const next = Math.max(0, Math.min(quantity.peek(), spaces.peek() + by));
      batch(() => {
        wheelchairs.value = Math.max(1, next);
        filter.value = { ...filter.peek(), accessible: next > 0 };
      });
    },
    /** Holds the best seats side by side, or says where the party could sit apart. */
    find() {
      shown = new Set();
      return ask("required");
    },
    /** Takes seats in several places: the buyer was asked. */
    takeApart: () => ask("preferred", shown),
    /** Others in place of those that were found. */
    others: () => ask(found.peek()?.isSplit ? "preferred" : "required", shown),
  };
}

/** @param {readonly number[] | undefined} ids @param {readonly number[]} others */
function isSame(ids, others) {
  if (!ids || ids.length !== others.length) return false;
  const known = new Set(others);
  return ids.every((id) => known.has(id));
}
