// @ts-check
/**
 * Paying for what is held: one POST /bookings with one key, tried again while the outcome is
 * unknown, then followed until the server says confirmed, declined or over.
 * Never: makes a second key while a payment's outcome is not known.
 */
import { t } from "../lib/i18n.js";
import { ApiError } from "../net/envelope.js";
import { pause, retryWithBackoff } from "../state/retry.js";
import { asProblem, findBooking } from "./holding.js";
import { explain } from "../ui/explain.js";

/**
 * @typedef {import("../net/api.js").Booking} Booking
 * @typedef {import("../net/api.js").BookingRequest} BookingRequest
 * @typedef {{ authenticate(clientSecret: string, booking: Booking): Promise<void>,
 *   reprice(quote: import("../net/api.js").Quote): void }} Bank
 */

const FOLLOW_MS = 1500;
/** How long a purchase waits to be found again after a reload in the middle of it. */
const SEARCH_MS = 30_000;
/** Attempts that came to nothing although no card was declined: the seats and the key stay good, and
 * trying again at once is of no use. Each has words of its own. */
export const KEPT_REASONS = new Set(["shop_cannot_charge", "gateway_busy", "too_many_payments", "total_changed"]);
const OPEN_STATES = new Set(["PENDING", "REQUIRES_ACTION"]);

/**
 * @param {import("./app.js").App} app
 * @param {import("./purchase.js").Purchase} purchase
 * @param {Bank} bank asks the buyer for 3-D Secure, and shows what the seats cost now
 */
export function createPayment(app, purchase, bank) {
  const { api, analytics, toasts } = app;
  const { machine, eventId } = purchase;
  /** What was sent under the key and not decided: a retry must say the very same.
   * @type {{ key: string, request: BookingRequest } | null} */
  let undecided = null;

  /**
   * @param {Omit<BookingRequest, "eventId" | "seatIds">} form
   * @param {string} amount for the figures
   * @returns {Promise<Booking | null>} null when it failed; the machine says how
   */
  async function pay(form, amount) {
    const seatIds = machine.reservationData.peek()?.reservedSeatIds ?? [];
    if (!seatIds.length || !machine.startPayment()) return null;
    purchase.interrupted.value = null;
    const key = /** @type {string} */ (machine.idempotencyKey.peek());
    const request = undecided?.key === key ? undecided.request : { eventId, seatIds, ...form };
    try {
      analytics.track("payment_started", { eventId, amount, paymentMethod: form.paymentMethod });
      const answer = await retryWithBackoff(() => api.book(request, key), {
        isRetryable: isUndecided,
        onRetry: purchase.noteRetry,
      });
      undecided = null;
      if (answer.isReplay) {
        toasts.show("success", t("toast.replay"), 5000);
        analytics.track("idempotency_replay", { bookingReference: answer.booking.bookingReference });
      }
      return await settle(answer.booking);
    } catch (error) {
      undecided = isUndecided(error) ? { key, request } : null;
      return failed(error);
    }
  }

  /** @param {Booking} booking @returns {Promise<Booking | null> | Booking} */
  function settle(booking) {
    if (booking.status === "CONFIRMED") return confirmed(booking);
    machine.paymentSuccess(/** @type {any} */ (booking));
    return follow(booking);
  }

  /**
   * Waits for an open booking to be decided, asking the bank on the way when it must be.
   * @param {Booking} first
   */
  async function follow(first) {
    let booking = first;
    let isAsked = false;
    for (;;) {
      if (booking.status === "CONFIRMED") return confirmed(booking);
      if (!OPEN_STATES.has(booking.status)) return undone(booking);
      if (booking.clientSecret && booking.status === "REQUIRES_ACTION" && !isAsked) {
        isAsked = true;
        await bank.authenticate(booking.clientSecret, booking);
      } else await pauseOrNews();
      try {
        // What only the first answer says (the client secret) is kept.
        booking = { ...booking, ...await api.booking(first.bookingReference) };
      } catch (error) {
        // The booking stands on the server whatever happens to this request.
        if (!(error instanceof ApiError) || !error.retryable) throw error;
        await pause(FOLLOW_MS);
      }
    }
  }

  /** Ends at once when the server tells of our reservation. */
  function pauseOrNews() {
    const before = purchase.wakeups.peek();
    return new Promise((resolve) => {
      const end = performance.now() + FOLLOW_MS;
      const timer = setInterval(() => {
        if (purchase.wakeups.peek() === before && performance.now() < end) return;
        clearInterval(timer);
        resolve(undefined);
      }, 100);
    });
  }

  /** @param {Booking} booking */
  function confirmed(booking) {
    machine.confirmationSuccess(/** @type {any} */ (booking));
    analytics.track("payment_success", {
      eventId,
      bookingReference: booking.bookingReference,
      amount: booking.totalAmount,
    });
    return booking;
  }

  /** @param {Booking} booking */
  function undone(booking) {
    const isDeclined = booking.status === "DECLINED";
    const reason = booking.declineCode ?? "";
    if (isDeclined && KEPT_REASONS.has(reason)) return fell(kept(reason));
    const problem = {
      message: isDeclined ? explain.decline(booking.declineCode) : t("conflict.body"),
      retryable: isDeclined,
      sameKey: isDeclined,
      code: isDeclined ? "payment_declined" : "conflict",
      status: isDeclined ? 402 : 409,
    };
    return fell(problem);
  }

  /** @param {unknown} error a fault of our own leaves the buyer with the same ways on, and goes on to the console */
  function failed(error) {
    const isKept = error instanceof ApiError && KEPT_REASONS.has(error.code);
    const field = error instanceof ApiError ? contactField(error) : undefined;
    if (error instanceof ApiError && error.data?.quote) bank.reprice(error.data.quote);
    // Nothing was tried: what was typed is mended and sent again, as another order.
    const problem = isKept ? kept(error.code) : asProblem(error);
    fell(field ? { ...problem, field, retryable: true, sameKey: false } : problem);
    if (!(error instanceof ApiError)) throw error;
    return null;
  }

  /** @param {string} code one of `KEPT_REASONS` */
  const kept = (code) => ({
    message: t(`fault.${code}`),
    retryable: true,
    sameKey: code !== "total_changed", // another price is another payment
    code,
    status: 502,
  });

  /** @param {import("../state/checkout-machine.js").CheckoutError} problem */
  function fell(problem) {
    analytics.track("payment_failed", { eventId, reason: problem.code, retryable: problem.retryable });
    if (!machine.confirmationFailed(problem)) machine.paymentFailed(problem);
    if (problem.code === "network" || problem.code === "timeout") purchase.interrupted.value = "pay";
    // A declined payment gives the seats a new deadline; a lost answer may hide a booking.
    if (problem.retryable) purchase.reconcile().catch(() => undefined);
    return null;
  }

  /**
   * After a reload in the middle of a payment: finds out what became of it, without paying again.
   * @returns {Promise<Booking | null>}
   */
  async function resume() {
    const known = /** @type {any} */ (machine.bookingData.peek());
    const seatIds = machine.reservationData.peek()?.reservedSeatIds ?? [];
    const until = performance.now() + SEARCH_MS;
    for (;;) {
      try {
        const found = known?.bookingReference
          ? await api.booking(known.bookingReference)
          : findBooking((await api.bookings(1, 20)).items, eventId, seatIds);
        if (found) return await settle({ ...known, ...found });
        const held = await api.reservations(eventId);
        if (performance.now() > until || !held.some((one) => one.status === "PAYING")) break;
      } catch (error) {
        if (!(error instanceof ApiError) || !error.retryable || performance.now() > until) return failed(error);
      }
      await pause(FOLLOW_MS);
    }
    return fell({ message: t("network.body"), retryable: true, sameKey: true, code: "network", status: 0 });
  }

  return { pay, resume };
}

const CONTACT = new Set(["name", "email", "phone"]);
const ADDRESS_CODES = new Set(["invalid_address", "address_needs_smtputf8", "address_refused"]);

/** Which of the buyer's details the server does not take. @param {ApiError} error */
function contactField({ code, details }) {
  if (ADDRESS_CODES.has(code)) return "email";
  const [place, name = ""] = String(details.field ?? "").split(".");
  return place === "contact" && CONTACT.has(name) ? name : undefined;
}

/** No decision came: trying again with the same key is safe and may bring one. @param {any} error */
function isUndecided(error) {
  return error instanceof ApiError && error.retryable && error.sameKey && error.status !== 402 &&
    !KEPT_REASONS.has(error.code);
}
