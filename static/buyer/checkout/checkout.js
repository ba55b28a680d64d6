// @ts-check
/** Paying for held seats: countdown, details and payment, summary with discount, and what went wrong. */
import { custom, h, listen, View, watch } from "../../lib/dom.js";
import { currentLanguage, money, t } from "../../lib/i18n.js";
import { go } from "../../lib/routes.js";
import { computed, signal } from "../../lib/signals.js";
import { ApiError } from "../../net/envelope.js";
import { ask } from "../../ui/dialog.js";
import { empty, entitle, failure, skeleton } from "../../ui/frame.js";
import { explain } from "../../ui/explain.js";
import { icon } from "../../ui/icons.js";
import { orderSummary } from "./order-summary.js";
import { onComeback } from "../../app/comeback.js";
import { createPayment } from "../../app/payment.js";
import { paymentTrouble } from "./payment-trouble.js";
import "./countdown.js";
import "./payment-form.js";

/** @typedef {import("../../net/api.js").Quote} Quote */

const PAYING = new Set(["PROCESSING_PAYMENT", "CONFIRMING"]);

export class CheckoutView extends View {
  /** @type {import("../../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** @type {import("../../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);
  /** @type {import("./payment-form.js").PaymentForm | null} */
  form = null;
  /** What is wrong with the discount code that was typed. */
  codeFault = signal("");
  /** What is wrong with the ticket types that were chosen: then nothing can be bought. */
  ticketFault = signal("");
  /** Counts the questions for a price; only the last one's answer counts. */
  asked = 0;

  /** @override */
  render() {
    const { purchase } = this;
    const { machine } = purchase;
    const wasPaying = PAYING.has(machine.state.peek());
    this.payment = createPayment(this.app, purchase, {
      authenticate: (secret, booking) => this.authenticate(secret, booking),
      reprice: (quote) => this.quote && (this.quote.value = quote),
    });
    entitle(this, t("checkout.title"));
    const isReady = signal(false);
    purchase.load().then(() => {
      isReady.value = true;
      if (wasPaying && PAYING.has(machine.state.peek())) this.resume();
    });
    // A reload in the middle of a payment is followed up, but better not made.
    listen(globalThis, "beforeunload", (event) => {
      if (machine.state.peek() === "PROCESSING_PAYMENT") event.preventDefault();
    });
    watch(() => {
      if (purchase.house.value && purchase.event.value) purchase.watchSeats();
    });
    onComeback(this.app.toasts, purchase, "pay", () => void this.confirm());
    // One word for what is shown, so that nothing typed is lost while it stays the same.
    const shown = computed(() => {
      if (purchase.problem.value && !purchase.house.value) return "problem";
      if (!purchase.event.value || !purchase.house.value || !isReady.value) return "loading";
      return purchase.heldIds.value.length || machine.error.value ? "desk" : "nothing";
    });
    return () => {
      if (shown.value === "problem") {
        const problem = /** @type {ApiError} */ (purchase.problem.peek());
        return failure(problem, () => void purchase.load().then(() => (isReady.value = true)));
      }
      if (shown.value === "loading") {
        return h("div", { class: "page" }, h("h1", null, t("checkout.title")), skeleton("checkout"));
      }
      return shown.value === "desk" ? this.desk() : this.nothing();
    };
  }

  nothing() {
    return h(
      "div",
      { class: "page" },
      h("h1", null, t("checkout.title")),
      empty(
        t("checkout.none"),
        t("checkout.noneHelp"),
        h("a", { class: "button is-primary", href: `#/events/${this.purchase.eventId}/seats` }, t("event.select")),
      ),
    );
  }

  desk() {
    const { app, purchase } = this;
    const { machine } = purchase;
    const quote = this.quote = signal(/** @type {Quote | null} */ (null));
    const event = /** @type {import("../../net/api.js").EventDetails} */ (purchase.event.peek());
    const amount = computed(() => ({
      total: quote.value?.total ?? purchase.heldTotal.value,
      currency: event.currency,
    }));
    const form = /** @type {import("./payment-form.js").PaymentForm} */ (
      custom("payment-form", { app, amount })
    );
    this.form = form;
    const isPaying = computed(() => PAYING.has(machine.state.value));
    this.askQuote("");
    return h(
      "div",
      { class: "page checkout" },
      h("h1", null, t("checkout.title")),
      custom("hold-countdown", { app, purchase }),
      () =>
        paymentTrouble(purchase, {
          retry: () => this.confirm(),
          update: () => this.updatePayment(),
          cancel: () => this.cancel(),
        }),
      orderSummary({
        purchase,
        event,
        quote,
        fault: this.codeFault,
        isPaying,
        ticketFault: this.ticketFault,
        onCode: (code) => void this.askQuote(code),
        onTicket: () => void this.askQuote(this.quote?.peek()?.discountCode ?? ""),
      }),
      h(
        "form",
        {
          class: "checkout-form",
          novalidate: true,
          onsubmit: (/** @type {Event} */ submitted) => {
            submitted.preventDefault();
            this.confirm();
          },
        },
        h("fieldset", { class: "bare", disabled: () => isPaying.value }, form),
        h(
          "div",
          { class: "checkout-go" },
          h(
            "button",
            {
              type: "submit",
              class: "button is-primary is-wide is-large",
              "aria-disabled": () => String(isPaying.value || !!this.ticketFault.value),
            },
            () => {
              if (machine.state.value === "PROCESSING_PAYMENT") {
                return [h("span", { class: "spinner" }), t("checkout.processing")];
              }
              if (machine.state.value === "CONFIRMING") {
                return [h("span", { class: "spinner" }), t("checkout.confirming")];
              }
              return [icon("lock"), t("checkout.confirmFor", { total: money(amount.value.total, event.currency) })];
            },
          ),
          h(
            "p",
            { class: "muted small", role: "status" },
            () => isPaying.value ? t("checkout.confirmingHelp") : t("checkout.terms"),
          ),
        ),
      ),
    );
  }

  /** Asks for the price, with a discount code when one is given. @param {string} code */
  async askQuote(code) {
    const { purchase, app } = this;
    const seatIds = purchase.heldIds.peek();
    if (!seatIds.length || !this.quote) return;
    const before = this.quote.peek(), question = ++this.asked;
    try {
      const quote = await app.api.quote(purchase.eventId, seatIds, code || undefined, this.tickets());
      if (question !== this.asked) return;
      this.quote.value = quote;
      this.codeFault.value = this.ticketFault.value = "";
      // Another price is another payment; after a definite refusal it takes a key of its own.
      const { error } = purchase.machine;
      if (before && isAnother(before, quote) && error.peek()?.status === 402) {
        purchase.machine.generateNewIdempotencyKey();
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (question !== this.asked) return;
      if (error.code.startsWith("ticket_type_")) this.ticketFault.value = explain.error(error);
      else if (code) this.codeFault.value = explain.error(error);
    }
  }

  /** What the held seats are to be sold as, where that is not the default. */
  tickets() {
    const chosen = this.purchase.tickets.peek();
    return this.purchase.heldIds.peek().flatMap((seatId) => {
      const ticketTypeId = chosen.get(seatId);
      return ticketTypeId ? [{ seatId, ticketTypeId }] : [];
    });
  }

  async confirm() {
    const { form, purchase, payment, app } = this;
    if (this.ticketFault.peek()) return;
    if (!form || !payment || PAYING.has(purchase.machine.state.peek()) || !form.check()) return;
    const contact = form.contact();
    app.session.keepContact(contact);
    const means = await form.means();
    if ("message" in means) return app.toasts.show("error", means.message, 8000);
    const total = this.quote?.peek()?.total ?? purchase.heldTotal.peek();
    const discountCode = this.quote?.peek()?.discountCode ?? undefined;
    const { phone, ...reached } = contact;
    const request = {
      ...means,
      contact: phone ? contact : reached,
      language: currentLanguage(),
      expectedTotal: total,
      ...(discountCode ? { discountCode } : {}),
      ...(this.tickets().length ? { tickets: this.tickets() } : {}),
    };
    const booking = await payment.pay(request, total);
    const problem = purchase.machine.error.peek();
    if (problem?.field) form.blame(problem.field, problem.message);
    this.leave(booking);
  }

  async resume() {
    this.leave(await /** @type {any} */ (this.payment).resume());
  }

  /** @param {import("../../net/api.js").Booking | null} booking */
  leave(booking) {
    if (!booking) return;
    const { purchase } = this;
    this.app.toasts.dismiss(`warning-${purchase.eventId}`);
    this.app.celebrations.add(booking.bookingReference);
    purchase.forget();
    if (this.isConnected) go(`/bookings/${booking.bookingReference}`);
  }

  /** To the card, ready to be changed; sending it again uses the same key. */
  updatePayment() {
    const card = this.form?.querySelector("#field-card, .stripe-place");
    if (!(card instanceof HTMLElement)) return;
    card.scrollIntoView({ block: "center" });
    card.focus();
    if (card instanceof HTMLInputElement) card.select();
  }

  async cancel() {
    await this.purchase.startOver();
    go(`/events/${this.purchase.eventId}/seats`);
  }

  /** The bank asks the buyer. @param {string} clientSecret @param {import("../../net/api.js").Booking} booking */
  async authenticate(clientSecret, booking) {
    const { app, purchase } = this;
    if (app.config.peek().gateway === "stripe") return this.form?.stripe?.authenticate(clientSecret);
    const total = money(
      this.quote?.peek()?.total ?? booking.totalAmount ?? purchase.heldTotal.peek(),
      purchase.event.peek()?.currency ?? "EUR",
    );
    const isApproved = await ask({
      title: t("secure.title"),
      icon: "lock",
      isBlocking: true,
      content: () => [
        h("p", null, t("secure.body", { total, venue: purchase.event.peek()?.venue ?? "" })),
        h("p", { class: "notice is-demo" }, icon("info"), t("app.demo")),
      ],
      actions: [
        { label: t("secure.approve"), value: true, kind: "primary" },
        { label: t("secure.refuse"), value: false, kind: "secondary" },
      ],
      isOver: () => !PAYING.has(purchase.machine.state.peek()),
    });
    if (isApproved === null) return;
    try {
      await app.api.authenticateDemo(clientSecret, isApproved);
    } catch (error) {
      // What came of it, the booking itself will say.
      if (!(error instanceof ApiError)) throw error;
    }
  }
}

/** Whether another thing is bought. @param {Quote} before @param {Quote} now */
function isAnother(before, now) {
  const types = (/** @type {Quote} */ quote) =>
    quote.items.map((/** @type {{ ticketTypeId: number }} */ item) => item.ticketTypeId).join(" ");
  return before.discountCode !== now.discountCode || types(before) !== types(now);
}
customElements.define("checkout-view", CheckoutView);
