// @ts-check
/**
 * One event as its staff see it: figures as they are pushed, their last two hours, and the house.
 * Outlives the tabs of the event's page, so that going from one to another shows what is known.
 * Owns: the streams of the event, and the pause. Never: acts on the event.
 */
import { batch, computed, signal } from "../../lib/signals.js";
import { ApiError } from "../../net/envelope.js";
import { createLive } from "../../net/live.js";
import { createStream } from "../../net/stream.js";
import { readHistory, withNow } from "../../state/minutes.js";
import { foldOccupancy } from "../../state/occupancy.js";
import { createSeatStore } from "../../state/seat-store.js";
import { createHouse } from "../../app/seating.js";

/** @typedef {ReturnType<typeof createDesk>} Desk */
/** @typedef {import("../../state/occupancy.js").Occupancy} Occupancy */

export const HISTORY_MINUTES = 120;
/** The streams go on for a moment after a tab is left: the next one mostly wants them too. */
const LINGER_MS = 4000;

/** @param {import("../staff.js").StaffRoom} staff @param {number} eventId */
export function createDesk(staff, eventId) {
  const { api, venue } = staff;
  const { clock } = staff.app;
  const latest = signal(/** @type {Occupancy | null} */ (null));
  const frozen = signal(/** @type {{ occupancy: Occupancy, at: number } | null} */ (null));
  const event = signal(/** @type {import("../../net/api.js").EventDetails | null} */ (null));
  const house = signal(/** @type {import("../../app/seating.js").House | null} */ (null));
  const problem = signal(/** @type {ApiError | null} */ (null));
  const minutes = signal(/** @type {readonly import("../../state/minutes.js").Minute[]} */ ([]));
  const shown = computed(() => frozen.value?.occupancy ?? latest.value);
  const seats = signal(/** @type {import("../../net/live.js").Live | null} */ (null));

  const stream = createStream({
    path: `/events/${eventId}/occupancy`,
    ticket: () => api.webSocketTicket(),
    position: () => latest.peek(),
    poll: readWhole,
    onSignIn: () => staff.signOut(),
    onFrame(frame) {
      if (frame.type === "resync") return void readWhole();
      if (frame.type === "sale") return void loadEvent();
      if (frame.type !== "occupancy") return;
      const before = latest.peek();
      const next = before && !frame.full && before.epoch !== frame.epoch ? null : foldOccupancy(before, frame);
      if (next) take(next);
      else readWhole();
      // A whole picture after others means that something was missed, minutes perhaps.
      if (before && frame.full) loadHistory();
    },
  });

  async function readWhole() {
    const whole = await venue.occupancy(eventId);
    take(whole);
  }

  /** @param {Occupancy} next */
  function take(next) {
    const before = latest.peek();
    batch(() => {
      latest.value = next;
      problem.value = null;
      if (!frozen.peek()) minutes.value = withNow(minutes.peek(), next, clock.now(), HISTORY_MINUTES);
    });
    if (before && before.saleState !== next.saleState) loadEvent();
  }

  /** @param {() => Promise<void>} work */
  const attempt = (work) =>
    work().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      if (!latest.peek() || !event.peek()) problem.value = error;
    });

  const loadEvent = () =>
    attempt(async () => {
      const known = house.peek(), before = event.peek(), now = await api.event(eventId);
      event.value = now;
      if (known && before?.tableBooking !== now.tableBooking) {
        house.value = createHouse(known.store.geometry, known.store, now);
      }
    });

  const loadHistory = () =>
    attempt(async () => {
      const told = readHistory(await venue.history(eventId, HISTORY_MINUTES));
      const now = latest.peek();
      if (frozen.peek()) return;
      minutes.value = now ? withNow(told, now, clock.now(), HISTORY_MINUTES) : told;
    });

  /** @type {Promise<void> | null} */
  let loadingHouse = null;
  const houseProblem = signal(/** @type {ApiError | null} */ (null));
  /** The drawing and the state of every seat, for the map; then kept live. */
  function loadHouse() {
    loadingHouse ??= readHouse().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      houseProblem.value = error;
    }).finally(() => (loadingHouse = null));
    return loadingHouse;
  }

  async function readHouse() {
    houseProblem.value = null;
    const details = event.peek() ?? await api.event(eventId);
    event.value = details;
    if (!house.peek()) {
      const drawing = await api.plan(details.planUrl);
      const store = createSeatStore(drawing);
      const whole = await api.status(eventId);
      if (whole) store.applyStatus(whole.body);
      house.value = createHouse(drawing, store, details);
    }
    watchSeats();
  }

  function watchSeats() {
    const known = house.peek();
    if (!known || frozen.peek() || !isEntered) return;
    if (!seats.peek()) {
      seats.value = createLive({
        eventId,
        seats: known.store,
        api,
        clock,
        onSale: loadEvent,
        onSignIn: () => staff.signOut(),
      });
    }
    if (!areSeatsWatched) seats.peek()?.start();
    areSeatsWatched = true;
  }

  function stopSeats() {
    areSeatsWatched = false;
    seats.peek()?.stop();
  }

  let isEntered = false, areSeatsWatched = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let leaving;

  function stop() {
    clearTimeout(leaving);
    isEntered = false;
    stream.stop();
    stopSeats();
  }

  return {
    eventId,
    /** Whose clocks tell this event's times: the venue's; until it is known, the house's. */
    zone: () => event.peek()?.timeZone ?? latest.peek()?.timeZone ?? staff.app.config.peek().timeZone,
    /** The newest picture; `shown` is the one that stands still while paused. */
    latest,
    shown,
    minutes,
    event,
    house,
    houseProblem,
    problem,
    stream,
    seats,
    frozen,
    loadEvent,
    loadHouse,
    readWhole: () => attempt(readWhole),

    enter() {
      clearTimeout(leaving);
      if (isEntered) return;
      isEntered = true;
      stream.start();
      attempt(readWhole);
      loadEvent();
      loadHistory();
    },
    leave() {
      clearTimeout(leaving);
      leaving = setTimeout(stop, LINGER_MS);
    },
    stop,

    /** Holds the display still, figures and map; news goes on coming in behind it. */
    pause() {
      const occupancy = latest.peek();
      if (!occupancy) return;
      frozen.value = { occupancy, at: Date.now() };
      stopSeats();
    },
    resume() {
      frozen.value = null;
      watchSeats();
      loadHistory();
    },
  };
}
