// @ts-check
/** The paths that only the venue's staff may use, over the same requests as the buyers' ones. */

/**
 * @typedef {import("../state/occupancy.js").Occupancy} Occupancy
 * @typedef {import("../state/occupancy.js").OverviewRow} OverviewRow
 * @typedef {{ seatIds: number[] } | { section: string }} Which
 * @typedef {{ seatIds: number[], failedSeats: { seatId: number, reason: string, code?: string }[] }} Blocked
 * @typedef {{ seatId: number, seatNumber: string, section: string, reason: string, who: string, at: string }} Block
 * @typedef {{ id: number, status: "ACTIVE" | "PAYING", seatIds: number[], seats: NamedSeat[], userId: string,
 *   address: string | null, addressSeats: number | null,
 *   createdAt: string, expiresAt: string, expiresInSeconds: number }} Hold
 * @typedef {NamedSeat & { id: number, state: "VALID" | "USED" | "DISPUTED" | "VOID", usedAt: string | null }} StaffTicket
 * @typedef {Omit<import("./api.js").Booking, "tickets"> & { userId: string, tickets: StaffTicket[], seats: NamedSeat[],
 *   dispute?: "INQUIRY" | "OPEN" | "LOST" | "WON" | null }} StaffBooking
 * @typedef {import("../lib/seat-labels.js").SeatName & { seatId: number, seatNumber: string }} NamedSeat
 * @typedef {NamedSeat & { ticketId: number, category: string,
 *   name: string, bookingReference: string, usedAt: string | null, door: string | null }} CheckIn
 * @typedef {{ paymentId: string, kind: "unapplied" | "mismatch" | "foreign" | "refund_failed" | "refund_held",
 *   detail: string, amount: string | null, currency: string | null, since: string }} PaymentProblem
 * @typedef {{ id: number, name: string, venue: string, startsAt: string, timeZone: string }} DoorEvent
 * @typedef {{ event: DoorEvent, checkedIn: number, booked: number, recent: CheckIn[] }} CheckIns
 * @typedef {{ token: string, expiresAt: string, url: string, qr: string }} DoorPass
 * @typedef {{ subject: string, code: string, ok: boolean, severity: "fine" | "warning" | "error",
 *   params: Record<string, string | number> }} Finding
 * @typedef {{ planId: number, name: string, seatCount: number, categories: { name: string, seats: number }[] }} Plan
 * @typedef {{ code: string, percent: number | null, amount: string | null, currency: string | null,
 *   eventId: number | null, startsAt: string | null, endsAt: string | null, maxUses: number | null,
 *   maxUsesPerUser: number | null, minimum: string | null, used: number, active: boolean }} Discount
 * @typedef {{ at: string, who: string, act: string, reason: string, bookingReference: string | null,
 *   seats: NamedSeat[], seatCount: number,
 *   changes: { field: string, category: string | null, before: string | null, after: string | null }[],
 *   amount: string | null, currency: string, details: Record<string, unknown> }} AuditEntry
 * @typedef {{ name: string, venue: string, planId: number, startsAt: string, onSaleAt: string | null,
 *   offSaleAt: string | null, currency: string, prices: Record<string, string> }} NewEvent
 * @typedef {{ number: number, size: number, total: number }} Page
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
    /** @param {number} event */
    bookingsCsv: (event) => api.file(`${at(event)}/bookings.csv`),
    /** @param {number} event @param {string} reference @param {string} reason @returns {Promise<StaffBooking>} */
    refund: (event, reference, reason) =>
      post(`${at(event)}/bookings/${encodeURIComponent(reference)}/refund`, { reason }),
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
    /** @param {Partial<Discount>} discount @returns {Promise<Discount>} */
    addDiscount: (discount) => post("/discounts", discount),
    /** @param {string} code @param {string} reason */
    endDiscount: (code, reason) => post(`/discounts/${encodeURIComponent(code)}/end`, { reason }),

    /** @param {number} event @param {number} number @param {number} size @returns {Promise<{ items: AuditEntry[], page: Page }>} */
    audit: (event, number, size) => page(`${at(event)}/audit?page=${number}&pageSize=${size}`),
  };
}
