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
  const there = formatDate(when, locale, { ...options, timeZone: knownZone(timeZone), timeZoneName: "short" });
  if (isOwnTime(when, timeZone)) return there;
  const own = { weekday: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  return `${there} ${beside(formatDate(when, locale, /** @type {Intl.DateTimeFormatOptions} */ (own)))}`;
}

/**
 * The hour at the venue, for rows of one day; the zone is named where the reader's clock shows another hour.
 * @param {string | number} when @param {string} locale @param {string} timeZone IANA
 * @param {Intl.DateTimeFormatOptions} [options]
 */
export function formatHour(when, locale, timeZone, options = {}) {
  const named = isOwnTime(when, timeZone) ? {} : /** @type {const} */ ({ timeZoneName: "short" });
  const hour = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit" });
  return formatDate(when, locale, { ...hour, ...options, ...named, timeZone: knownZone(timeZone) });
}

/** The zone if this browser has it (older ones lack new names), else the reader's own. @param {string} timeZone */
export function knownZone(timeZone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }) && timeZone;
  } catch {
    return undefined;
  }
}

/** @param {string | number | Date} when @param {string} timeZone */
const isOwnTime = (when, timeZone) => wallTime(when, timeZone) === wallTime(when);

/**
 * What the clocks of a zone show, as `<input type="datetime-local">` has it: "2026-01-09T19:30".
 * @param {string | number | Date} when
 * @param {string} [timeZone] the reader's own when left out
 */
export function wallTime(when, timeZone) {
  const text = formatDate(when, "sv", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: timeZone && knownZone(timeZone),
  });
  return text.replace(" ", "T").padStart("2026-01-09T19:30".length, "0");
}

const MINUTE_MS = 60_000, DAY_MS = 86_400_000;

/**
 * The instant at which the clocks of a zone show this, or null for what is no time. An hour that they
 * skip in spring counts on from before it; of one that they show twice in autumn, the first is meant.
 * @param {string} text as `wallTime` writes it
 * @param {string} timeZone IANA
 */
export function instantOf(text, timeZone) {
  const wanted = Date.parse(`${text}Z`);
  if (Number.isNaN(wanted)) return null;
  /** How far the zone is ahead of UTC. @param {number} at */
  const ahead = (at) => Date.parse(`${wallTime(at, timeZone)}Z`) - Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const before = wanted - ahead(wanted - DAY_MS), after = wanted - ahead(wanted + DAY_MS);
  const [first = before] = [before, after].filter((at) => at + ahead(at) === wanted).sort((a, b) => a - b);
  return new Date(first).toISOString();
}

/** Every zone that may be chosen, with those given among them. @param {readonly string[]} given */
export const allZones = (given) =>
  [...new Set([...given, "UTC", ...Intl.supportedValuesOf?.("timeZone") ?? []])].sort();

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
