// @ts-check
/** Payments that need a person, in a dialog: what is wrong with each, how much it is, since when. */
import { h } from "../lib/dom.js";
import { longDate, money, t } from "../lib/i18n.js";
import { ask } from "../ui/dialog.js";

/** Alerts that are about single payments. */
export const PAYMENT_ALERTS = new Set(["payment_problems", "foreign_payments"]);

/** The booking that a problem names; the rest of its detail is for the log. */
const BOOKING = /BK-[\w-]+/;

/** @param {import("./staff.js").StaffRoom} staff @param {string} zone the venue's */
export async function openPaymentProblems(staff, zone) {
  const problems = await staff.venue.paymentProblems();
  await ask({
    title: t("venue.payments.title"),
    icon: "card",
    content: () =>
      problems.length
        ? h("ul", { class: "venue-tickets" }, problems.map((one) => line(one, zone)))
        : h("p", null, t("venue.payments.none")),
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
