// @ts-check
/**
 * How many standing places a buyer has picked in each area and not reserved yet.
 * Owns: these numbers. Never: how many are free, or may be picked; who asks says so.
 */
import { signal } from "../lib/signals.js";

/** @typedef {ReturnType<typeof createAreaChoice>} AreaChoice */

export function createAreaChoice() {
  /** Area id → number of places, each above 0. */
  const picked = signal(/** @type {ReadonlyMap<number, number>} */ (new Map()));

  return {
    picked,
    /** @param {number} areaId */
    of: (areaId) => picked.value.get(areaId) ?? 0,
    count: () => [...picked.value.values()].reduce((sum, n) => sum + n, 0),
    /** @param {number} areaId @param {number} quantity */
    set(areaId, quantity) {
      const next = new Map(picked.peek());
      if (quantity > 0) next.set(areaId, quantity);
      else next.delete(areaId);
      picked.value = next;
    },
    clear() {
      if (picked.peek().size) picked.value = new Map();
    },
  };
}
