// @ts-check
import { createCheckoutMachine, STEPS } from "../../../static/state/checkout-machine.js";
import { equal, test, throws } from "../check.js";

const RESERVATION = {
  id: 789,
  reservedSeatIds: [1, 2],
  expiresAt: "2026-01-09T12:10:00Z",
  expiresInSeconds: 600,
};
const BOOKING = { bookingReference: "BK-2026-001234" };
const DECLINED = { message: "Payment declined", retryable: true, sameKey: true, status: 402 };
const GONE = { message: "Reservation expired", retryable: false, sameKey: false, status: 409 };

function fresh() {
  let made = 0;
  return createCheckoutMachine({ uuid: () => `uuid-${++made}` });
}

/** A machine in each state, by the shortest way. */
const WAYS = /** @type {Record<string, (m: ReturnType<typeof fresh>) => void>} */ ({
  IDLE: () => {},
  RESERVING: (m) => void m.startReservation(),
  RESERVED: (m) => (WAYS.RESERVING?.(m), void m.reservationSuccess(RESERVATION)),
  PROCESSING_PAYMENT: (m) => (WAYS.RESERVED?.(m), void m.startPayment()),
  CONFIRMING: (m) => (WAYS.PROCESSING_PAYMENT?.(m), void m.paymentSuccess()),
  CONFIRMED: (m) => (WAYS.CONFIRMING?.(m), void m.confirmationSuccess(BOOKING)),
  FAILED: (m) => (WAYS.PROCESSING_PAYMENT?.(m), void m.paymentFailed(DECLINED)),
  EXPIRED: (m) => (WAYS.RESERVED?.(m), void m.reservationExpired()),
});

const ARGUMENTS = /** @type {Record<string, unknown>} */ ({
  reservationSuccess: RESERVATION,
  reservationFailed: GONE,
  paymentSuccess: BOOKING,
  paymentFailed: GONE,
  confirmationSuccess: BOOKING,
  confirmationFailed: GONE,
});

for (const [step, moves] of Object.entries(STEPS)) {
  for (const from of Object.keys(WAYS)) {
    const to = /** @type {Record<string, string>} */ (moves)[from];
    test(`${step} in ${from} ${to ? `leads to ${to}` : "changes nothing"}`, () => {
      const machine = fresh();
      WAYS[from]?.(machine);
      const before = machine.serialise();
      const taken = /** @type {any} */ (machine)[step](ARGUMENTS[step]);
      equal(taken, to !== undefined);
      equal(machine.state.value, to ?? from);
      if (!to) equal(machine.serialise(), before);
    });
  }
}

test("one key serves every retry of a payment", () => {
  const machine = fresh();
  WAYS.PROCESSING_PAYMENT?.(machine);
  equal(machine.idempotencyKey.value, "booking-uuid-1");
  machine.paymentFailed(DECLINED);
  equal(machine.canRetry.value, true);
  machine.startPayment();
  machine.paymentFailed({ message: "Network error", retryable: true });
  machine.startPayment();
  equal(machine.idempotencyKey.value, "booking-uuid-1");
});

test("other seats are another purchase and take another key", () => {
  const machine = fresh();
  WAYS.FAILED?.(machine);
  machine.startReservation();
  machine.reservationSuccess({ ...RESERVATION, reservedSeatIds: [2, 1], expiresInSeconds: 300 });
  machine.startPayment();
  equal(machine.idempotencyKey.value, "booking-uuid-1");
  machine.paymentFailed(DECLINED);
  machine.startReservation();
  machine.reservationSuccess({ ...RESERVATION, reservedSeatIds: [1, 2, 3] });
  machine.startPayment();
  equal(machine.idempotencyKey.value, "booking-uuid-2");
});

test("a key is a version-4 uuid behind booking-, as the server checks it", () => {
  const machine = createCheckoutMachine();
  equal(/^booking-[0-9a-f-]{36}$/.test(machine.generateNewIdempotencyKey()), true);
});

test("a refusal for good drops the key and cannot be retried", () => {
  const machine = fresh();
  WAYS.PROCESSING_PAYMENT?.(machine);
  machine.paymentFailed(GONE);
  equal([machine.idempotencyKey.value, machine.canRetry.value, machine.startPayment()], [
    null,
    false,
    false,
  ]);
});

test("a confirmed booking and a start over drop the key", () => {
  const confirmed = fresh();
  WAYS.CONFIRMED?.(confirmed);
  equal([confirmed.idempotencyKey.value, confirmed.bookingData.value], [null, BOOKING]);
  const restarted = fresh();
  WAYS.FAILED?.(restarted);
  restarted.reset();
  equal([restarted.state.value, restarted.idempotencyKey.value, restarted.reservationData.value], [
    "IDLE",
    null,
    null,
  ]);
  WAYS.PROCESSING_PAYMENT?.(restarted);
  equal(restarted.idempotencyKey.value, "booking-uuid-2");
});

test("payment needs a reservation", () => {
  const machine = fresh();
  machine.startReservation();
  machine.reservationFailed({ message: "Too many tries", retryable: true });
  equal([machine.startPayment(), machine.state.value], [false, "FAILED"]);
});

test("the answer of an extension replaces the reservation", () => {
  const machine = fresh();
  WAYS.RESERVED?.(machine);
  machine.reservationSuccess({ ...RESERVATION, expiresInSeconds: 900 });
  equal(machine.reservationData.value?.expiresInSeconds, 900);
});

test("a reload in the middle of a payment keeps state and key", () => {
  const before = fresh();
  WAYS.PROCESSING_PAYMENT?.(before);
  const after = fresh();
  equal(after.restore(before.serialise()), true);
  equal(after.state.value, "PROCESSING_PAYMENT");
  equal(after.idempotencyKey.value, "booking-uuid-1");
  equal(after.reservationData.value, RESERVATION);
  after.paymentFailed(DECLINED);
  after.startPayment();
  equal(after.idempotencyKey.value, "booking-uuid-1");
});

test("a reservation that was only asked for is forgotten by a reload", () => {
  const before = fresh();
  WAYS.RESERVING?.(before);
  const after = fresh();
  after.restore(before.serialise());
  equal(after.state.value, "IDLE");
});

test("text that is not ours is not restored", () => {
  const machine = fresh();
  WAYS.RESERVED?.(machine);
  const before = machine.serialise();
  for (const text of [null, "", "{", "[]", "{}", '{"format":1,"state":"PAID"}', '{"format":9}']) {
    equal(machine.restore(text), false);
  }
  equal(machine.restore('{"format":1,"state":"RESERVED","reservationData":7}'), false);
  equal(machine.serialise(), before);
});

test("loading means that the server is being waited for", () => {
  for (const [name, way] of Object.entries(WAYS)) {
    const machine = fresh();
    way(machine);
    equal(
      machine.isLoading.value,
      ["RESERVING", "PROCESSING_PAYMENT", "CONFIRMING"].includes(name),
    );
  }
});

test("a step whose effects throw leaves everything as it was", () => {
  const machine = createCheckoutMachine({
    uuid: () => {
      throw new Error("no random numbers");
    },
  });
  WAYS.RESERVED?.(machine);
  const before = machine.serialise();
  throws(() => machine.startPayment(), /no random numbers/);
  equal(machine.serialise(), before);
});
