// @ts-check
/** One amount for each category of a plan. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { field, input } from "./fields.js";

const AMOUNT = /^\d{1,9}([.,]\d{1,3})?$/;

/** A typed amount as the wire has it, or null when it is none. @param {string} text */
export function readAmount(text) {
  const trimmed = text.trim();
  return AMOUNT.test(trimmed) ? trimmed.replace(",", ".") : null;
}

/**
 * @param {readonly { name: string, note: string, price?: string }[]} categories
 */
export function priceFields(categories) {
  const rows = categories.map(({ name, note, price = "" }) => ({
    name,
    note,
    control: input({ inputmode: "decimal", autocomplete: "off", value: price, required: true }),
    fault: signal(""),
  }));
  return {
    element: h(
      "fieldset",
      { class: "price-fields" },
      h("legend", null, t("venue.prices")),
      rows.map(({ name, note, control, fault }) => field(note ? `${name} (${note})` : name, control, "", fault)),
    ),
    /** The prices by category, or null with the faults shown. @returns {Record<string, string> | null} */
    read() {
      /** @type {Record<string, string>} */
      const prices = {};
      let isSound = true;
      for (const { name, control, fault } of rows) {
        const amount = readAmount(control.value);
        fault.value = amount === null ? t("venue.prices.wrong") : "";
        if (amount === null) {
          if (isSound) control.focus();
          isSound = false;
        } else prices[name] = amount;
      }
      return isSound ? prices : null;
    },
  };
}
