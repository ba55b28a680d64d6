// @ts-check
/**
 * The seats a buyer has picked and not reserved yet.
 * Owns: the order of picking, the limit, and the version each seat had when it was picked.
 */
import { computed, signal } from "../lib/signals.js";
import { addDecimals } from "../lib/money.js";

/**
 * @typedef {{ id: number, seatNumber: string, price: string, version: number, status: string,
 *   rowNumber?: string, seatType?: string }} Seat
 * @typedef {{ id: number, seatNumber: string, rowNumber: string, seatType: string, price: string,
 *   version: number, section: string, status: "AVAILABLE" | "RESERVING" | "RESERVED" }} SelectedSeatInfo
 * @typedef {"added" | "removed" | "unavailable" | "limit"} Toggled
 * @typedef {ReturnType<typeof createSeatSelection>} SeatSelection
 */

/** @param {Seat} seat @param {string} section @returns {SelectedSeatInfo} */
const chosen = (seat, section) => ({
  id: seat.id,
  seatNumber: seat.seatNumber,
  rowNumber: seat.rowNumber ?? "",
  seatType: seat.seatType ?? "",
  price: seat.price,
  version: seat.version,
  section,
  status: "AVAILABLE",
});

/**
 * @param {{ maxSeats?: number, onLimit?: (maxSeats: number) => void }} [options]
 */
export function createSeatSelection({ maxSeats = 10, onLimit } = {}) {
  const selectedSeats = signal(/** @type {readonly SelectedSeatInfo[]} */ ([]));
  const totalPrice = computed(() => addDecimals(selectedSeats.value.map((seat) => seat.price)));
  const seatCount = computed(() => selectedSeats.value.length);
  let limit = maxSeats;

  /** @param {number} id */
  const isSeatSelected = (id) => selectedSeats.peek().some((seat) => seat.id === id);

  return {
    selectedSeats,
    totalPrice,
    seatCount,
    isSeatSelected,

    /**
     * Adds the seat, or takes it out again. Only an AVAILABLE seat can be added.
     * @param {Seat} seat
     * @param {string} section
     * @returns {Toggled}
     */
    toggleSeat(seat, section) {
      if (isSeatSelected(seat.id)) {
        selectedSeats.value = selectedSeats.peek().filter((other) => other.id !== seat.id);
        return "removed";
      }
      if (seat.status !== "AVAILABLE") return "unavailable";
      if (selectedSeats.peek().length >= limit) {
        onLimit?.(limit);
        return "limit";
      }
      selectedSeats.value = [...selectedSeats.peek(), chosen(seat, section)];
      return "added";
    },

    /** Adds seats that only go together, whatever the limit. @param {readonly Seat[]} seats @param {string} section */
    addSeats(seats, section) {
      const added = seats.map((seat) => chosen(seat, section));
      selectedSeats.value = [...selectedSeats.peek().filter(({ id }) => !added.some((one) => one.id === id)), ...added];
    },

    clearSelection() {
      if (selectedSeats.peek().length) selectedSeats.value = [];
    },

    /**
     * Takes seats out that were lost or became reserved; returns those that were in.
     * @param {Iterable<number>} ids
     */
    removeSeats(ids) {
      const gone = new Set(ids);
      const removed = selectedSeats.peek().filter((seat) => gone.has(seat.id));
      if (removed.length) {
        selectedSeats.value = selectedSeats.peek().filter((seat) => !gone.has(seat.id));
      }
      return removed;
    },

    /**
     * A seat that is still free, but moved on (taken and given back between two frames).
     * @param {number} id
     * @param {number} version
     */
    refreshVersion(id, version) {
      if (!selectedSeats.peek().some((seat) => seat.id === id && seat.version < version)) return;
      selectedSeats.value = selectedSeats.peek().map((seat) => seat.id === id ? { ...seat, version } : seat);
    },

    /**
     * Shows what is being done with the picked seats before the server has answered.
     * @param {SelectedSeatInfo["status"]} status
     */
    markAll(status) {
      selectedSeats.value = selectedSeats.peek().map((seat) => ({ ...seat, status }));
    },

    /** How many may still be picked, when `held` seats are already reserved.
     * @param {number} seats
     */
    setLimit(seats) {
      limit = Math.max(0, seats);
    },

    /** What POST /events/{id}/reservations takes as `seats`. */
    getReservationPayload() {
      return selectedSeats.peek().map((seat) => ({ seatId: seat.id, version: seat.version }));
    },
  };
}
