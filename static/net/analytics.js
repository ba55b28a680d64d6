// @ts-check
/** The figures that a shop wants of its buyers' ways, by the contract's names. */
import { pause } from "../state/retry.js";

/** @typedef {import("./api.js").Report} Report */

/**
 * Tells the server what buyers do, a few at a time and never in the way.
 * @param {Pick<import("./api.js").Api, "track">} api
 * @param {{ now(): number }} clock
 * @param {() => boolean} isSignedIn
 */
export function createAnalytics(api, clock, isSignedIn) {
  /** @type {Report[]} */
  let waiting = [];
  let isSending = false;

  async function flush() {
    if (isSending) return;
    isSending = true;
    await pause(1000);
    const batch = waiting.splice(0, 50);
    isSending = false;
    // A lost figure is not worth a message to the buyer, nor a second try, nor a new guest.
    if (isSignedIn()) await api.track(batch).catch(() => undefined);
    if (waiting.length) flush();
  }

  return {
    /** @param {string} name @param {Record<string, unknown>} [facts] */
    track(name, facts = {}) {
      waiting = [...waiting, { name, at: new Date(clock.now()).toISOString(), facts }].slice(-200);
      flush();
    },
  };
}
