// @ts-check
/** One booking: the tickets, where the seats are, and what can be done with them. */
import { h, onEnd, View } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { longDate, money, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError, asApiError } from "../net/envelope.js";
import { asked, deliveryWords, sendsMail } from "../ui/delivery.js";
import { ask } from "../ui/dialog.js";
import { bookingStatus, entitle, failure, skeleton } from "../ui/frame.js";
import { explain } from "../ui/explain.js";
import { icon } from "../ui/icons.js";
import { seatName, seatNames } from "../ui/seat-words.js";
import { receiptList } from "../ui/receipt-list.js";
import { refundList, ticketChoice } from "../ui/ticket-choice.js";
import { seatSketch } from "./seat-sketch.js";

/** @typedef {import("../net/api.js").Booking} Booking */

const FOLLOW_MS = 2000;
const OPEN_STATES = new Set(["PENDING", "REQUIRES_ACTION"]);

export class BookingView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** @type {{ reference: string, link?: string }} */
  params = { reference: "" };
  /** Who came by the link sees this booking and nothing else. */
  get api() {
    return this.params.link ? this.#linked ??= this.app.api.byLink(this.params.link) : this.app.api;
  }
  /** @type {import("../net/api.js").Api | undefined} */
  #linked;

  /** @override */
  render() {
    const { reference } = this.params;
    const booking = signal(/** @type {Booking | null} */ (null));
    const problem = signal(/** @type {ApiError | null} */ (null));
    const isFresh = this.app.celebrations.delete(reference);
    const load = async () => {
      problem.value = null;
      try {
        booking.value = await this.api.booking(reference);
      } catch (error) {
        if (!booking.peek()) problem.value = asApiError(error);
        if (!(error instanceof ApiError)) throw error;
      }
    };
    load();
    const isOpen = () => OPEN_STATES.has(booking.peek()?.status ?? "") || booking.peek()?.delivery?.state === "waiting";
    const timer = setInterval(() => isOpen() && load(), FOLLOW_MS);
    onEnd(() => clearInterval(timer));
    entitle(this, t("booking.title", { reference }));
    return () => {
      if (problem.value) return failure(problem.value, load);
      const shown = booking.value;
      if (!shown) return h("div", { class: "page" }, skeleton("booking"));
      return this.ticket(shown, isFresh, (next) => (booking.value = next));
    };
  }

  /** @param {Booking} booking @param {boolean} isFresh @param {(next: Booking) => void} replace */
  ticket(booking, isFresh, replace) {
    const { reference } = this.params;
    const isConfirmed = booking.status === "CONFIRMED";
    return h(
      "article",
      { class: "page booking" },
      isFresh && isConfirmed
        ? h(
          "div",
          { class: "success-banner" },
          icon("party"),
          h("div", null, h("h1", null, t("booking.confirmed")), h("p", null, t("booking.secured"))),
        )
        : h("div", { class: "booking-head" }, h("h1", null, t("booking.title", { reference })), bookingStatus(booking)),
      OPEN_STATES.has(booking.status)
        ? h("p", { class: "notice", role: "status" }, h("span", { class: "spinner" }), t("booking.pending"))
        : null,
      h(
        "div",
        { class: `ticket ${isConfirmed ? "" : "is-void"}` },
        h(
          "div",
          { class: "ticket-main" },
          h("h2", null, booking.event?.name ?? ""),
          h(
            "dl",
            { class: "facts" },
            fact(
              "calendar",
              t("event.when"),
              booking.event
                ? h(
                  "time",
                  { datetime: booking.event.startsAt },
                  longDate(booking.event.startsAt, booking.event.timeZone),
                )
                : "",
            ),
            fact("place", t("event.where"), booking.event?.venue ?? ""),
          ),
          h(
            "dl",
            { class: "ticket-facts" },
            line(t("booking.reference"), h("span", { class: "tabular", translate: "no" }, booking.bookingReference)),
            line(t("booking.total"), money(booking.totalAmount, booking.currency)),
            booking.delivery
              ? line(
                t("booking.contact"),
                deliveryWords(booking.delivery, { again: () => this.email(booking, replace) }),
              )
              : null,
          ),
          h("h3", null, t("booking.seats")),
          h(
            "ul",
            { class: "seat-tags" },
            seatNames(booking.seats.filter((seat) => !isReturned(booking, seat))).map((name) => h("li", null, name)),
            seatNames(booking.seats.filter((seat) => isReturned(booking, seat))).map((name) =>
              h("li", { class: "is-returned" }, name, " ", h("span", { class: "pill" }, t("ticket.void")))
            ),
          ),
          refundList(booking.refunds ?? [], booking.currency),
          receiptList(booking.receipts ?? [], booking.currency, (path) => this.api.file(path), this.app.toasts),
        ),
        isConfirmed ? this.stub(booking) : null,
      ),
      isConfirmed ? this.actions(booking, replace) : null,
      booking.linkUrl
        ? h(
          "p",
          { class: "muted small" },
          t("booking.linkHelp"),
          " ",
          h("a", { href: booking.linkUrl.slice(1) }, t("booking.link")),
        )
        : null,
      this.sketch(booking),
    );
  }

  /** The codes for the door, one a seat, one at a time. @param {Booking} booking */
  stub(booking) {
    const tickets = (booking.tickets ?? []).filter((ticket) => ticket.state !== "VOID");
    const place = signal(0);
    const turn = (
      /** @type {number} */ step,
    ) => (place.value = (place.peek() + step + tickets.length) % tickets.length);
    return h("div", { class: "ticket-stub" }, () => {
      const ticket = tickets[place.value];
      if (!ticket) return this.code(booking, `/bookings/${encodeURIComponent(booking.bookingReference)}/qr.svg`);
      return [
        this.code(booking, ticket.qrUrl),
        h("strong", null, booking.seats.filter((seat) => seat.seatId === ticket.seatId).map(seatName)),
        h("p", { class: "small tabular", translate: "no" }, t("ticket.code", { code: ticket.code })),
        ticket.state === "USED" ? h("p", { class: "pill" }, t("ticket.used")) : null,
        tickets.length > 1
          ? h(
            "div",
            { class: "stub-pager" },
            h("button", {
              class: "plain-button",
              type: "button",
              "aria-label": t("ticket.previous"),
              onclick: () => turn(-1),
            }, icon("back")),
            h("span", { class: "small", role: "status" }, t("ticket.of", { n: place.value + 1, all: tickets.length })),
            h("button", {
              class: "plain-button",
              type: "button",
              "aria-label": t("ticket.next"),
              onclick: () => turn(1),
            }, icon("next")),
          )
          : h("p", { class: "small" }, t("booking.qrHelp")),
      ];
    });
  }

  /** A QR code needs the token, so it is fetched and shown from memory. @param {Booking} booking @param {string} path */
  code(booking, path) {
    const source = signal("");
    this.api.file(path).then(
      (blob) => (source.value = URL.createObjectURL(blob)),
      () => undefined,
    );
    onEnd(() => source.peek() && URL.revokeObjectURL(source.peek()));
    return () =>
      source.value
        ? h("img", {
          src: source.value,
          alt: t("booking.qr", { reference: booking.bookingReference }),
          width: 180,
          height: 180,
        })
        : h("div", { class: "skeleton qr" });
  }

  /** @param {Booking} booking @param {(next: Booking) => void} replace */
  actions(booking, replace) {
    const reference = booking.bookingReference;
    const path = `/bookings/${encodeURIComponent(reference)}`;
    return h(
      "div",
      { class: "actions" },
      h(
        "button",
        {
          class: "button is-primary",
          type: "button",
          onclick: () => this.download(`${path}.pdf`, `${reference}.pdf`),
        },
        icon("download"),
        t("booking.pdf"),
      ),
      sendsMail(booking.delivery)
        ? h(
          "button",
          { class: "button is-secondary", type: "button", onclick: () => this.email(booking, replace) },
          icon("mail"),
          t("booking.email"),
        )
        : null,
      h(
        "button",
        {
          class: "button is-secondary",
          type: "button",
          onclick: () => this.download(`${path}.ics`, `${reference}.ics`),
        },
        icon("calendar"),
        t("booking.calendar"),
      ),
      h("a", { class: "button is-secondary", href: "#/bookings" }, icon("list"), t("booking.all")),
      h(
        "button",
        { class: "link-button is-danger", type: "button", onclick: () => this.cancel(booking, replace) },
        t("booking.cancel"),
      ),
    );
  }

  /** @param {Booking} booking */
  sketch(booking) {
    const drawing = signal(/** @type {HTMLElement | null} */ (null));
    const load = async () => {
      try {
        const event = await this.app.api.event(booking.eventId);
        drawing.value = seatSketch(await this.app.api.plan(event.planUrl), booking.seatIds);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
      }
    };
    load();
    return () => drawing.value;
  }

  /** @param {Booking} booking @param {(next: Booking) => void} replace */
  email(booking, replace) {
    return this.attempt(async () => {
      const answer = await this.api.emailTickets(booking.bookingReference);
      this.app.toasts.show("success", asked(answer));
      replace(await this.api.booking(booking.bookingReference));
    });
  }

  /** @param {string} path @param {string} name */
  download(path, name) {
    return this.attempt(async () => download(await this.api.file(path), name));
  }

  /** @param {Booking} booking @param {(next: Booking) => void} replace */
  async cancel(booking, replace) {
    const { bookingReference: reference, tickets = [] } = booking;
    await this.attempt(async () => {
      const { byTicket } = await this.api.cancelQuote(reference);
      const choosing = ticketChoice({
        tickets,
        canChoose: byTicket,
        quote: ({ ids }) => this.api.cancelQuote(reference, byTicket ? ids : undefined),
      });
      const isSure = await ask({
        title: t("booking.cancelTitle"),
        icon: "warning",
        tone: "warning",
        content: () => [h("p", null, t("booking.cancelBody")), choosing.element()],
        actions: [
          { label: t("booking.cancelKeep"), value: false, kind: "secondary" },
          { label: t("booking.cancelConfirm"), value: true, kind: "danger" },
        ],
      });
      if (!isSure) return;
      const answer = await this.api.cancelBooking(reference, "", byTicket ? choosing.choice().ids : undefined);
      replace({ ...booking, ...answer, ...await this.api.booking(reference) });
      this.app.toasts.show("success", t(answer.status === "CONFIRMED" ? "refund.returned" : "booking.cancelled"));
    });
  }

  /** @param {() => Promise<void>} act */
  async attempt(act) {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.app.toasts.show("error", explain.error(error), 8000);
    }
  }
}
customElements.define("booking-view", BookingView);

/** @param {Booking} booking @param {{ seatId: number }} seat */
const isReturned = ({ refunds = [] }, { seatId }) => refunds.some(({ seatIds }) => seatIds.includes(seatId));

/** @param {string} sign @param {string} words @param {import("../lib/dom.js").Child} value */
const fact = (sign, words, value) =>
  h("div", null, h("dt", null, icon(sign), h("span", { class: "unseen" }, words)), h("dd", null, value));

/** @param {string} words @param {import("../lib/dom.js").Child} value */
const line = (words, value) => h("div", null, h("dt", null, words), h("dd", null, value));
