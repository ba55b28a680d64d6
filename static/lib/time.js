// @ts-check
/**
 * The server's clock as this page knows it, and how times are written.
 * Never: a deadline judged by this machine's clock alone.
 */

/** @typedef {{ now(): number, offset(): number, observe(serverMs: number, sentMs: number, receivedMs: number): void }} ServerClock */

/**
 * Learns the difference between the server's clock and ours. The sample with the shortest round
 * trip says most (its error is at most half of that trip); a sample is trusted less as it ages.
 * @param {() => number} [clock] milliseconds since 1970
 * @returns {ServerClock}
 */
export function createServerClock(clock = Date.now) {
  let offset = 0;
  let error = Infinity;
  let sampledAt = 0;
  return {
    now: () => clock() + offset,
    offset: () => offset,
    observe(serverMs, sentMs, receivedMs) {
      if (!Number.isFinite(serverMs) || receivedMs < sentMs) return;
      const doubt = (receivedMs - sentMs) / 2;
      // 20 ms a minute covers an ordinary quartz and lets a later, slower sample win in the end.
      const aged = error + Math.max(0, receivedMs - sampledAt) / 3000;
      if (doubt > aged) return;
      offset = serverMs - (sentMs + receivedMs) / 2;
      error = doubt;
      sampledAt = receivedMs;
    },
  };
}

/**
 * "09:27"; minutes grow past 59 rather than become hours.
 * @param {number} seconds
 */
export function formatCountdown(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${String(Math.floor(whole / 60)).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {string | number | Date} when
 * @param {string} locale
 * @param {Intl.DateTimeFormatOptions} options
 */
export function formatDate(when, locale, options) {
  const key = `${locale} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (!format) formats.set(key, format = new Intl.DateTimeFormat(locale, options));
  return format.format(new Date(when));
}
