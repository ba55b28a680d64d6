// @ts-check
/**
 * The server's HTTP side: one method per path, the envelope unwrapped, every failure an `ApiError`
 * that says whether trying again can help. Signs a new buyer in as a guest when there is no token,
 * or as the caller says.
 * Never: retries by itself what changes something; that is the caller's to decide.
 */
import { timeLimit } from "../lib/platform.js";
import { at } from "../lib/base.js";
import { ApiError, unwrap } from "./envelope.js";

/**
 * @typedef {import("../lib/wire-types.js").EventBody} EventSummary
 * @typedef {import("../lib/wire-types.js").EventDetailBody} EventDetails
 * @typedef {import("../lib/wire-types.js").ConfigBody} Config
 * @typedef {import("../lib/wire-types.js").GrantedBody} ReservationData
 * @typedef {import("../lib/wire-types.js").ReservationBody} Reservation
 * @typedef {import("../lib/wire-types.js").QuoteBody} Quote
 * @typedef {import("../lib/wire-types.js").DeliveryBody} Delivery
 * @typedef {import("../lib/wire-types.js").BookingBody} Booking
 * @typedef {import("../lib/wire-types.js").BookRequest} BookingRequest
 * @typedef {import("../lib/wire-types.js").BookingTicketBody} Ticket
 * @typedef {{ name: string, at: string, facts: Record<string, unknown> }} Report
 * @typedef {ReturnType<typeof createApi>} Api
 */

const PATIENCE_MS = 15_000;
/** A payment may wait for a bank; the server's own limit is shorter. */
const PAYMENT_PATIENCE_MS = 30_000;

/**
 * @param {{
 *   session: Pick<import("../state/session.js").Session, "token" | "signIn" | "signOut" | "sessionId">,
 *   clock: import("../lib/time.js").ServerClock,
 *   fetch?: typeof globalThis.fetch,
 *   signIn?: (() => Promise<string>) | null,
 * }} parts `session` keeps the token; `signIn` gets one when there is none, else a guest's is asked for
 */
export function createApi({ session, clock, fetch = globalThis.fetch.bind(globalThis), signIn = null }) {
  /** @type {Promise<string> | null} */
  let signingIn = null;

  /**
   * @param {string} path
   * @param {RequestInit & { patience?: number }} options
   */
  async function send(path, { patience = PATIENCE_MS, ...options }) {
    const limit = timeLimit(patience);
    const sentAt = clock.tick();
    try {
      const response = await fetch(at(path), {
        cache: "no-cache",
        ...options,
        signal: limit,
      });
      // What the browser kept tells of another moment.
      const isFresh = !("cache" in options);
      if (isFresh) clock.observe(Date.parse(response.headers.get("x-server-time") ?? ""), sentAt, clock.tick());
      return response;
    } catch (error) {
      const code = limit.aborted ? "timeout" : "network";
      throw new ApiError(code === "timeout" ? "The server did not answer in time" : "Connection lost", {
        status: 0,
        code,
        retryable: true,
        sameKey: true,
        details: { cause: String(error) },
      });
    }
  }

  /** A token that holds; a new guest's when there is none. One sign-in at a time. */
  function token() {
    const kept = session.token();
    if (kept) return Promise.resolve(kept);
    signingIn ??= (signIn ?? guest)().finally(() => (signingIn = null));
    return signingIn;
  }

  async function guest() {
    const { data } = await unwrap(await send("/auth/guest", { method: "POST" }));
    session.signIn(data);
    return /** @type {string} */ (data.token);
  }

  /**
   * @param {string} path
   * @param {RequestInit & { json?: unknown, patience?: number }} [options]
   * @returns {Promise<Response>}
   */
  async function ask(path, { json, headers, ...options } = {}) {
    for (let attempt = 1;; attempt++) {
      const bearer = await token();
      const response = await send(path, {
        ...options,
        headers: {
          .../** @type {Record<string, string>} */ (headers ?? {}),
          authorization: `Bearer ${bearer}`,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
        },
        body: json === undefined ? options.body : JSON.stringify(json),
      });
      // The signing secret changed, or the guest was forgotten: become a new one, once.
      if (response.status !== 401 || attempt > 1) return response;
      if (session.token() === bearer) session.signOut();
    }
  }

  /**
   * @param {string} path
   * @param {Parameters<typeof ask>[1]} [options]
   */
  const call = async (path, options) => unwrap(await ask(path, options));

  /** @param {string} path @param {Parameters<typeof ask>[1]} [options] */
  const data = async (path, options) => (await call(path, options)).data;

  return {
    token,
    /** The same server for whoever has the link to a booking: its token counts for that booking alone.
     * @param {string} link */
    byLink: (link) => createApi({ session: { ...session, token: () => link, signOut() {} }, clock, fetch }),
    /** Reference and address of a booking have its mail sent again; the answer is always the same.
     * @param {string} reference @param {string} email */
    findBooking: async (reference, email) =>
      unwrap(
        await send("/bookings/find", {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ reference, email }),
        }),
      ),
    /** Any other path: the whole answer, or its `data`, or a file. */
    call,
    data,

    /** @returns {Promise<Config>} */
    config: async () => (await unwrap(await send("/config", {}))).data,
    /** @returns {Promise<EventSummary[]>} */
    events: () => data("/events"),
    /** @param {number} id @returns {Promise<EventDetails>} */
    event: (id) => data(`/events/${id}`),

    /** The drawing of a house: immutable, so the browser's cache may keep it. @param {string} url */
    async plan(url) {
      const response = await send(url, { cache: "default", patience: 60_000 });
      if (!response.ok) await unwrap(response);
      return response.json();
    },

    /**
     * Every seat's status and version, or null when nothing changed since `etag`.
     * @param {number} id
     * @param {string | null} [etag]
     * @returns {Promise<{ body: ArrayBuffer, etag: string | null } | null>}
     */
    async status(id, etag = null) {
      const response = await ask(`/events/${id}/status`, {
        headers: etag ? { "if-none-match": etag } : {},
      });
      if (response.status === 304) return null;
      if (!response.ok) await unwrap(response);
      return { body: await response.arrayBuffer(), etag: response.headers.get("etag") };
    },

    /**
     * @param {number} id
     * @param {{ seats: { seatId: number, version: number }[], areas: { areaId: number, quantity: number }[],
     *   units: { unitId: number, heads: number }[] }} wanted of areas how many places are to be held there in all
     * @returns {Promise<ReservationData>}
     */
    reserve: (id, { seats, areas, units }) =>
      data(`/events/${id}/reservations`, {
        method: "POST",
        json: {
          seats,
          ...(areas.length ? { areas } : {}),
          ...(units.length ? { units } : {}),
          sessionId: session.sessionId(),
        },
      }),
    /**
     * Holds the best seats for a party: all of them or none.
     * @param {number} id
     * @param {Omit<import("../lib/wire-types.js").PartyRequest, "sessionId">} party
     * @returns {Promise<import("../lib/wire-types.js").BestGrantedBody>}
     */
    bestAvailable: (id, party) =>
      data(`/events/${id}/reservations/best-available`, {
        method: "POST",
        json: { ...party, sessionId: session.sessionId() },
      }),
    /** @param {number} id @returns {Promise<Reservation[]>} */
    reservations: (id) => data(`/events/${id}/reservations`),
    /** One that is under way or ended within the hour. @param {number} id @param {number} reservation @returns {Promise<Reservation>} */
    reservation: (id, reservation) => data(`/events/${id}/reservations/${reservation}`),
    /** @param {number} id @param {number} reservation @returns {Promise<ReservationData>} */
    extend: (id, reservation) =>
      data(`/events/${id}/reservations/${reservation}`, { method: "PATCH", json: { extend: true } }),
    /** @param {number} id @param {number} reservation */
    release: (id, reservation) => data(`/events/${id}/reservations/${reservation}`, { method: "DELETE" }),
    /** @param {number} id @param {number} reservation @param {number[]} seatIds */
    releaseSeats: (id, reservation, seatIds) =>
      data(`/events/${id}/reservations/${reservation}/release`, { method: "POST", json: { seatIds } }),

    /**
     * @param {number} id
     * @param {number[]} seatIds
     * @param {string} [discountCode]
     * @param {{ seatId: number, ticketTypeId: number }[]} [tickets] seats not under their default type
     * @returns {Promise<Quote>}
     */
    quote: (id, seatIds, discountCode, tickets = []) =>
      data(`/events/${id}/quote`, {
        method: "POST",
        json: { seatIds, ...(discountCode ? { discountCode } : {}), ...(tickets.length ? { tickets } : {}) },
      }),

    /**
     * @param {BookingRequest} request
     * @param {string} key the same for every try of one payment
     * @returns {Promise<{ booking: Booking, status: number, isReplay: boolean }>}
     */
    async book(request, key) {
      const answer = await call("/bookings", {
        method: "POST",
        json: request,
        headers: { "idempotency-key": key },
        patience: PAYMENT_PATIENCE_MS,
      });
      return {
        booking: answer.data,
        status: answer.status,
        isReplay: answer.headers.get("idempotency-replay") === "true",
      };
    },
    /** @param {string} clientSecret @param {boolean} success */
    authenticateDemo: (clientSecret, success) =>
      data("/demo/authenticate", { method: "POST", json: { clientSecret, success } }),

    /** @param {string} reference @returns {Promise<Booking>} */
    booking: (reference) => data(`/bookings/${encodeURIComponent(reference)}`),
    /** @param {number} page @param {number} pageSize */
    async bookings(page, pageSize) {
      const answer = await call(`/bookings?page=${page}&pageSize=${pageSize}`);
      return { items: /** @type {Booking[]} */ (answer.data), page: answer.page };
    },
    /** @param {string} reference @param {string} [reason] @param {number[]} [ticketIds] @returns {Promise<Booking>} */
    cancelBooking: (reference, reason, ticketIds) =>
      data(`/bookings/${encodeURIComponent(reference)}/cancel`, {
        method: "POST",
        json: { ...(reason ? { reason } : {}), ...(ticketIds ? { ticketIds } : {}) },
      }),
    /** What cancelling would give back. @param {string} reference @param {number[]} [ticketIds] @returns {Promise<import("../lib/wire-types.js").RefundQuoteBody>} */
    cancelQuote: (reference, ticketIds) =>
      data(`/bookings/${encodeURIComponent(reference)}/cancel${ticketIds ? `?tickets=${ticketIds}` : ""}`),
    /**
     * Send the tickets again to the booking's own address.
     * @param {string} reference
     * @returns {Promise<{ to: string, delivery: Delivery["state"] }>}
     */
    emailTickets: (reference) => data(`/bookings/${encodeURIComponent(reference)}/email`, { method: "POST", json: {} }),
    /** A ticket file: PDF, calendar entry or QR code. @param {string} path */
    async file(path) {
      const response = await ask(path, {});
      if (!response.ok) await unwrap(response);
      return response.blob();
    },

    /** @returns {Promise<string>} */
    webSocketTicket: async () => (await data("/ws-tickets", { method: "POST" })).ticket,

    /** @param {Report[]} events */
    track: (events) => data("/analytics", { method: "POST", json: { events }, keepalive: true }),
  };
}
