// @ts-check
/** Which tickets of a booking go back, and what that comes to, before anything is done. */
import { h } from "../lib/dom.js";
import { money, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { explain } from "./explain.js";
import { icon } from "./icons.js";
import { seatName } from "./seat-words.js";

/**
 * @typedef {import("../lib/wire-types.js").RefundQuoteBody} Quote
 * @typedef {import("../lib/wire-types.js").BookingTicketBody | import("../lib/wire-types.js").StaffTicketBody} Ticket
 * @typedef {{ ids: number[] | undefined, withoutFee: boolean }} Choice `ids`: undefined for all of it
 */

/**
 * @param {{
 *   tickets: readonly Ticket[], canChoose: boolean, canWaive?: boolean,
 *   quote: (choice: Choice) => Promise<Quote>,
 * }} parts
 */
export function ticketChoice({ tickets, canChoose, canWaive = false, quote }) {
  const standing = tickets.filter((ticket) => ticket.state !== "VOID");
  const free = standing.filter((ticket) => ticket.state !== "USED");
  const isAllFree = free.length === standing.length;
  const chosen = signal(new Set(free.map(({ id }) => id)));
  const isWaived = signal(false);
  const shown = signal(/** @type {Quote | null} */ (null)), fault = signal("");
  let asked = 0;

  /** @returns {Choice} */
  const choice = () => ({
    ids: isAllFree && chosen.peek().size === free.length ? undefined : [...chosen.peek()],
    withoutFee: isWaived.peek(),
  });
  const reckon = async () => {
    const turn = ++asked;
    shown.value = null;
    fault.value = chosen.peek().size ? "" : t("refund.none");
    if (!chosen.peek().size) return;
    try {
      const found = await quote(choice());
      if (turn === asked) shown.value = found;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn === asked) fault.value = explain.error(error);
    }
  };
  /** @param {number} id @param {boolean} isOn */
  const turn = (id, isOn) => {
    const next = new Set(chosen.peek());
    if (isOn) next.add(id);
    else next.delete(id);
    chosen.value = next;
    reckon();
  };
  /** @param {Ticket} ticket */
  const row = (ticket) =>
    h(
      "li",
      null,
      h(
        "label",
        { class: "check" },
        h("input", {
          type: "checkbox",
          checked: chosen.peek().has(ticket.id),
          disabled: ticket.state === "USED",
          onchange: (/** @type {Event} */ event) =>
            turn(
              ticket.id,
              /** @type {HTMLInputElement} */ (event.target).checked,
            ),
        }),
        seatName(ticket),
        ticket.state === "USED" ? h("span", { class: "pill" }, t("ticket.used")) : null,
      ),
    );
  reckon();
  const element = () => [
    canChoose && standing.length > 1
      ? h(
        "fieldset",
        { class: "ticket-choice" },
        h("legend", null, t("refund.choose")),
        h("ul", null, standing.map(row)),
      )
      : null,
    canWaive
      ? h(
        "label",
        { class: "check" },
        h("input", {
          type: "checkbox",
          onchange: (/** @type {Event} */ event) => {
            isWaived.value = /** @type {HTMLInputElement} */ (event.target).checked;
            reckon();
          },
        }),
        t("refund.withoutFee"),
      )
      : null,
    h("p", { role: "status", class: "refund-sum" }, () => {
      if (fault.value) {
        return h("span", { class: "fault" }, icon("error"), fault.value);
      }
      const found = shown.value;
      if (!found) return h("span", { class: "spinner" });
      return [
        h(
          "strong",
          { class: "tabular" },
          t("refund.amount", { amount: money(found.amount, found.currency) }),
        ),
        " ",
        Number(found.fee) ? [t("refund.fee", { fee: money(found.fee, found.currency) }), " "] : null,
        found.isWhole ? t("refund.whole") : t("refund.part"),
      ];
    }),
  ];
  return {
    element,
    choice,
    /** What was shown for the present choice; null while nothing is. */
    quoted: () => shown.value,
  };
}

/** What of a booking went back, or is on its way. @param {readonly import("../lib/wire-types.js").RefundBody[]} refunds @param {string} currency @param {(refund: import("../lib/wire-types.js").RefundBody) => import("../lib/dom.js").Child} [more] */
export function refundList(refunds, currency, more = () => null) {
  if (!refunds.length) return null;
  return h(
    "ul",
    { class: "refund-list", "aria-label": t("refund.list") },
    refunds.map((refund) =>
      h(
        "li",
        null,
        h("span", { class: "tabular" }, money(refund.amount, currency)),
        h(
          "span",
          { class: `pill is-refund-${refund.state.toLowerCase()}` },
          t(`refund.${refund.state}`),
        ),
        more(refund),
      )
    ),
  );
}
