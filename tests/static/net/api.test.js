// @ts-check
import { createServerClock } from "../../../static/lib/time.js";
import { createApi } from "../../../static/net/api.js";
import { afterClose, backOff } from "../../../static/net/stream.js";
import { routeOf } from "../../../static/lib/routes.js";
import { createSession } from "../../../static/state/session.js";
import { equal, failure, test } from "../check.js";

/**
 * An api over answers given in advance; keeps what was asked.
 * @param {(path: string, options: any) => Response | Promise<Response>} answer
 */
function bench(answer) {
  const kept = new Map();
  const session = createSession({
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => void kept.set(key, text),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  });
  /** @type {{ path: string, options: any }[]} */
  const asked = [];
  let guests = 0;
  const api = createApi({
    session,
    clock: createServerClock(),
    fetch: /** @type {any} */ ((/** @type {string} */ path, /** @type {any} */ options) => {
      asked.push({ path, options });
      if (path === "/auth/guest") {
        const data = { token: `t${++guests}`, userId: `guest-${guests}`, expiresAt: "2999-01-01T00:00:00Z" };
        return Promise.resolve(envelope(201, data));
      }
      return Promise.resolve().then(() => answer(path, options));
    }),
  });
  return { api, asked, session };
}

/** @param {number} status @param {unknown} data @param {object} [more] @param {Record<string, string>} [headers] */
function envelope(status, data, more = {}, headers = {}) {
  return new Response(
    JSON.stringify({ statusCode: status, success: status < 400, message: "said", data, ...more }),
    { status, headers },
  );
}

test("a new buyer becomes one guest, however many requests start at once", async () => {
  const { api, asked } = bench(() => envelope(200, []));
  await Promise.all([api.events(), api.events(), api.bookings(1, 10)]);
  equal(asked.filter(({ path }) => path === "/auth/guest").length, 1);
  equal(asked.at(-1)?.options.headers.authorization, "Bearer t1");
});

test("a token the server no longer takes is replaced once", async () => {
  const { api, asked } = bench((_path, { headers }) =>
    headers.authorization === "Bearer t1"
      ? envelope(401, null, { error: { code: "unauthenticated", retryable: false, sameKey: false } })
      : envelope(200, [])
  );
  equal(await api.events(), []);
  equal(asked.filter(({ path }) => path === "/auth/guest").length, 2);
});

test("a refusal carries its code and whether trying again can help", async () => {
  const { api } = bench(() =>
    envelope(402, null, {
      error: { code: "payment_declined", retryable: true, sameKey: true, declineCode: "card_declined" },
    })
  );
  const error = await failure(api.book({ eventId: 1, seatIds: [1], paymentMethod: "demo" }, "booking-x"));
  equal([error.status, error.code, error.retryable, error.sameKey, error.details.declineCode], [
    402,
    "payment_declined",
    true,
    true,
    "card_declined",
  ]);
});

test("a server that says nothing can be asked again with the same key", async () => {
  const { api } = bench(() => Promise.reject(new TypeError("Failed to fetch")));
  const error = await failure(api.events());
  equal([error.status, error.code, error.retryable, error.sameKey], [0, "network", true, true]);
});

test("a proxy's error page is a server error, not a crash", async () => {
  const { api } = bench(() => new Response("<h1>502</h1>", { status: 502 }));
  const error = await failure(api.events());
  equal([error.status, error.code, error.retryable], [502, "internal", true]);
});

test("Retry-After is told in milliseconds", async () => {
  const { api } = bench(() => envelope(429, null, { error: { code: "rate_limited" } }, { "retry-after": "7" }));
  equal((await failure(api.reserve(1, { seats: [], areas: [], units: [] }))).retryAfterMs, 7000);
});

test("the key goes with the booking, and a replay is seen", async () => {
  const { api, asked } = bench(() =>
    envelope(200, { bookingReference: "BK-2026-000001" }, {}, { "idempotency-replay": "true" })
  );
  const answer = await api.book({ eventId: 1, seatIds: [1], paymentMethod: "demo" }, "booking-k");
  equal([answer.isReplay, answer.booking.bookingReference], [true, "BK-2026-000001"]);
  equal(asked.at(-1)?.options.headers["idempotency-key"], "booking-k");
});

test("an unchanged status is no status", async () => {
  const { api, asked } = bench(() => new Response(null, { status: 304 }));
  equal(await api.status(1, '"e"'), null);
  equal(asked.at(-1)?.options.headers["if-none-match"], '"e"');
});

test("reservations of all tabs carry the one session", async () => {
  const { api, asked, session } = bench(() => envelope(201, {}));
  await api.reserve(1, { seats: [{ seatId: 1, version: 5 }], areas: [], units: [] });
  equal(JSON.parse(asked.at(-1)?.options.body), {
    seats: [{ seatId: 1, version: 5 }],
    sessionId: session.sessionId(),
  });
});

test("coming back is spread out and never slower than 15 s", () => {
  equal([1, 2, 3, 20].map((attempt) => backOff(attempt, () => 1)), [400, 800, 1600, 15000]);
  equal(backOff(2, () => 0), 400);
});

test("close codes say whether to come back", () => {
  equal([1006, 4000, 4008, 4499, 4501, 4503, 4504].map(afterClose), [
    "return",
    "return",
    "return",
    "return",
    "sign-in",
    "stay-away",
    "stay-away",
  ]);
});

test("the staff's part of the page has one address for each event and part", () => {
  equal(["#/venue", "#/venue?token=x", "#/venue/new", "#/venue/7", "#/venue/7/door"].map((hash) => routeOf(hash)), [
    { view: "venue", params: {} },
    { view: "venue", params: {} },
    { view: "venue", params: { page: "new" } },
    { view: "venue", params: { event: "7" } },
    { view: "venue", params: { event: "7", page: "door" } },
  ]);
});

test("a caller's own sign-in stands in for a guest's, and its refusal is the answer", async () => {
  let asked = 0;
  const api = createApi({
    session: { token: () => null, signIn: () => {}, signOut: () => {}, sessionId: () => "" },
    clock: createServerClock(),
    fetch: /** @type {any} */ (() => asked++),
    signIn: () => Promise.reject(new Error("staff only")),
  });
  equal([(await failure(api.events())).message, asked], ["staff only", 0]);
});

test("addresses lead to views, and nonsense to none", () => {
  equal(routeOf(""), { view: "home", params: {} });
  equal(routeOf("#/events/12/seats"), { view: "seats", params: { event: "12" } });
  equal(routeOf("#/bookings/BK-2026-000123"), {
    view: "booking",
    params: { reference: "BK-2026-000123" },
  });
  equal(routeOf("#/events/x/seats").view, "missing");
  equal(routeOf("#/%E0%A4%A").view, "missing");
});
