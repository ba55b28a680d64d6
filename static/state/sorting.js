// @ts-check
/** Rows of a table in the order a reader asked for; equal ones stay as they were. */

/**
 * @typedef {{ by: string, down: boolean }} Order
 */

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/**
 * @template T
 * @param {readonly T[]} rows
 * @param {Order} order
 * @param {(row: T, by: string) => string | number} valueOf
 * @returns {T[]}
 */
export function sorted(rows, { by, down }, valueOf) {
  const sign = down ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = valueOf(a, by), right = valueOf(b, by);
    return sign *
      (typeof left === "number" && typeof right === "number"
        ? left - right
        : words.compare(String(left), String(right)));
  });
}

/** The order after a press on a column's head: numbers start with the largest. @param {Order} order @param {string} by @param {boolean} isNumber @returns {Order} */
export const pressed = (order, by, isNumber) => order.by === by ? { by, down: !order.down } : { by, down: isNumber };
