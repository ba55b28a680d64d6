// @ts-check
/**
 * The words of the page in the reader's language, and numbers, money and dates as they write them.
 * Owns: which language. The words themselves stand in static/strings/.
 */
import { formatMoney, formatRange } from "./money.js";
import { formatDate, formatHour, formatThere, knownZone } from "./time.js";

/** @typedef {Record<string, string | { one: string, other: string }>} Strings */

export const LANGUAGES = ["en", "de"];

let language = "en";
let locale = "en";
/** @type {Strings} */
let strings = {};
let plural = new Intl.PluralRules("en");
let number = new Intl.NumberFormat("en");

/**
 * The language to speak: the one chosen before, or the first of the browser's that we have.
 * @param {string | null} chosen
 * @param {readonly string[]} preferred
 */
export function pickLanguage(chosen, preferred) {
  if (chosen && LANGUAGES.includes(chosen)) return chosen;
  const spoken = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag) => LANGUAGES.includes(tag)) ?? "en";
}

/**
 * @param {string} chosen one of LANGUAGES
 * @param {Strings} words
 * @param {readonly string[]} [preferred] the browser's, for regional habits (en-GB, de-AT)
 */
export function speak(chosen, words, preferred = []) {
  language = chosen;
  locale = preferred.find((tag) => tag.toLowerCase().startsWith(chosen)) ?? chosen;
  strings = words;
  plural = new Intl.PluralRules(chosen);
  number = new Intl.NumberFormat(locale);
}

/** More words of the same language, for a part of the page that is fetched later. @param {Strings} more */
export function addWords(more) {
  strings = { ...strings, ...more };
}

export const currentLanguage = () => language;

/** With the region, for what is written as people there do. */
export const currentLocale = () => locale;

/**
 * The words for `key`, with `{name}` filled in; `n` also picks singular or plural.
 * @param {string} key
 * @param {Record<string, string | number>} [facts]
 */
export function t(key, facts = {}) {
  const entry = strings[key];
  if (entry === undefined) return key;
  const text = typeof entry === "string" ? entry : entry[plural.select(Number(facts.n)) === "one" ? "one" : "other"];
  return text.replace(/\{(\w+)\}/g, (_all, name) => {
    const value = facts[name];
    return typeof value === "number" ? number.format(value) : String(value ?? "");
  });
}

/** Whether there are words for `key`. @param {string} key */
export const hasWords = (key) => key in strings;

/** @param {number} value */
export const count = (value) => number.format(value);

/** @param {string | number} amount @param {string} currency */
export const money = (amount, currency) => formatMoney(amount, currency, locale);

/** @param {string} low @param {string} high @param {string} currency */
export const moneyRange = (low, high, currency) => formatRange(low, high, currency, locale);

/** "Friday, 9 January 2026, 19:30 CET", and the reader's own time where it is another.
 * @param {string} when @param {string} timeZone the venue's */
export const longDate = (when, timeZone) =>
  written(when, timeZone, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });

/** "Fri, 9 Jan, 19:30 CET", as `longDate`. @param {string} when @param {string} timeZone the venue's */
export const shortDate = (when, timeZone) =>
  written(when, timeZone, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });

/** @param {string} when @param {string} timeZone @param {Intl.DateTimeFormatOptions} options */
const written = (when, timeZone, options) =>
  formatThere(when, locale, options, timeZone, (own) => t("time.yours", { time: own }));

/** "19:30:05", with the zone's name where the reader's clock differs. @param {string | number} when @param {string} timeZone the venue's */
export const clockTime = (when, timeZone) => formatHour(when, locale, timeZone, { second: "2-digit" });

/** "19:30", as `clockTime`. @param {string | number} when @param {string} timeZone the venue's */
export const minuteTime = (when, timeZone) => formatHour(when, locale, timeZone);

/** Day and month at the venue apart, for a calendar leaf. @param {string} when @param {string} zone */
export function leaf(when, zone) {
  const timeZone = knownZone(zone);
  return {
    day: formatDate(when, locale, { day: "numeric", timeZone }),
    month: formatDate(when, locale, { month: "short", timeZone }),
    weekday: formatDate(when, locale, { weekday: "short", timeZone }),
  };
}
