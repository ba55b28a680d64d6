// @ts-check
/**
 * The lone seat rule on the buyer's side: taking what is offered in place of a refused choice, and
 * which of one's own seats is better given back. The server judges choices; giving back is never refused.
 */
import { batch } from "../lib/signals.js";

const HOUR_MS = 3_600_000;
/** Seats that the rule leaves in peace: wheelchair spaces and those beside them. */
const EXEMPT = 1 | 2;

/**
 * @param {Pick<import("./purchase-state.js").PurchaseParts, "clock">} app
 * @param {import("./purchase-state.js").PurchaseState} state
 */
export function createLoneSeats({ clock }, state) {
  const { event, house, heldIds, selection } = state;

  return {
    /** Picks the offered seats in place of those that were refused. @param {readonly { seatId: number }[]} offered */
    pickInstead(offered) {
      const known = house.peek();
      if (!known) return;
      batch(() => {
        selection.clearSelection();
        for (const { seatId } of offered) {
          const index = known.store.indexOf(seatId);
          if (index >= 0) selection.toggleSeat(known.seat(index), known.store.sectionName(index));
        }
      });
    },

    /** The own seat at an end that is better given back than one from the middle; null: none is.
     * @param {number} seatId */
    betterToGiveBack(seatId) {
      const known = house.peek(), details = event.peek();
      if (!known || !details || !holds(details, known.store.counts.available, clock.now())) return null;
      const mine = new Set(heldIds.peek().map((id) => known.store.indexOf(id)));
      const better = outerSeat(known, mine, known.store.indexOf(seatId), details.loneSeats.rule === "strict");
      return better === null ? null : known.store.idOf(better);
    },
  };
}

/** Whether the rule binds a buyer now. @param {import("../net/api.js").EventDetails} event @param {number} free @param {number} now */
export function holds({ loneSeats, totalSeats, startsAt }, free, now) {
  if (loneSeats.rule === "off" || free * 100 < loneSeats.offBelowFreePercent * totalSeats) return false;
  return now < Date.parse(startsAt) - loneSeats.offHoursBefore * HOUR_MS;
}

/**
 * Where giving back seat `at` leaves it alone: the nearest seat of the same run, at one of its ends, that
 * would not be. Indexes; null where there is none, or no need.
 * @param {Pick<import("./seating.js").House, "store" | "rows" | "hasGapAfter" | "isAvailable">} house
 * @param {ReadonlySet<number>} mine
 * @param {number} at
 * @param {boolean} isStrict a seat at a row's end counts too
 */
export function outerSeat(house, mine, at, isStrict) {
  const row = house.rows[house.store.row[at] ?? -1];
  if (row?.kind !== "row") return null;
  /** The seat beside, or null for a wall. @param {number} i @param {1 | -1} side */
  const beside = (i, side) => {
    const next = i + side, isWall = house.hasGapAfter(side > 0 ? i : next);
    return isWall || next < row.first || next >= row.first + row.count ? null : next;
  };
  /** Whether a seat that is given back has nobody beside it. @param {number} i */
  const isAlone = (i) => {
    const sides = [beside(i, -1), beside(i, 1)].filter((next) => next !== null);
    if (((house.store.flags[i] ?? 0) & EXEMPT) || (sides.length < 2 && !isStrict)) return false;
    return sides.length > 0 && sides.every((next) => !house.isAvailable(next));
  };
  if (!isAlone(at)) return null;
  const ends = /** @type {const} */ ([-1, 1]).map((side) => {
    let end = at;
    for (let next = beside(end, side); next !== null && mine.has(next); next = beside(end, side)) end = next;
    return end;
  });
  const better = ends.filter((end) => end !== at && !isAlone(end));
  return better.sort((one, other) => Math.abs(one - at) - Math.abs(other - at))[0] ?? null;
}
