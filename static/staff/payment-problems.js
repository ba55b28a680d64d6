// @ts-check
/** Payments that need a person, in a dialog: what is wrong with each, how much it is, since when. */
import { h } from "../lib/dom.js";
import { longDate, money, t } from "../lib/i18n.js";
import { ask } from "../ui/dialog.js";

/** Alerts that are about single payments. */
export const PAYMENT_ALERTS = new Set(["payment_problems", "foreign_payments"]);

/** The booking that a problem names; the rest of its detail is for the log. */
const BOOKING = /BK-[\w-]+/;

/** Payments that no booking has: given back, which needs nobody. */
const GIVEN_BACK = new Set(["refund_due", "refund_given"]);

/** @param {import("./staff.js").StaffRoom} staff @param {string} zone the venue's */
export async function openPaymentProblems(staff, zone) {
  const all = await staff.venue.paymentProblems();
  const isGiven = (/** @type {{ kind: string }} */ { kind }) => GIVEN_BACK.has(kind);
  const open = all.filter((one) => !isGiven(one)), given = all.filter(isGiven);
  const list = (/** @type {typeof all} */ found) =>
    h("ul", { class: "venue-tickets" }, found.map((one) => line(one, zone)));
  await ask({
    title: t("venue.payments.title"),
    icon: "card",
    content: () => [
      open.length ? list(open) : h("p", null, t("venue.payments.none")),
      given.length ? [h("h3", null, t("venue.payments.given")), list(given)] : null,
    ],
    actions: [{ label: t("close"), value: "close", kind: "quiet" }],
  });
}

/** @param {import("../net/venue-api.js").PaymentProblem} problem @param {string} zone */
const line = ({ paymentId, kind, detail, amount, currency, since }, zone) =>
  h(
    "li",
    null,
    h(
      "div",
      null,
      h("strong", null, t(`venue.payments.${kind}`)),
      h(
        "p",
        { class: "small tabular" },
        [paymentId, BOOKING.exec(detail)?.[0], amount && currency && money(amount, currency), longDate(since, zone)]
          .filter(Boolean).join(" · "),
      ),
    ),
  );
