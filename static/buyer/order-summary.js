// @ts-check
/** What is being bought and for how much, with the discount code that changes it. */
import { h } from "../lib/dom.js";
import { longDate, money, t } from "../lib/i18n.js";
import { icon } from "../ui/icons.js";

/**
 * @param {{
 *   purchase: import("../app/purchase.js").Purchase,
 *   event: import("../net/api.js").EventDetails,
 *   quote: import("../lib/signals.js").Signal<import("../net/api.js").Quote | null>,
 *   fault: import("../lib/signals.js").Signal<string>,
 *   isPaying: import("../lib/signals.js").Computed<boolean>,
 *   onCode: (code: string) => void,
 * }} parts `onCode`: a code was typed, or "" to take it off
 */
export function orderSummary({ purchase, event, quote, fault, isPaying, onCode }) {
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
  /** What the hold's own prices say; the map's are those of now. @param {{ id: number, price: string }} seat */
  const priceOf = (seat) =>
    quote.value?.items.find((/** @type {{ seatId: number }} */ item) => item.seatId === seat.id)?.price ?? seat.price;
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
          ),
          h("span", { class: "tabular" }, money(priceOf(seat), event.currency)),
        )
      )),
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
        if (!priced?.discountCode) return null;
        return [
          h(
            "div",
            null,
            h("dt", null, t("checkout.subtotal")),
            h("dd", { class: "tabular" }, money(priced.subtotal, event.currency)),
          ),
          h(
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
    ),
  );
}
