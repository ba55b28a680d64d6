// @ts-check
/**
 * The way from picked seats to a booking, as a table of which step may follow which.
 *
 *   IDLE → RESERVING → RESERVED → PROCESSING_PAYMENT → CONFIRMING → CONFIRMED
 *            ↓            ↓              ↓                 ↓
 *         FAILED ←────────┴──────────────┴─────────────────┘      RESERVED, FAILED → EXPIRED
 *
 * A step that the table does not allow changes nothing and returns false.
 * Owns: the idempotency key. One is made when payment starts and kept over every retry of that
 * payment; it is dropped when the payment is over: confirmed, refused for good, or started over.
 * While a payment runs there is no expiry: the server keeps the seats until it is decided.
 */
import { randomUuid } from "../lib/platform.js";
import { batch, computed, signal } from "../lib/signals.js";

/**
 * @typedef {"IDLE" | "RESERVING" | "RESERVED" | "PROCESSING_PAYMENT" | "CONFIRMING" | "CONFIRMED"
 *   | "FAILED" | "EXPIRED"} CheckoutState
 * @typedef {{ id: number, reservedSeatIds: number[], expiresAt: string, expiresInSeconds: number,
 *   failedSeats?: { seatId: number, reason: string, code?: string }[],
 *   units?: { unitId: number, heads: number }[],
 *   failedAreas?: { areaId: number, reason: string, code: string, available: number }[], priceList?: number }} ReservationData
 * @typedef {{ bookingReference: string, [field: string]: unknown }} BookingData
 * @typedef {{ message: string, retryable: boolean, sameKey?: boolean, code?: string,
 *   status?: number, field?: string }} CheckoutError `field`: the detail of the buyer's that is not taken
 * @typedef {keyof typeof STEPS} Step
 * @typedef {ReturnType<typeof createCheckoutMachine>} CheckoutMachine
 */

/** Step → states it may be taken from → state it leads to. */
export const STEPS = /** @type {const} */ ({
  startReservation: { IDLE: "RESERVING", RESERVED: "RESERVING", FAILED: "RESERVING" },
  reservationSuccess: { RESERVING: "RESERVED", RESERVED: "RESERVED" },
  reservationFailed: { RESERVING: "FAILED" },
  startPayment: { RESERVED: "PROCESSING_PAYMENT", FAILED: "PROCESSING_PAYMENT" },
  paymentSuccess: { PROCESSING_PAYMENT: "CONFIRMING" },
  paymentFailed: { PROCESSING_PAYMENT: "FAILED", CONFIRMING: "FAILED" },
  confirmationSuccess: { PROCESSING_PAYMENT: "CONFIRMED", CONFIRMING: "CONFIRMED" },
  confirmationFailed: { CONFIRMING: "FAILED" },
  reservationExpired: { RESERVED: "EXPIRED", FAILED: "EXPIRED" },
});

const FORMAT = 1;

/**
 * @param {{ uuid?: () => string }} [options]
 */
export function createCheckoutMachine({ uuid = randomUuid } = {}) {
  const state = signal(/** @type {CheckoutState} */ ("IDLE"));
  const reservationData = signal(/** @type {ReservationData | null} */ (null));
  const bookingData = signal(/** @type {BookingData | null} */ (null));
  const error = signal(/** @type {CheckoutError | null} */ (null));
  const idempotencyKey = signal(/** @type {string | null} */ (null));

  /** @type {import("../lib/signals.js").Signal<any>[]} */
  const fields = [state, reservationData, bookingData, error, idempotencyKey];

  const canRetry = computed(() =>
    state.value === "FAILED" && error.value?.retryable === true && reservationData.value !== null
  );
  const isLoading = computed(() =>
    state.value === "RESERVING" || state.value === "PROCESSING_PAYMENT" ||
    state.value === "CONFIRMING"
  );

  /**
   * Takes one step with its effects, or none of it.
   * @param {Step} step
   * @param {() => void} [effects]
   */
  function take(step, effects) {
    const next = /** @type {Record<string, CheckoutState>} */ (STEPS[step])[state.peek()];
    if (!next) return false;
    const before = fields.map((field) => field.peek());
    batch(() => {
      try {
        state.value = next;
        effects?.();
      } catch (problem) {
        fields.forEach((field, at) => (field.value = before[at]));
        throw problem;
      }
    });
    return true;
  }

  function generateNewIdempotencyKey() {
    const key = `booking-${uuid()}`;
    idempotencyKey.value = key;
    return key;
  }

  /** @param {CheckoutError} problem */
  function fail(problem) {
    error.value = problem;
    if (!problem.retryable || problem.sameKey === false) idempotencyKey.value = null;
  }

  return {
    state,
    reservationData,
    bookingData,
    error,
    idempotencyKey,
    canRetry,
    isLoading,
    generateNewIdempotencyKey,

    startReservation: () => take("startReservation", () => (error.value = null)),

    /** @param {ReservationData} data also of an extended or enlarged reservation */
    reservationSuccess: (data) =>
      take("reservationSuccess", () => {
        // Other seats are another purchase, and another purchase takes another key.
        if (!isSameSeats(reservationData.peek(), data)) idempotencyKey.value = null;
        reservationData.value = data;
        error.value = null;
      }),

    /** @param {CheckoutError} problem */
    reservationFailed: (problem) => take("reservationFailed", () => (error.value = problem)),

    /** Needs a reservation, and after a failure one that another try can mend. */
    startPayment() {
      if (!reservationData.peek()) return false;
      if (state.peek() === "FAILED" && !canRetry.peek()) return false;
      return take("startPayment", () => {
        error.value = null;
        if (!idempotencyKey.peek()) generateNewIdempotencyKey();
      });
    },

    /** @param {BookingData} [booking] */
    paymentSuccess: (booking) =>
      take("paymentSuccess", () => {
        if (booking) bookingData.value = booking;
      }),

    /** @param {CheckoutError} problem */
    paymentFailed: (problem) => take("paymentFailed", () => fail(problem)),

    /** @param {BookingData} booking */
    confirmationSuccess: (booking) =>
      take("confirmationSuccess", () => {
        bookingData.value = booking;
        error.value = null;
        idempotencyKey.value = null;
      }),

    /** @param {CheckoutError} problem */
    confirmationFailed: (problem) => take("confirmationFailed", () => fail(problem)),

    reservationExpired: () =>
      take("reservationExpired", () => {
        idempotencyKey.value = null;
      }),

    /** From any state back to the start, with nothing kept. */
    reset() {
      batch(() => {
        state.value = "IDLE";
        reservationData.value = null;
        bookingData.value = null;
        error.value = null;
        idempotencyKey.value = null;
      });
    },

    /** All that a reload must not lose, as JSON. Card data never enters this machine. */
    serialise() {
      return JSON.stringify({
        format: FORMAT,
        state: state.peek(),
        reservationData: reservationData.peek(),
        bookingData: bookingData.peek(),
        error: error.peek(),
        idempotencyKey: idempotencyKey.peek(),
      });
    },

    /**
     * Puts back what `serialise` wrote. A reservation that was only being asked for is forgotten;
     * a payment under way stays one, and its key with it: whoever restores it asks the server.
     * @param {string | null} text
     * @returns {boolean} false, and nothing changed, for text that is not ours
     */
    restore(text) {
      const kept = parse(text);
      if (!kept) return false;
      batch(() => {
        state.value = kept.state === "RESERVING" ? "IDLE" : kept.state;
        reservationData.value = kept.reservationData;
        bookingData.value = kept.bookingData;
        error.value = kept.error;
        idempotencyKey.value = kept.idempotencyKey;
      });
      return true;
    },
  };
}

/** @param {ReservationData | null} one @param {ReservationData} other */
function isSameSeats(one, other) {
  const seats = new Set(one?.reservedSeatIds);
  return seats.size === other.reservedSeatIds.length && other.reservedSeatIds.every((id) => seats.has(id)) &&
    JSON.stringify(one?.units ?? []) === JSON.stringify(other.units ?? []);
}

const STATES = new Set([
  "IDLE",
  "RESERVING",
  "RESERVED",
  "PROCESSING_PAYMENT",
  "CONFIRMING",
  "CONFIRMED",
  "FAILED",
  "EXPIRED",
]);

/**
 * @param {string | null} text
 * @returns {{ state: CheckoutState, reservationData: ReservationData | null, bookingData:
 *   BookingData | null, error: CheckoutError | null, idempotencyKey: string | null } | null}
 */
function parse(text) {
  if (!text) return null;
  try {
    const kept = JSON.parse(text);
    if (kept?.format !== FORMAT || !STATES.has(kept.state)) return null;
    const { reservationData: held } = kept;
    if (held !== null && !Array.isArray(held?.reservedSeatIds)) return null;
    return kept;
  } catch {
    return null;
  }
}
