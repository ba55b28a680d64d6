// @ts-check
/** What is being bought and for how much, with the discount code that changes it. */
import { h } from "../../lib/dom.js";
import { longDate, money, t } from "../../lib/i18n.js";
import { addDecimals } from "../../lib/money.js";
import { computed } from "../../lib/signals.js";
import { icon } from "../../ui/icons.js";
import { typeChoice } from "../type-choice.js";

/** @typedef {{ seatId: number, price: string }} PricedItem */
/** @typedef {import("../../app/purchase-state.js").HeldSeat} HeldSeat */

/**
 * @param {{
 *   purchase: import("../../app/purchase.js").Purchase,
 *   event: import("../../net/api.js").EventDetails,
 *   quote: import("../../lib/signals.js").Signal<import("../../net/api.js").Quote | null>,
 *   fault: import("../../lib/signals.js").Signal<string>,
 *   isPaying: import("../../lib/signals.js").Computed<boolean>,
 *   ticketFault: import("../../lib/signals.js").Signal<string>,
 *   onCode: (code: string) => void,
 *   onTicket: () => void,
 * }} parts `onCode`: a code was typed, or "" to take it off; `onTicket`: a seat has another ticket type
 */
export function orderSummary({ purchase, event, quote, fault, ticketFault, isPaying, onCode, onTicket }) {
  const input = h("input", {
    id: "field-code",
    name: "code",
    type: "text",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-describedby": "fault-code",
    oninput: () => (fault.value = ""),
  });
  /** What the hold's own prices say; the map's are those of now. @param {{ seatIds: number[], price: string }} line */
  const priceOf = (line) => {
    const priced = quote.value?.items.filter((/** @type {PricedItem} */ item) => line.seatIds.includes(item.seatId)) ??
      [];
    return priced.length ? addDecimals(priced.map((/** @type {PricedItem} */ item) => item.price)) : line.price;
  };
  const isPerTable = computed(() => quote.value?.tablePrices === "per_table");
  /** The places of a line that have a ticket type each: none at a table that has one price. @param {HeldSeat} line */
  const peopleOf = (line) => {
    if (!line.unit) return [line];
    if (isPerTable.value) return [];
    return line.seatIds.map((id) => purchase.describe(id)).filter((one) => one !== null);
  };
  const apply = () => onCode(input.value.trim());
  return h(
    "aside",
    { class: "summary", "aria-labelledby": "summary-title" },
    h("h2", { id: "summary-title" }, t("checkout.summary")),
    h(
      "p",
      { class: "summary-event" },
      h("strong", null, event.name),
      h("span", { class: "muted" }, longDate(event.startsAt, event.timeZone)),
      h("span", { class: "muted" }, event.venue),
    ),
    h("ul", null, () =>
      purchase.heldSeats.value.map((seat) =>
        h(
          "li",
          { class: "ticket-line" },
          h(
            "span",
            null,
            h("strong", null, seat.place),
            seat.category === seat.section ? null : h("span", { class: "muted" }, seat.category),
            () => peopleOf(seat).map((one) => ticketChoice(one, { purchase, quote, isPaying, onTicket })),
          ),
          h("span", { class: "tabular" }, () => money(priceOf(seat), event.currency)),
        )
      )),
    h("p", { class: "fault", role: "status" }, () => ticketFault.value ? [icon("error"), ticketFault.value] : null),
    h(
      "a",
      { class: "link-button", href: `#/events/${event.id}/seats`, hidden: () => isPaying.value },
      t("checkout.edit"),
    ),
    h(
      "form",
      {
        class: "code-form",
        novalidate: true,
        onsubmit: (/** @type {Event} */ submitted) => (submitted.preventDefault(), apply()),
      },
      h("label", { for: "field-code" }, t("checkout.discount")),
      h(
        "div",
        { class: "joined" },
        input,
        h(
          "button",
          { type: "submit", class: "button is-secondary", disabled: () => isPaying.value },
          t("checkout.apply"),
        ),
      ),
      h(
        "p",
        { class: "fault", id: "fault-code", role: "status" },
        () => fault.value ? [icon("error"), fault.value] : null,
      ),
    ),
    h(
      "dl",
      { class: "sums" },
      () => {
        const priced = quote.value;
        if (!priced) return null;
        const isPlain = !priced.discountCode && !Number(priced.orderFee);
        return [
          isPlain ? null : sum(t("checkout.subtotal"), priced.subtotal),
          Number(priced.ticketFees) ? sum(t("checkout.fees"), priced.ticketFees, "muted") : null,
          !priced.discountCode ? null : h(
            "div",
            { class: "is-discount" },
            h(
              "dt",
              null,
              t("checkout.discountLine", { code: priced.discountCode }),
              " ",
              h("button", {
                class: "link-button",
                type: "button",
                disabled: () => isPaying.value,
                onclick: () => {
                  input.value = "";
                  onCode("");
                },
              }, t("checkout.takeOff")),
            ),
            h("dd", { class: "tabular" }, money(`-${priced.discount}`, event.currency)),
          ),
          Number(priced.orderFee) ? sum(t("checkout.orderFee"), priced.orderFee) : null,
        ];
      },
      h(
        "div",
        { class: "is-total" },
        h("dt", null, t("checkout.total")),
        h(
          "dd",
          { class: "tabular", "aria-live": "polite" },
          () => money(quote.value?.total ?? purchase.heldTotal.value, event.currency),
        ),
      ),
      () =>
        (quote.value?.vat ?? []).map((/** @type {import("../../lib/wire-types.js").VatBody} */ vat) =>
          sum(t("checkout.vat", { percent: vat.vatPercent }), vat.amount, "muted")
        ),
    ),
  );

  /** @param {string} words @param {string} amount @param {string | null} [kind] */
  function sum(words, amount, kind = null) {
    return h(
      "div",
      { class: kind },
      h("dt", null, words),
      h("dd", { class: "tabular" }, money(amount, event.currency)),
    );
  }
}

/**
 * The ticket types a seat may be sold under: of the quote, and until there is one of the basket.
 * @param {HeldSeat} seat
 * @param {Pick<Parameters<typeof orderSummary>[0], "purchase" | "quote" | "isPaying" | "onTicket">} parts
 */
function ticketChoice(seat, { purchase, quote, isPaying, onTicket }) {
  const { tickets, prices } = purchase;
  return typeChoice({
    label: t("checkout.ticketFor", { seat: seat.place }),
    types: () =>
      quote.value ? typesOf(quote.value, seat.category) : prices.typesOf({ category: seat.category, isHeld: true }),
    chosen: () => tickets.value.get(seat.id),
    currency: purchase.currency(),
    isLocked: () => isPaying.value,
    onChoose: (type) => {
      prices.choose(seat.id, type);
      onTicket();
    },
  });
}

/**
 * @param {import("../../net/api.js").Quote} quote
 * @param {string} category
 * @returns {{ id: number, name: string, note: string, price: string }[]} the types sold there
 */
function typesOf(quote, category) {
  const sold = quote.offers.find((one) => one.category === category)?.tickets ?? [];
  return sold.flatMap((offer) => {
    const kind = quote.ticketTypes.find((one) => one.id === offer.ticketTypeId);
    return kind ? [{ ...kind, price: offer.price }] : [];
  });
}
