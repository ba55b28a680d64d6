// @ts-check
/** The paths that only the venue's staff may use, over the same requests as the buyers' ones. */

/**
 * @typedef {import("../lib/wire-types.js").OccupancyBody} Occupancy
 * @typedef {import("../lib/wire-types.js").OverviewRowBody} OverviewRow
 * @typedef {import("../lib/wire-types.js").ChangedSeatsBody} Blocked
 * @typedef {import("../lib/wire-types.js").BlockBody} Block
 * @typedef {import("../lib/wire-types.js").HoldBody} Hold
 * @typedef {import("../lib/wire-types.js").StaffTicketBody} StaffTicket
 * @typedef {import("../lib/wire-types.js").StaffBookingBody} StaffBooking
 * @typedef {import("../lib/wire-types.js").NamedSeatBody} NamedSeat
 * @typedef {import("../lib/wire-types.js").CheckInBody} CheckIn
 * @typedef {import("../lib/wire-types.js").PaymentProblemBody} PaymentProblem
 * @typedef {import("../lib/wire-types.js").BookedEventBody} DoorEvent
 * @typedef {import("../lib/wire-types.js").CheckInsBody} CheckIns
 * @typedef {import("../lib/wire-types.js").DoorPassBody} DoorPass
 * @typedef {import("../lib/wire-types.js").ReadinessItem} Finding
 * @typedef {import("../lib/wire-types.js").PlanSummaryBody} Plan
 * @typedef {import("../lib/wire-types.js").DiscountBody} Discount
 * @typedef {import("../lib/wire-types.js").AuditBody} AuditEntry
 * @typedef {import("../lib/wire-types.js").NewEventRequest} NewEvent
 * @typedef {import("../lib/wire-types.js").PageBody} Page
 * @typedef {Omit<import("../lib/wire-types.js").BlockRequest, "reason">} Which
 * @typedef {ReturnType<typeof createVenueApi>} VenueApi
 */

/** A plan of 50,000 seats is some 10 MB, and takes the server a while. */
const PLAN_PATIENCE_MS = 120_000;

/** @param {import("./api.js").Api} api whose token is a staff member's */
export function createVenueApi(api) {
  const { data, call } = api;
  /** @param {string} path @param {unknown} json */
  const post = (path, json) => data(path, { method: "POST", json });
  /** @param {string} path @returns {Promise<{ items: any[], page: Page }>} */
  const page = async (path) => {
    const answer = await call(path);
    const all = { number: 1, size: answer.data.length, total: answer.data.length };
    return { items: answer.data, page: answer.page ?? all };
  };
  const at = (/** @type {number} */ event) => `/events/${event}`;

  return {
    /** @returns {Promise<{ ready: boolean, items: Finding[] }>} */
    readiness: () => data("/readiness"),
    /** @returns {Promise<OverviewRow[]>} */
    overview: () => data("/occupancy"),
    /** @param {number} event @returns {Promise<Occupancy>} */
    occupancy: (event) => data(`${at(event)}/occupancy`),
    /** @param {number} event @param {number} minutes @returns {Promise<import("../state/minutes.js").WireMinute[]>} */
    history: (event, minutes) => data(`${at(event)}/occupancy/history?minutes=${minutes}`),

    /** @param {number} event @param {Which} which @param {string} reason @returns {Promise<Blocked>} */
    block: (event, which, reason) => post(`${at(event)}/block`, { ...which, reason }),
    /** @param {number} event @param {Which} which @param {string} reason @returns {Promise<Blocked>} */
    unblock: (event, which, reason) => post(`${at(event)}/unblock`, { ...which, reason }),
    /** @param {number} event @returns {Promise<Block[]>} */
    blocks: (event) => data(`${at(event)}/blocks`),

    /** @param {number} event @returns {Promise<Hold[]>} */
    holds: (event) => data(`${at(event)}/holds`),
    /** @param {number} event @param {number} hold @param {string} reason @returns {Promise<{ releasedSeatIds: number[] }>} */
    release: (event, hold, reason) => post(`${at(event)}/holds/${hold}/release`, { reason }),
    /** @param {number} event @param {string} address @param {string} reason @returns {Promise<{ releasedSeatIds: number[] }>} */
    releaseAddress: (event, address, reason) => post(`${at(event)}/holds/release`, { address, reason }),

    /**
     * @param {number} event
     * @param {{ q: string, status: string, number: number, size: number }} wanted
     * @returns {Promise<{ items: StaffBooking[], page: Page }>}
     */
    bookings(event, { q, status, number, size }) {
      const query = new URLSearchParams({ page: String(number), pageSize: String(size) });
      if (q) query.set("q", q);
      if (status) query.set("status", status);
      return page(`${at(event)}/bookings?${query}`);
    },
    file: api.file,
    /** @param {number} event */
    bookingsCsv: (event) => api.file(`${at(event)}/bookings.csv`),
    /** @param {number} event @param {string} reference @param {import("../lib/wire-types.js").RefundRequest} how @returns {Promise<StaffBooking>} */
    refund: (event, reference, how) => post(`${at(event)}/bookings/${encodeURIComponent(reference)}/refund`, how),
    /** @param {number} event @param {string} reference @param {import("../ui/ticket-choice.js").Choice} choice @returns {Promise<import("../lib/wire-types.js").RefundQuoteBody>} */
    refundQuote(event, reference, { ids, withoutFee }) {
      const query = new URLSearchParams({ withoutFee: withoutFee ? "1" : "0" });
      if (ids) query.set("tickets", ids.join(","));
      return data(`${at(event)}/bookings/${encodeURIComponent(reference)}/refund?${query}`);
    },
    /** @param {number} event @param {string} reference @param {number} refund @param {string} reason @returns {Promise<StaffBooking>} */
    retryRefund: (event, reference, refund, reason) =>
      post(`${at(event)}/bookings/${encodeURIComponent(reference)}/refunds/${refund}/retry`, { reason }),
    /** @param {number} event @param {string} reason @returns {Promise<import("../lib/wire-types.js").CancellationBody>} */
    cancelEvent: (event, reason) => post(`${at(event)}/cancel`, { reason }),
    /** @param {number} event @returns {Promise<import("../lib/wire-types.js").CancellationBody>} */
    cancellation: (event) => data(`${at(event)}/cancellation`),
    /** @param {number} event @returns {Promise<import("../lib/wire-types.js").RefundTermsBody>} */
    refundTerms: (event) => data(`${at(event)}/refund-terms`),
    /** @param {number} event @param {import("../lib/wire-types.js").RefundTermsRequest} terms @returns {Promise<import("../lib/wire-types.js").RefundTermsBody>} */
    setRefundTerms: (event, terms) => data(`${at(event)}/refund-terms`, { method: "PUT", json: terms }),
    /** The newest first. @param {number} event @returns {Promise<import("../lib/wire-types.js").PriceListBody[]>} */
    priceLists: (event) => data(`${at(event)}/price-lists`),
    /** @param {number} event @param {number} list @param {string} reason @returns {Promise<import("../lib/wire-types.js").PriceListBody[]>} */
    withdrawPrices: (event, list, reason) => post(`${at(event)}/price-lists/${list}/withdraw`, { reason }),
    /** @param {number} event @param {string} reference @param {{ to?: string, reason?: string }} how @returns {ReturnType<import("./api.js").Api["emailTickets"]>} */
    resend: (event, reference, how) => post(`${at(event)}/bookings/${encodeURIComponent(reference)}/email`, how),

    /** @returns {Promise<PaymentProblem[]>} */
    paymentProblems: () => data("/payment-problems"),

    /** @param {number} event @param {string} code @param {string} door @returns {Promise<CheckIn>} */
    checkIn: (event, code, door) => post(`${at(event)}/check-ins`, door ? { code, door } : { code }),
    /** The QR code in a camera's picture, or null. @param {number} event @param {Blob} jpeg @returns {Promise<string | null>} */
    readFrame: async (event, jpeg) =>
      (await data(`${at(event)}/check-ins/read`, {
        method: "POST",
        body: jpeg,
        headers: { "content-type": "image/jpeg" },
      })).code,
    /** @param {number} event @param {string} door @returns {Promise<DoorPass>} */
    doorPass: (event, door) => post(`${at(event)}/door-passes`, { door }),
    /** @param {number} event @param {number} limit @returns {Promise<CheckIns>} */
    checkIns: (event, limit) => data(`${at(event)}/check-ins?limit=${limit}`),
    /** @param {number} event @param {number} ticket @param {string} reason @returns {Promise<CheckIn>} */
    undoCheckIn: (event, ticket, reason) => post(`${at(event)}/check-ins/${ticket}/undo`, { reason }),

    /** @param {number} event @returns {Promise<Plan>} */
    planOf: (event) => data(`${at(event)}/plan`),
    /** @returns {Promise<Plan[]>} */
    plans: () => data("/plans"),
    /** The file as it is. @param {Blob} file @returns {Promise<Plan>} */
    addPlan: (file) =>
      data("/plans", {
        method: "POST",
        body: file,
        headers: { "content-type": "application/json" },
        patience: PLAN_PATIENCE_MS,
      }),
    /** @param {NewEvent} event @returns {Promise<{ id: number }>} */
    addEvent: (event) => post("/events", event),
    /** @param {number} event @param {Record<string, unknown> & { reason: string }} changes @returns {Promise<import("./api.js").EventDetails>} */
    changeEvent: (event, changes) => data(at(event), { method: "PATCH", json: changes }),

    /** @param {number} event @param {string} reason @returns {Promise<{ eventIds: number[], keptEventIds: number[] }>} */
    removeEvent: (event, reason) => post(`${at(event)}/remove`, { reason }),
    /** @param {string} reason @returns {Promise<{ eventIds: number[], keptEventIds: number[] }>} */
    removeDemo: (reason) => post("/demo-events/remove", { reason }),

    /** @param {number | null} event @returns {Promise<Discount[]>} */
    discounts: (event) => data(event === null ? "/discounts" : `/discounts?eventId=${event}`),
    /** @param {import("../lib/wire-types.js").DiscountRequest} discount @returns {Promise<Discount>} */
    addDiscount: (discount) => post("/discounts", discount),
    /** @param {string} code @param {string} reason */
    endDiscount: (code, reason) => post(`/discounts/${encodeURIComponent(code)}/end`, { reason }),

    /** @param {number} event @param {number} number @param {number} size @returns {Promise<{ items: AuditEntry[], page: Page }>} */
    audit: (event, number, size) => page(`${at(event)}/audit?page=${number}&pageSize=${size}`),
  };
}
