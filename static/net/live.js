// @ts-check
/**
 * Keeps one event's seats as fresh as the network allows. A socket that resumes where it was; when
 * that is not possible, the whole status and then the socket's frames; when sockets are blocked,
 * the status again and again with its ETag.
 * Owns: the position (`epoch`, `seq`). Never: the connection, which is the stream's.
 */
import { signal } from "../lib/signals.js";
import { createStream } from "./stream.js";

/**
 * @typedef {[seatId: number, status: string, version: number, reservedUntil: string | null]} Change
 * @typedef {import("./stream.js").Position} Position
 * @typedef {{ applyStatus(body: ArrayBuffer): Position & { serverTime?: string },
 *   applyChanges(changes: Change[]): unknown,
 *   areas: Pick<import("../state/areas.js").Areas, "apply"> }} Seats
 * @typedef {ReturnType<typeof createLive>} Live
 */

const POSITION_EVERY_MS = 15_000;

/**
 * @param {{
 *   eventId: number,
 *   seats: Seats,
 *   api: Pick<import("./api.js").Api, "status" | "webSocketTicket">,
 *   clock: import("../lib/time.js").ServerClock,
 *   origin?: string,
 *   Socket?: typeof WebSocket,
 *   onReservation?: (frame: any) => void,
 *   onSale?: (frame: any) => void,
 *   onFresh?: (wholeStatus: boolean, changes: Change[]) => void,
 *   onSignIn?: () => void,
 *   isOnline?: () => boolean,
 *   random?: () => number,
 * }} parts
 */
export function createLive({
  eventId,
  seats,
  api,
  clock,
  onReservation,
  onSale,
  onFresh,
  ...given
}) {
  const viewers = signal(0);

  /** @type {Position | null} */
  let position = null;
  /** @type {any[] | null} frames that wait for the whole status */
  let parked = null;
  /** @type {string | null} */
  let etag = null;
  let sentSeq = -1;
  let positionSentAt = 0;

  const stream = createStream({
    ...given,
    path: `/events/${eventId}/live`,
    ticket: () => api.webSocketTicket(),
    position: () => position,
    onHello: greeted,
    onFrame: receive,
    onLost: () => parked = null,
    onLiveBeat: tellPosition,
    poll,
  });

  /** @param {any} frame */
  function greeted(frame) {
    viewers.value = frame.viewers ?? 0;
    if (frame.resumed) return true;
    parked = [];
    refetch();
    return false;
  }

  /** @param {any} frame */
  function receive(frame) {
    if (frame.type === "seats") return parked ? void parked.push(frame) : apply(frame);
    if (frame.type === "areas") return seats.areas.apply(frame.areas);
    if (frame.type === "resync") {
      position = null;
      parked ??= [];
      return void refetch();
    }
    if (frame.type === "reservation") return onReservation?.(frame);
    if (frame.type === "sale") return onSale?.(frame);
  }

  /** @param {any} frame */
  function apply(frame) {
    if (position && frame.epoch !== position.epoch) {
      position = null;
      parked = [frame];
      return void refetch();
    }
    if (position && frame.seq <= position.seq) return;
    seats.applyChanges(frame.changes);
    position = { epoch: frame.epoch, seq: frame.seq };
    onFresh?.(false, frame.changes);
  }

  /** The whole status, then the frames that came meanwhile and are newer. */
  async function refetch() {
    const mine = stream.socket();
    try {
      const whole = await api.status(eventId);
      if (mine !== stream.socket()) return;
      if (whole) takeWhole(whole);
      const waiting = parked ?? [];
      parked = null;
      for (const frame of waiting) if (!position || frame.seq > position.seq) apply(frame);
      stream.settled();
    } catch {
      if (mine && mine === stream.socket()) stream.fail();
    }
  }

  /** @param {{ body: ArrayBuffer, etag: string | null }} whole */
  function takeWhole(whole) {
    const header = seats.applyStatus(whole.body);
    etag = whole.etag;
    position = { epoch: header.epoch, seq: header.seq };
    stream.freshAt.value = Date.now();
    onFresh?.(true, []);
  }

  async function poll() {
    const whole = await api.status(eventId, etag);
    if (whole && stream.connection.peek() !== "live") takeWhole(whole);
  }

  /** @param {number} now */
  function tellPosition(now) {
    if (!position || position.seq === sentSeq || now - positionSentAt < POSITION_EVERY_MS) return;
    const socket = stream.socket();
    if (socket?.readyState !== 1) return;
    sentSeq = position.seq;
    positionSentAt = now;
    socket.send(JSON.stringify({ type: "position", ref: String(position.seq), ...position }));
  }

  return {
    ...stream,
    viewers,
    /** Reads the whole status now, for a buyer who was told that the map was behind. */
    async refresh() {
      const whole = await api.status(eventId);
      if (whole && !stream.isStopped()) takeWhole(whole);
    },
    /** For tests and the status line. @returns {Position | null} */
    position: () => position,
    clock,
  };
}
