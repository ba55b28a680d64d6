// @ts-check
/**
 * The tables and boxes of one event that are sold whole: their seats go together or not at all.
 * Never: holds a seat's state, or who chose what.
 */

/** @typedef {import("../lib/wire-types.js").UnitBody} Unit */
/** @typedef {ReturnType<typeof createUnits>} Units */

/** @param {readonly Unit[]} [wire] */
export function createUnits(wire = []) {
  const list = [...wire].sort((a, b) => a.id - b.id);

  return {
    list: /** @type {readonly Unit[]} */ (list),

    /** The unit that a seat belongs to. @param {number} seatId @returns {Unit | null} */
    of(seatId) {
      let low = 0, high = list.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (list[middle].id <= seatId) low = middle + 1;
        else high = middle;
      }
      const unit = list[low - 1];
      return unit && seatId < unit.id + unit.seats ? unit : null;
    },
  };
}

/** The ids of its seats, or of the first so many. @param {Unit} unit @param {number} [count] */
export const seatsOf = (unit, count = unit.seats) => Array.from({ length: count }, (_, n) => unit.id + n);
