// @ts-check
/**
 * The seats that staff picked for an act, marked on the map: of a table that is sold whole all. A pick
 * stays when seats change under it: what an act does with each is the server's to say.
 */
import { signal } from "../lib/signals.js";
import { SELECTED, UNMARKED } from "../state/seat-store.js";
import { seatsOf } from "../state/units.js";

/** @typedef {ReturnType<typeof createPick>} Pick */

/** The server takes so many seats at once; a whole section goes by its name. */
export const PICK_MAX = 5000;

/** @param {import("./board/desk.js").Desk} desk */
export function createPick(desk) {
  const indexes = signal(/** @type {ReadonlySet<number>} */ (new Set()));
  const store = () => desk.house.peek()?.store;

  /** With each seat those that it is sold with. @param {Iterable<number>} some @returns {number[]} */
  const whole = (some) =>
    [...some].flatMap((i) => {
      const unit = desk.house.peek()?.unitAt(i);
      return unit ? seatsOf(unit).map((id) => store()?.indexOf(id) ?? i) : [i];
    });

  /** @param {ReadonlySet<number>} next */
  function set(next) {
    const before = indexes.peek();
    store()?.setMarks([...before].filter((i) => !next.has(i)), UNMARKED);
    store()?.setMarks(next, SELECTED);
    indexes.value = next;
  }

  return {
    indexes,
    /** @param {Iterable<number>} more */
    add: (more) => set(new Set([...indexes.peek(), ...whole(more)])),
    /** @param {Iterable<number>} less */
    take(less) {
      const gone = new Set(whole(less));
      set(new Set([...indexes.peek()].filter((i) => !gone.has(i))));
    },
    /** @param {number} i */
    toggle(i) {
      const next = new Set(indexes.peek()), isIn = next.has(i);
      for (const one of whole([i])) isIn ? next.delete(one) : next.add(one);
      set(next);
    },
    clear: () => set(new Set()),
    /** As the server names them. */
    seatIds: () => [...indexes.peek()].map((i) => /** @type {any} */ (store()).idOf(i)),
  };
}
