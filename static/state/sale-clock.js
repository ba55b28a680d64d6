// @ts-check
/** When an event's sale opens and closes and its prices change, by the server's clock: for countdowns, and in case the push is missed. */

/**
 * @typedef {{ saleState: "upcoming" | "open" | "closed", onSaleAt: string | null, offSaleAt: string | null,
 *   startsAt?: string, pricesUntil?: string | null }} Sale without an end of its own it ends when the event starts
 */

/** The next time the sale changes by itself, in ms, or null when it stays as it is. @param {Sale} sale */
export function nextTurn({ saleState, onSaleAt, offSaleAt, startsAt }) {
  const at = saleState === "upcoming" ? onSaleAt : saleState === "open" ? offSaleAt ?? startsAt ?? null : null;
  return instant(at);
}

/** The next time that the sale or its prices change by themselves, or null. @param {Sale} sale */
export function nextChange(sale) {
  const known = [nextTurn(sale), instant(sale.pricesUntil)].filter((ms) => ms !== null);
  return known.length ? Math.min(...known) : null;
}

/** @param {string | null | undefined} at */
function instant(at) {
  const ms = at ? Date.parse(at) : NaN;
  return Number.isFinite(ms) ? ms : null;
}

/** "3 d 04:05:06" for what is far, "05:06" for what is near. @param {number} seconds @param {string} days the word for days */
export function formatLongCountdown(seconds, days) {
  const whole = Math.max(0, Math.ceil(seconds));
  const two = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, "0");
  const clock = `${two((whole % 3600) / 60)}:${two(whole % 60)}`;
  if (whole < 3600) return clock;
  const hours = `${two((whole % 86_400) / 3600)}:${clock}`;
  return whole < 86_400 ? hours : `${Math.floor(whole / 86_400)} ${days} ${hours}`;
}

/**
 * Watches the clock for a sale or prices that change without a push having said so. `onDue` is called some
 * random moments after the time, since every waiting buyer's page does the same.
 * @param {{ now: () => number, onDue: () => void, random?: () => number }} parts
 */
export function createSaleClock({ now, onDue, random = Math.random }) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** The longest a browser's timer can run is 2^31 ms; far away it just looks again. */
  const LONGEST_MS = 6 * 3600_000;
  const GRACE_MS = 1500, SPREAD_MS = 4000;
  return {
    /** @param {Sale | null} sale */
    set(sale) {
      clearTimeout(timer);
      const turn = sale && nextChange(sale);
      if (turn === null) return;
      const wait = turn - now();
      timer = wait > LONGEST_MS
        ? setTimeout(() => this.set(sale), LONGEST_MS)
        : setTimeout(onDue, Math.max(0, wait) + GRACE_MS + SPREAD_MS * random());
    },
    stop: () => clearTimeout(timer),
  };
}
