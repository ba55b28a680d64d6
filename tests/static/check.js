// @ts-check
/** What the unit tests of static/ stand on: a test's name and one deep comparison. */

/**
 * @param {string} name
 * @param {() => void | Promise<void>} body
 */
export function test(name, body) {
  /** @type {any} */ (globalThis).Deno.test(name, body);
}

/**
 * @param {unknown} got
 * @param {unknown} expected
 */
export function equal(got, expected) {
  const [left, right] = [plain(got), plain(expected)];
  if (left !== right) throw new Error(`expected ${right}, got ${left}`);
}

/**
 * @param {() => unknown} act
 * @param {RegExp} message
 */
export function throws(act, message) {
  try {
    act();
  } catch (error) {
    if (error instanceof Error && message.test(error.message)) return;
    throw error;
  }
  throw new Error(`expected an error like ${message}`);
}

/**
 * @param {Promise<unknown>} work
 * @returns {Promise<any>}
 */
export async function failure(work) {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("expected a failure");
}

/** @param {unknown} value */
function plain(value) {
  return JSON.stringify(
    value,
    (_key, part) =>
      part && typeof part === "object" && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part ?? null,
  );
}
