// @ts-check
/** One booking in a dialog: who, which seats, the state of each ticket, refund and resend. */
import { h } from "../lib/dom.js";
import { longDate, money, t } from "../lib/i18n.js";
import { asked, deliveryWords } from "../ui/delivery.js";
import { ask } from "../ui/dialog.js";
import { explain } from "../ui/explain.js";
import { bookingStatus } from "../ui/frame.js";
import { receiptList } from "../ui/receipt-list.js";
import { seatList, seatName } from "../ui/seat-words.js";
import { refundList, ticketChoice } from "../ui/ticket-choice.js";
import { hourOf } from "./board/figures.js";
import { act, reasonField } from "./act-dialog.js";

/** @typedef {import("../net/venue-api.js").StaffBooking} StaffBooking */
/**
 * @typedef {{ staff: import("./staff.js").StaffRoom, desk: import("./board/desk.js").Desk, booking: StaffBooking,
 *   onChange: () => void }} Parts
 */

/** @param {Parts} parts */
export async function openBooking(parts) {
  const { booking } = parts;
  const isConfirmed = booking.status === "CONFIRMED";
  const choice = await ask({
    title: t("booking.title", { reference: booking.bookingReference }),
    icon: "ticket",
    content: () => [
      facts(booking, parts.desk.zone()),
      tickets(booking, parts.desk.zone()),
      refundList(booking.refunds, booking.currency, (refund) => retryButton(parts, refund)),
      receiptList(booking.receipts, booking.currency, parts.staff.venue.file, parts.staff.app.toasts),
    ],
    actions: [
      ...(isConfirmed
        ? [
          ...(booking.delivery?.state === "off" ? [] : [{
            label: t(
              booking.delivery?.state === "refused" ? "delivery.again" : "venue.resend",
            ),
            value: "resend",
            kind: /** @type {const} */ ("secondary"),
          }]),
          {
            label: t("venue.refund"),
            value: "refund",
            kind: /** @type {const} */ ("danger"),
          },
        ]
        : []),
      { label: t("close"), value: "close", kind: "quiet" },
    ],
  });
  if (choice === "resend") await resend(parts);
  if (choice === "refund") await refund(parts);
}

/** @param {StaffBooking} booking @param {string} zone */
function facts(booking, zone) {
  /** @param {string} words @param {import("../lib/dom.js").Child} value */
  const line = (words, value) => h("div", null, h("dt", null, t(words)), h("dd", null, value));
  return h(
    "dl",
    { class: "venue-facts" },
    line("venue.bookings.state", bookingStatus(booking)),
    booking.dispute ? line("venue.dispute", t(`venue.dispute.${booking.dispute}`)) : null,
    booking.declineCode ? line("venue.problem", explain.decline(booking.declineCode)) : null,
    line("checkout.name", booking.contact?.name || "–"),
    line("checkout.email", booking.contact?.email || "–"),
    booking.contact?.phone ? line("venue.phone", booking.contact.phone) : null,
    booking.delivery
      ? line(
        "booking.contact",
        deliveryWords(booking.delivery, { forStaff: true }),
      )
      : null,
    line(
      "booking.total",
      h(
        "span",
        { class: "tabular" },
        money(booking.totalAmount, booking.currency),
      ),
    ),
    line("venue.booked", longDate(booking.createdAt, zone)),
  );
}

/** @param {StaffBooking} booking @param {string} zone */
function tickets(booking, zone) {
  if (!booking.tickets?.length) {
    return h("p", { class: "tabular" }, seatList(booking.seats));
  }
  return h(
    "ul",
    { class: "venue-tickets", "aria-label": t("venue.tickets") },
    booking.tickets.map((ticket) =>
      h(
        "li",
        null,
        h("strong", null, seatName(ticket)),
        h(
          "span",
          { class: `pill is-ticket-${ticket.state.toLowerCase()}` },
          t(`venue.ticket.${ticket.state}`),
          ticket.usedAt ? [" · ", hourOf(ticket.usedAt, zone)] : null,
        ),
      )
    ),
  );
}

/** @param {Parts} parts */
async function refund({ staff, desk, booking, onChange }) {
  const reference = booking.bookingReference;
  const choosing = ticketChoice({
    tickets: booking.tickets ?? [],
    canChoose: true,
    canWaive: true,
    quote: (choice) => staff.venue.refundQuote(desk.eventId, reference, choice),
  });
  let amount = "";
  const done = await act({
    title: t("venue.refund.title"),
    icon: "warning",
    tone: "warning",
    content: () => [h("p", null, t("booking.cancelBody")), choosing.element()],
    fields: [reasonField()],
    confirm: t("venue.refund.confirm"),
    keep: t("venue.refund.keep"),
    isDanger: true,
    run: async ({ reason = "" }) => {
      const { ids, withoutFee } = choosing.choice(), quoted = choosing.quoted();
      if (!quoted) return undefined;
      amount = money(quoted.amount, quoted.currency);
      return await staff.venue.refund(desk.eventId, reference, {
        reason,
        withoutFee,
        expectedAmount: quoted.amount,
        ...(ids ? { ticketIds: ids } : {}),
      });
    },
  });
  if (!done) return;
  staff.app.toasts.show("success", t("venue.refund.done", { reference, amount }));
  onChange();
}

/** @param {Parts} parts @param {import("../lib/wire-types.js").RefundBody} refund */
function retryButton({ staff, desk, booking, onChange }, refund) {
  if (refund.state !== "FAILED" && refund.state !== "HELD") return null;
  const retry = async () => {
    const done = await act({
      title: t("venue.refund.retry.title"),
      fields: [reasonField()],
      confirm: t("venue.refund.retry"),
      run: ({ reason = "" }) => staff.venue.retryRefund(desk.eventId, booking.bookingReference, refund.id, reason),
    });
    if (!done) return;
    staff.app.toasts.show("success", t("venue.refund.retried"));
    onChange();
  };
  return h(
    "button",
    { type: "button", class: "button is-secondary is-small", onclick: retry },
    t("venue.refund.retry"),
  );
}

/** @param {Parts} parts */
async function resend({ staff, desk, booking }) {
  const done = await act({
    title: t("venue.resend.title"),
    icon: "mail",
    fields: [
      {
        name: "to",
        label: t("checkout.email"),
        type: "email",
        value: booking.contact?.email ?? "",
        required: true,
        props: { autocomplete: "off" },
      },
      { ...reasonField(), required: false, label: t("venue.reason.optional") },
    ],
    confirm: t("venue.resend"),
    keep: t("venue.resend.keep"),
    run: ({ to = "", reason }) =>
      staff.venue.resend(
        desk.eventId,
        booking.bookingReference,
        reason ? { to, reason } : { to },
      ),
  });
  if (done) staff.app.toasts.show("success", asked(done));
}
