// @ts-check
/** The three assertions that the tests need; no download, so they run offline. */

/** @param {unknown} actual @param {unknown} expected @param {string} [what] */
export function same(actual, expected, what = "") {
  const a = JSON.stringify(plain(actual)), b = JSON.stringify(plain(expected));
  if (a !== b) throw new Error(`${what} expected ${b}, got ${a}`);
}

/** @param {unknown} condition @param {string} what @returns {asserts condition} */
export function holds(condition, what) {
  if (!condition) throw new Error(`expected ${what}`);
}

/** @param {number} actual @param {number} expected @param {number} [tolerance] */
export function near(actual, expected, tolerance = 1e-6) {
  if (!(Math.abs(actual - expected) <= tolerance)) throw new Error(`expected about ${expected}, got ${actual}`);
}

/** @param {() => unknown} act @param {string} part of the message */
export function throws(act, part) {
  try {
    act();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes(part)) return;
    throw new Error(`expected an error with "${part}", got "${message}"`);
  }
  throw new Error(`expected an error with "${part}", got none`);
}

/** @param {unknown} value */
const plain = (value) => (ArrayBuffer.isView(value) ? Array.from(/** @type {any} */ (value)) : value);
