// @ts-check
/**
 * What tickets cost: ticket types, an amount for each category and type, fees and tax. The same fields
 * make an event's first price list and its next ones; a fault stands beside its field.
 */
import { each, h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { field, input, select } from "../fields.js";
import { sign } from "../signs.js";

const AMOUNT = /^\d{1,9}([.,]\d{1,3})?$/;
const PERCENT = /^\d{1,3}([.,]\d{1,2})?$/;
const MOST_TYPES = 20;

/** A typed amount as the wire has it, or null when it is none. @param {string} text */
export function readAmount(text) {
  const trimmed = text.trim();
  return AMOUNT.test(trimmed) ? trimmed.replace(",", ".") : null;
}

/** @param {string} text */
const readPercent = (text) => PERCENT.test(text.trim()) && wire(text) <= 100 ? text.trim().replace(",", ".") : null;
const wire = (/** @type {string} */ text) => Number(text.trim().replace(",", "."));

/**
 * @typedef {Pick<import("../../lib/wire-types.js").PriceListBody, "ticketTypes" | "ticketPrices" | "fees">} Terms
 * @typedef {Pick<import("../../lib/wire-types.js").NewEventRequest, "ticketTypes" | "ticketPrices" | "fees" | "vatPercent">} Prices
 * @typedef {ReturnType<typeof typeRow>} TypeRow
 * @typedef {ReturnType<typeof cell>} Cell
 */

/**
 * @param {readonly { name: string, note: string }[]} categories
 * @param {Terms | null} [terms] what stands
 */
export function priceFields(categories, terms = null) {
  const given = terms?.ticketTypes ?? [{ name: "", note: "", least: 1, most: null, requires: "" }];
  const types = signal(/** @type {readonly TypeRow[]} */ ([]));
  types.value = given.map((kind) => typeRow(kind, terms, () => types.value));
  /** @type {Map<string, Cell>} */
  const cells = new Map();
  const fees = terms?.fees ?? { perTicket: "", percent: "", perOrder: "", vatPercent: "" };
  const controls = {
    perTicket: amountBox(fees.perTicket, readAmount, "venue.prices.wrong"),
    percent: amountBox(fees.percent, readPercent, "venue.percent.wrong"),
    perOrder: amountBox(fees.perOrder, readAmount, "venue.prices.wrong"),
    vatPercent: amountBox(fees.vatPercent, readPercent, "venue.percent.wrong"),
  };
  /** @param {string} category @param {TypeRow} kind */
  const cellOf = (category, kind) => {
    const key = `${kind.key} ${category}`, found = cells.get(key) ?? cell(category, kind, terms);
    cells.set(key, found);
    return found;
  };
  const all = () => categories.flatMap(({ name }) => types.peek().map((kind) => cellOf(name, kind)));

  const add = () => {
    if (types.peek().length >= MOST_TYPES) return;
    const made = typeRow({ name: "", note: "", least: 1, most: null, requires: "" }, null, () => types.value);
    types.value = [...types.peek(), made];
    made.name.control.focus();
  };
  /** @param {TypeRow} kind */
  const remove = (kind) => {
    types.value = types.peek().filter((one) => one !== kind);
    types.peek().at(-1)?.name.control.focus();
  };

  return {
    element: h(
      "div",
      { class: "price-editor" },
      h(
        "fieldset",
        { class: "type-fields" },
        h("legend", null, t("venue.types")),
        h("p", { class: "muted small" }, t("venue.types.help")),
        each(h("ul", null), () => types.value, (kind) => kind.key, (kind) =>
          h(
            "li",
            { class: "type-row" },
            h("div", { class: "two-fields" }, kind.fields),
            () =>
              types.value.length > 1
                ? h(
                  "button",
                  { type: "button", class: "link-button", onclick: () => remove(kind) },
                  () => t("venue.types.remove", { name: kind.typed.value || t("venue.types.nameless") }),
                )
                : null,
          )),
        h("button", { type: "button", class: "button is-secondary is-small", onclick: add }, [
          sign("plus"),
          t("venue.types.add"),
        ]),
      ),
      h(
        "fieldset",
        { class: "price-fields" },
        h("legend", null, t("venue.prices")),
        () =>
          categories.map(({ name, note }) =>
            types.value.map((kind) => {
              const { control, fault } = cellOf(name, kind);
              const words = () => [kind.typed.value ? `${name}, ${kind.typed.value}` : name, note && ` (${note})`];
              return field(words, control, "", fault);
            })
          ),
      ),
      h(
        "fieldset",
        { class: "fee-fields" },
        h("legend", null, t("venue.fees")),
        h("p", { class: "muted small" }, t("venue.fees.help")),
        h(
          "div",
          { class: "two-fields" },
          field(t("venue.fees.perTicket"), controls.perTicket.control, "", controls.perTicket.fault),
          field(t("venue.fees.percent"), controls.percent.control, "", controls.percent.fault),
          field(t("venue.fees.perOrder"), controls.perOrder.control, "", controls.perOrder.fault),
          field(t("venue.fees.vat"), controls.vatPercent.control, t("venue.fees.vatHelp"), controls.vatPercent.fault),
        ),
      ),
    ),
    /** The prices, or null with the faults shown and the first one focused. @returns {Prices | null} */
    read() {
      const rows = types.peek(), names = rows.map((kind) => kind.name.control.value.trim());
      rows.forEach((kind, n) => kind.check(names, n));
      for (const box of Object.values(controls)) box.check();
      for (const one of all()) one.check(rows.length === 1);
      // A category or a type without any price is sold nowhere.
      for (const group of [...categories.map(({ name }) => name), ...rows]) {
        const mine = all().filter((one) => one.category === group || one.kind === group);
        const [first] = mine;
        if (first && mine.every((one) => !one.control.value.trim()) && !mine.some((one) => one.fault.peek())) {
          first.fault.value = t(typeof group === "string" ? "venue.prices.category" : "venue.prices.type");
        }
      }
      const boxes = [...rows.flatMap((kind) => kind.boxes), ...all(), ...Object.values(controls)];
      const wrong = boxes.find((box) => box.fault.peek());
      wrong?.control.focus();
      if (wrong) return null;
      const vat = readPercent(controls.vatPercent.control.value) ?? "0";
      return {
        ticketTypes: rows.map((kind) => kind.read()),
        ticketPrices: all().flatMap((one) => one.read(vat)),
        fees: {
          perTicket: readAmount(controls.perTicket.control.value) ?? "0",
          percent: readPercent(controls.percent.control.value) ?? "0",
          perOrder: readAmount(controls.perOrder.control.value) ?? "0",
        },
        vatPercent: vat,
      };
    },
  };
}

/** @param {string} text @param {(text: string) => string | null} read @param {string} words what is said of a fault */
function amountBox(text, read, words) {
  const control = input({ inputmode: "decimal", autocomplete: "off", value: Number(text) ? text : "" });
  const fault = signal("");
  return {
    control,
    fault,
    check: () => void (fault.value = control.value.trim() && read(control.value) === null ? t(words) : ""),
  };
}

let made = 0;

/**
 * One ticket type: its name in any script, a note, how many, and which other type it needs.
 * @param {import("../../lib/wire-types.js").TicketTypeRulesBody} given
 * @param {Terms | null} terms
 * @param {() => readonly { typed: import("../../lib/signals.js").Signal<string> }[]} others
 */
function typeRow(given, terms, others) {
  const typed = signal(given.name);
  /** @param {Record<string, any>} props */
  const box = (props) => ({ control: input({ autocomplete: "off", ...props }), fault: signal("") });
  const name = box({
    maxlength: 64,
    dir: "auto",
    value: given.name,
    oninput: () => (typed.value = name.control.value),
  });
  const note = box({ maxlength: 200, dir: "auto", value: given.note });
  const least = box({ inputmode: "numeric", value: given.least > 1 ? String(given.least) : "" });
  const most = box({ inputmode: "numeric", value: given.most === null ? "" : String(given.most) });
  const rates = new Set(
    terms?.ticketPrices.filter((one) => one.ticketType === given.name).map((one) => one.vatPercent),
  );
  const own = rates.size === 1 ? [...rates][0] ?? "" : "";
  const vat = box({ inputmode: "decimal", value: own === terms?.fees.vatPercent ? "" : own });
  const needed = signal(given.requires);
  const row = {
    key: ++made,
    typed,
    name,
    vat,
    /** The name under which the standing list has it. */
    before: terms ? given.name : null,
    boxes: [name, note, least, most, vat],
    fields: [
      field(t("venue.types.name"), name.control, "", name.fault),
      field(t("venue.types.note"), note.control, t("venue.types.noteHelp"), note.fault),
      field(t("venue.types.least"), least.control, "", least.fault),
      field(t("venue.types.most"), most.control, "", most.fault),
      h("div", null, () => {
        const names = others().filter((one) => one !== row).map((one) => one.typed.value.trim()).filter(Boolean);
        const control = select(
          { value: needed.peek(), onchange: () => (needed.value = control.value) },
          [["", t("venue.types.requiresNone")], ...names.map((one) => /** @type {const} */ ([one, one]))],
        );
        return field(t("venue.types.requires"), control);
      }),
      field(t("venue.types.vat"), vat.control, "", vat.fault),
    ],
    /** @param {readonly string[]} names of all types @param {number} n its own place */
    check(names, n) {
      const own = names[n] ?? "";
      name.fault.value = names.length > 1 && !own
        ? t("checkout.required")
        : names.indexOf(own) !== n
        ? t("venue.types.twice")
        : "";
      const few = count(least.control.value, 1), many = count(most.control.value, null);
      least.fault.value = few === undefined ? t("venue.number.wrong", { least: 1, most: 100 }) : "";
      most.fault.value = many === undefined
        ? t("venue.number.wrong", { least: 1, most: 100 })
        : typeof many === "number" && typeof few === "number" && many < few
        ? t("venue.types.mostBelow")
        : "";
      vat.fault.value = vat.control.value.trim() && readPercent(vat.control.value) === null
        ? t("venue.percent.wrong")
        : "";
    },
    /** @returns {import("../../lib/wire-types.js").TicketTypeRequest} */
    read() {
      const names = others().map((one) => one.typed.value.trim());
      return {
        name: name.control.value.trim(),
        note: note.control.value.trim(),
        least: count(least.control.value, 1) ?? 1,
        most: count(most.control.value, null) ?? undefined,
        requires: needed.peek() && names.includes(needed.peek()) ? needed.peek() : undefined,
      };
    },
  };
  return row;
}

/** A number of 1 to 100, `otherwise` for nothing, undefined for what is none. @template T @param {string} text @param {T} otherwise */
function count(text, otherwise) {
  const trimmed = text.trim();
  if (!trimmed) return otherwise;
  return /^\d{1,3}$/.test(trimmed) && Number(trimmed) >= 1 && Number(trimmed) <= 100 ? Number(trimmed) : undefined;
}

/**
 * What a type costs in a category; empty: it is not sold there.
 * @param {string} category @param {TypeRow} kind @param {Terms | null} terms
 */
function cell(category, kind, terms) {
  const before = terms?.ticketPrices.find((one) => one.category === category && one.ticketType === kind.before);
  const control = input({ inputmode: "decimal", autocomplete: "off", value: before?.amount ?? "" });
  const fault = signal("");
  return {
    category,
    kind,
    control,
    fault,
    /** @param {boolean} isNeeded */
    check(isNeeded) {
      const text = control.value.trim();
      fault.value = (text ? readAmount(text) === null : isNeeded) ? t("venue.prices.wrong") : "";
    },
    /** @param {string} vat of prices that have no rate of their own @returns {import("../../lib/wire-types.js").TicketPriceRequest[]} */
    read(vat) {
      const amount = readAmount(control.value), ticketType = kind.name.control.value.trim();
      if (amount === null) return before && ticketType === kind.before ? [{ category, ticketType, amount }] : [];
      return [{ category, ticketType, amount, vatPercent: readPercent(kind.vat.control.value) ?? vat }];
    },
  };
}
