// @ts-check
/**
 * The server's clock as this page knows it, and how times are written.
 * Never: this machine's date and time, which may be wrong by days; what passes is counted by a stopwatch.
 */

/** @typedef {{ now(): number, offset(): number, tick(): number,
 *   observe(serverMs: number, sentMs: number, receivedMs: number): void }} ServerClock `sentMs` and
 *   `receivedMs` are of `tick()` */

/**
 * Learns the difference between the server's clock and ours. The sample with the shortest round
 * trip says most (its error is at most half of that trip); a sample is trusted less as it ages.
 * Before the first sample it is 1970, so that nothing is taken to be over.
 * @param {() => number} [clock] milliseconds since any moment
 * @returns {ServerClock}
 */
export function createServerClock(clock = () => performance.now()) {
  let offset = 0;
  let error = Infinity;
  let sampledAt = 0;
  return {
    now: () => Math.round(clock() + offset),
    tick: clock,
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

/**
 * A time of an event by the clocks of its venue, whose zone is named, and the reader's own beside it
 * where that is another.
 * @param {string | number | Date} when
 * @param {string} locale
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string} timeZone IANA
 * @param {(own: string) => string} beside words around the reader's own
 */
export function formatThere(when, locale, options, timeZone, beside) {
  if (!knowsZone(timeZone)) return formatDate(when, locale, options);
  const there = formatDate(when, locale, { ...options, timeZone, timeZoneName: "short" });
  /** @type {Intl.DateTimeFormatOptions} */
  const exact = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" };
  if (formatDate(when, "en", exact) === formatDate(when, "en", { ...exact, timeZone })) return there;
  const own = { weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  return `${there} ${beside(formatDate(when, locale, /** @type {Intl.DateTimeFormatOptions} */ (own)))}`;
}

/** Whether this browser has the zone; older ones lack new names. @param {string} timeZone */
export function knowsZone(timeZone) {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone }));
  } catch {
    return false;
  }
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
