// @ts-check
/**
 * Money on the page: amounts are decimal strings ("75.00"), as they come over the wire.
 * Never: floating point sums, or a currency's digits guessed.
 */

/** @type {Map<string, Intl.NumberFormat>} */
const formats = new Map();

/**
 * The exact sum of decimal strings, with as many fraction digits as the most precise of them.
 * @param {Iterable<string>} amounts
 * @returns {string}
 */
export function addDecimals(amounts) {
  const list = [...amounts];
  const digits = list.reduce((most, amount) => Math.max(most, fractionDigits(amount)), 0);
  const sum = list.reduce((total, amount) => total + toUnits(amount, digits), 0n);
  return fromUnits(sum, digits);
}

/**
 * A decimal string as a whole number of 10^-digits.
 * @param {string} amount
 * @param {number} digits
 */
export function toUnits(amount, digits) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount);
  if (!match) throw new RangeError(`expected an amount like "75.00", got ${JSON.stringify(amount)}`);
  const fraction = (match[3] ?? "").padEnd(digits, "0");
  if (fraction.length > digits) {
    throw new RangeError(`expected at most ${digits} fraction digits, got ${amount}`);
  }
  const units = BigInt(`${match[2]}${fraction}`);
  return match[1] ? -units : units;
}

/**
 * @param {bigint} units
 * @param {number} digits
 */
function fromUnits(units, digits) {
  const sign = units < 0n ? "-" : "";
  const text = String(units < 0n ? -units : units).padStart(digits + 1, "0");
  return digits ? `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` : `${sign}${text}`;
}

/** @param {string} amount */
function fractionDigits(amount) {
  return amount.includes(".") ? amount.length - amount.indexOf(".") - 1 : 0;
}

/**
 * An amount as a reader of `locale` writes it. Formatters are kept: making one is slow.
 * @param {string | number} amount
 * @param {string} currency ISO 4217
 * @param {string} locale
 */
export function formatMoney(amount, currency, locale) {
  const key = `${locale} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, { style: "currency", currency });
    formats.set(key, format);
  }
  return format.format(/** @type {any} */ (amount));
}

/**
 * "€50–€100", or one price when both are the same.
 * @param {string} low
 * @param {string} high
 * @param {string} currency
 * @param {string} locale
 */
export function formatRange(low, high, currency, locale) {
  const first = formatMoney(low, currency, locale);
  const last = formatMoney(high, currency, locale);
  return first === last ? first : `${first} – ${last}`;
}

/**
 * An amount in minor units as Stripe counts them. The server writes every digit that Stripe's
 * currency has, which are not always the digits of `Intl` (an ariary has none).
 * @param {string} amount
 */
export const toMinor = (amount) => Number(toUnits(amount, fractionDigits(amount)));
