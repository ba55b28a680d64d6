// @ts-check
/**
 * One event's house as the views speak of it: sections, rows and seats with names and prices.
 * Joins the drawing (geometry), the live state (seat store) and the event's prices.
 * Never: holds state of its own; every answer is read from the store.
 */
import { money, moneyRange, t } from "../lib/i18n.js";
import { STATUSES } from "../lib/wire-codes.js";
import { addDecimals } from "../lib/money.js";
import { createUnits, seatsOf } from "../state/units.js";
import { rowOf, seatInRow, seatName } from "../ui/seat-words.js";

/** @typedef {ReturnType<typeof createHouse>} House */

const AVAILABLE = 0;
/** `store.mark`: what this buyer does with a seat. */
export const MARK = { none: 0, selected: 1, reserving: 2, mine: 3 };
const FLAGS = /** @type {const} */ ([[1, "accessible"], [2, "companion"], [4, "restricted"], [8, "semi"]]);

/**
 * @typedef {{ index: number, label: string, kind: string, section: number, first: number, count: number }} HouseRow
 * @typedef {{ index: number, name: string, entrance: string, first: number, count: number,
 *   rows: HouseRow[], categories: number[], minPrice: string, maxPrice: string }} HouseSection
 */

/**
 * @param {any} geometry
 * @param {import("../state/seat-store.js").SeatStore} store
 * @param {import("../net/api.js").EventDetails} event
 */
export function createHouse(geometry, store, event) {
  const priceByName = new Map(event.categories.map((category) => [category.name, category.price]));
  /** `price` is what a press takes, `least` what the cheapest ticket there costs. @type {{ name: string, color: string, price: string, least: string }[]} */
  const categories = geometry.categories.map((/** @type {any} */ category) => ({
    name: category.name,
    color: event.categories.find((other) => other.name === category.name)?.color ?? category.color,
    price: priceByName.get(category.name) ?? "0.00",
    least: leastPrice(event, category.name),
  }));
  /** The least price of some categories, of any ticket, and the greatest of those a press takes. @param {Iterable<number>} used @returns {[string, string]} */
  const priceRange = (used) => {
    const all = [...used].flatMap((category) => categories[category] ?? []);
    const sorted = (/** @type {string[]} */ prices) => prices.sort((a, b) => Number(a) - Number(b));
    return [sorted(all.map((one) => one.least))[0] ?? "0.00", sorted(all.map((one) => one.price)).at(-1) ?? "0.00"];
  };
  /** @param {{ first: number, count: number }} range */
  const categoriesOf = ({ first, count }) => new Set(store.category.subarray(first, first + count));
  /** @type {HouseRow[]} */
  const rows = geometry.rows.map((/** @type {any} */ row, /** @type {number} */ index) => ({ ...row, index }));
  const gaps = new Set(geometry.gaps);
  /** @type {HouseSection[]} */
  const sections = geometry.sections.map((/** @type {any} */ section, /** @type {number} */ index) => {
    const used = categoriesOf(section), [minPrice, maxPrice] = priceRange(used);
    return {
      index,
      name: section.name || t("seats.sections"),
      entrance: section.entrance ?? "",
      first: section.first,
      count: section.count,
      rows: rows.filter((row) => row.section === index),
      categories: [...used],
      minPrice,
      maxPrice,
    };
  });

  /** @param {number} i */
  const nameOf = (i) => ({
    section: store.sectionName(i),
    row: store.rowLabel(i),
    rowKind: store.rows[store.row[i]].kind,
    label: store.label(i),
  });

  /** @param {number} i */
  const price = (i) => categories[store.category[i] ?? 0]?.price ?? "0.00";

  const units = createUnits(event.units);
  /** "Hall, table T2" @param {import("../state/units.js").Unit} unit */
  const unitPlace = (unit) => rowOf(unit.section, unit.row, unit.rowKind);

  /**
   * From the store's running counts, so that a list of many sections costs nothing to keep live.
   * @param {HouseSection} section
   * @param {SeatFilter} [filter]
   */
  function freeInSection(section, filter) {
    const { counts } = store;
    if (!filter?.categories) return counts.sectionAvailable[section.index] ?? 0;
    let free = 0;
    for (const category of filter.categories) free += counts.cells[section.index * categories.length + category] ?? 0;
    return free;
  }

  return {
    categories,
    sections,
    rows,
    store,
    price,
    nameOf,
    /** Tables and boxes that are sold whole. */
    units,
    /** The table or box that a seat is sold with. @param {number} i */
    unitAt: (i) => i < 0 ? null : units.of(store.idOf(i)),
    unitPlace,
    /** "Hall, table T2 (6 seats)" @param {import("../state/units.js").Unit} unit */
    unitName: (unit) => t("units.name", { unit: unitPlace(unit), n: unit.seats }),
    /** "Only as a whole, for 2 to 6 people, €80.00 to €240.00" @param {import("../state/units.js").Unit} unit */
    unitNote(unit) {
      const price = moneyRange(this.unitPrice(unit, unit.least), this.unitPrice(unit, unit.most), event.currency);
      const people = t(unit.least === unit.most ? "units.seats" : "units.range", { n: unit.most, least: unit.least });
      return t("units.whole", { people, price });
    },
    /** Whether all its seats are free. @param {import("../state/units.js").Unit} unit */
    isUnitFree: (unit) => seatsOf(unit).every((id) => store.status[store.indexOf(id)] === AVAILABLE),
    /** What it costs for so many people. @param {import("../state/units.js").Unit} unit @param {number} heads */
    unitPrice: (unit, heads) =>
      event.tablePrices === "per_table"
        ? price(store.indexOf(unit.id))
        : addDecimals(seatsOf(unit, heads).map((id) => price(store.indexOf(id)))),
    /** @param {number} i */
    isAvailable: (i) => store.status[i] === AVAILABLE,
    /** The least and the greatest price in a row. @param {HouseRow} row */
    rowPrices: (row) => priceRange(categoriesOf(row)),
    /** The least and the greatest price of a category. @param {number} category */
    categoryPrices: (category) => priceRange([category]),
    /** "€40.00", or "from €15.00" where other tickets cost less. @param {number} category */
    priceWords: (category) => priceWords(categories[category], event.currency),
    /** @param {number} i */
    statusOf: (i) => STATUSES[store.status[i] ?? 0] ?? "BLOCKED",
    /** @param {number} i an aisle lies after this seat */
    hasGapAfter: (i) => gaps.has(i),
    /** @param {number} i @returns {string[]} words, as "wheelchair space" */
    flagWords: (i) => FLAGS.filter(([bit]) => (store.flags[i] ?? 0) & bit).map(([, name]) => t(`flag.${name}`)),

    /** "Row C, seat 14", where the section stands beside it @param {number} i */
    place: (i) => seatInRow(nameOf(i)),
    /** "Orchestra, Row C, seat 14" @param {number} i */
    fullPlace: (i) => seatName(nameOf(i)),

    /** The seat as the selection takes it. @param {number} i */
    seat: (i) => ({
      id: store.idOf(i),
      seatNumber: store.label(i),
      rowNumber: store.rowLabel(i),
      seatType: categories[store.category[i] ?? 0]?.name ?? "",
      price: price(i),
      version: store.version[i] ?? 0,
      status: STATUSES[store.status[i] ?? 0] ?? "BLOCKED",
    }),

    /**
     * Free seats of a row, section or house that pass a filter.
     * @param {{ first: number, count: number }} range
     * @param {SeatFilter} [filter]
     */
    countFree(range, filter) {
      if ("rows" in range && !filter?.accessible) return freeInSection(/** @type {any} */ (range), filter);
      let free = 0;
      for (let i = range.first; i < range.first + range.count; i++) {
        if (store.status[i] === AVAILABLE && passes(store, i, filter)) free++;
      }
      return free;
    },
    /** @param {number} i @param {SeatFilter} [filter] */
    passes: (i, filter) => passes(store, i, filter),
  };
}

/**
 * What the cheapest ticket of a category costs, of those that need no other beside them.
 * @param {import("../net/api.js").EventDetails} event
 * @param {string} category
 */
export function leastPrice({ categories, ticketTypes }, category) {
  const alone = new Set(ticketTypes.filter(({ requires }) => requires === null).map(({ id }) => id));
  const sold = categories.find(({ name }) => name === category)?.tickets ?? [];
  const prices = sold.flatMap(({ ticketTypeId, price }) => alone.has(ticketTypeId) ? price : []);
  return prices.sort((a, b) => Number(a) - Number(b))[0] ?? "0.00";
}

/** @param {{ price: string, least: string } | undefined} category @param {string} currency */
export function priceWords(category, currency) {
  const { price = "0.00", least = price } = category ?? {};
  return Number(least) < Number(price) ? t("price.from", { price: money(least, currency) }) : money(price, currency);
}

/** @typedef {{ categories: Set<number> | null, accessible: boolean }} SeatFilter */

/**
 * @param {import("../state/seat-store.js").SeatStore} store
 * @param {number} i
 * @param {SeatFilter} [filter]
 */
function passes(store, i, filter) {
  if (!filter) return true;
  if (filter.categories && !filter.categories.has(store.category[i] ?? 0)) return false;
  return !filter.accessible || ((store.flags[i] ?? 0) & 1) !== 0;
}
