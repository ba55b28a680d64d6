// @ts-check
/**
 * The standing areas of one event: how full each is, and which place belongs to which. Places are never
 * listed; an area is known by the id of its first one.
 * Owns: the counts. Never: what a buyer chose, or a drawing.
 */

/**
 * @typedef {object} WireArea a standing area as the geometry has it
 * @property {number} id
 * @property {string} name
 * @property {string} zone
 * @property {string} entrance
 * @property {number} floor
 * @property {number} capacity of the plan
 * @property {number} category
 * @property {number[]} outline x and y by turns
 *
 * @typedef {{ areaId: number, free: number, held: number, booked: number }} AreaCount
 * @typedef {Omit<WireArea, "outline"> & { outline: Float32Array, free: number, held: number, booked: number }} StandingArea
 * @typedef {ReturnType<typeof createAreas>} Areas
 */

/** @param {readonly WireArea[]} wire */
export function createAreas(wire) {
  /** @type {StandingArea[]} */
  const list = wire.map((area) => ({
    ...area,
    outline: Float32Array.from(area.outline),
    free: area.capacity,
    held: 0,
    booked: 0,
  }));
  /** @type {Set<() => void>} */
  const listeners = new Set();

  return {
    list: /** @type {readonly Readonly<StandingArea>[]} */ (list),

    /** @param {readonly AreaCount[]} counts */
    apply(counts) {
      for (const { areaId, free, held, booked } of counts) {
        const area = list.find((one) => one.id === areaId);
        if (area) Object.assign(area, { free, held, booked });
      }
      if (counts.length) { for (const listener of listeners) listener(); }
    },

    /** The area that a place belongs to. @param {number} seatId */
    of: (seatId) => list.find((area) => seatId >= area.id && seatId < area.id + area.capacity) ?? null,

    /** @param {() => void} listener @returns {() => void} stops it */
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
