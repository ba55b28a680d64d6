// @ts-check
/**
 * Keeps one event's seats as fresh as the network allows. A socket that resumes where it was; when
 * that is not possible, the whole status and then the socket's frames; when sockets are blocked,
 * the status again and again with its ETag.
 * Owns: the position (`epoch`, `seq`) and what is said about the connection.
 */
import { signal } from "../lib/signals.js";
import { ApiError } from "./envelope.js";

/**
 * @typedef {"connecting" | "live" | "polling" | "reconnecting" | "stale" | "offline" | "gone"} Connection
 * @typedef {[seatId: number, status: string, version: number, reservedUntil: string | null]} Change
 * @typedef {{ epoch: string, seq: number }} Position
 * @typedef {{ applyStatus(body: ArrayBuffer): Position & { serverTime?: string },
 *   applyChanges(changes: Change[]): unknown }} Seats
 * @typedef {ReturnType<typeof createLive>} Live
 */

const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 15_000;
/** After this long without news the map may be wrong enough to say so. */
export const STALE_MS = 20_000;
const POLL_MS = 5000;
const POSITION_EVERY_MS = 15_000;
/** So many sockets in a row that never said hello, and polling takes over. */
const SOCKET_TRIES = 3;
/** A timer this late means that the machine slept: the socket is not to be trusted. */
const SLEPT_MS = 20_000;
const HELLO_PATIENCE_MS = 8000;

/**
 * The wait before the next try: grows, with half of it random, so that a thousand buyers do not
 * come back in one instant.
 * @param {number} attempt 1 for the first
 * @param {() => number} [random]
 */
export function backOff(attempt, random = Math.random) {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return longest / 2 + (longest / 2) * random();
}

/**
 * What a closed socket means: come back, come back as someone new, or do not.
 * @param {number} code
 * @returns {"return" | "sign-in" | "stay-away"}
 */
export function afterClose(code) {
  if (code === 4501) return "sign-in";
  return code >= 4500 && code <= 4999 ? "stay-away" : "return";
}

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
  origin = globalThis.location?.origin ?? "http://localhost",
  Socket = WebSocket,
  onReservation,
  onSale,
  onFresh,
  onSignIn,
  isOnline = () => globalThis.navigator?.onLine !== false,
  random = Math.random,
}) {
  const connection = signal(/** @type {Connection} */ ("connecting"));
  const freshAt = signal(0);
  const viewers = signal(0);

  /** @type {Position | null} */
  let position = null;
  /** @type {WebSocket | null} */
  let socket = null;
  /** @type {any[] | null} frames that wait for the whole status */
  let parked = null;
  /** @type {string | null} */
  let etag = null;
  let failures = 0;
  let isStopped = false;
  let sentSeq = -1;
  let positionSentAt = 0;
  let beatAt = Date.now();
  let pollAt = 0;
  let openedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let beat;

  /** @param {Connection} state */
  function say(state) {
    if (!isStopped && connection.peek() !== "gone") connection.value = state;
  }

  function isFresh() {
    freshAt.value = Date.now();
  }

  function start() {
    isStopped = false;
    beat ??= setInterval(onBeat, 1000);
    connect();
  }

  function stop() {
    isStopped = true;
    clearInterval(beat);
    beat = undefined;
    clearTimeout(retry);
    drop();
  }

  function drop() {
    const old = socket;
    socket = null;
    parked = null;
    if (!old) return;
    // Closing one that is still connecting makes browsers complain to the console.
    if (old.readyState === 0) old.onopen = () => old.close(1000);
    else old.close(1000);
  }

  /** Tries now, whatever was planned: the network is back, or the machine woke up. */
  function wake() {
    if (isStopped || connection.peek() === "gone") return;
    clearTimeout(retry);
    drop();
    failures = 0;
    connect();
  }

  async function connect() {
    if (isStopped || socket) return;
    if (!isOnline()) return say("offline");
    let ticket;
    try {
      ticket = await api.webSocketTicket();
    } catch (error) {
      return again(error instanceof ApiError ? error.retryAfterMs : null);
    }
    if (isStopped || socket) return;
    const url = new URL(`/events/${eventId}/live`, origin.replace(/^http/, "ws"));
    if (position) {
      url.searchParams.set("epoch", position.epoch);
      url.searchParams.set("since", String(position.seq));
    }
    const mine = new Socket(url, ["houseful.v1", `ticket.${ticket}`]);
    socket = mine;
    openedAt = Date.now();
    mine.onmessage = ({ data }) => {
      if (socket === mine) receive(JSON.parse(data));
    };
    mine.onclose = ({ code }) => {
      if (socket === mine) closed(code);
    };
  }

  /** @param {any} frame */
  function receive(frame) {
    isFresh();
    if (frame.type === "hello") return greeted(frame);
    if (frame.type === "seats") return parked ? void parked.push(frame) : apply(frame);
    if (frame.type === "resync") {
      position = null;
      parked ??= [];
      return void refetch();
    }
    if (frame.type === "reservation") return onReservation?.(frame);
    if (frame.type === "sale") return onSale?.(frame);
  }

  /** @param {any} frame */
  function greeted(frame) {
    failures = 0;
    viewers.value = frame.viewers ?? 0;
    if (frame.resumed) return say("live");
    parked = [];
    refetch();
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
    const mine = socket;
    try {
      const whole = await api.status(eventId);
      if (mine !== socket || isStopped) return;
      if (whole) takeWhole(whole);
      const waiting = parked ?? [];
      parked = null;
      for (const frame of waiting) if (!position || frame.seq > position.seq) apply(frame);
      say("live");
    } catch {
      if (mine === socket && mine) {
        drop();
        again(null);
      }
    }
  }

  /** @param {{ body: ArrayBuffer, etag: string | null }} whole */
  function takeWhole(whole) {
    const header = seats.applyStatus(whole.body);
    etag = whole.etag;
    position = { epoch: header.epoch, seq: header.seq };
    isFresh();
    onFresh?.(true, []);
  }

  /** @param {number} code */
  function closed(code) {
    socket = null;
    parked = null;
    const next = afterClose(code);
    if (next === "stay-away") {
      connection.value = "gone";
      return stop();
    }
    if (next === "sign-in") onSignIn?.();
    again(null);
  }

  /** @param {number | null} atLeastMs */
  function again(atLeastMs) {
    if (isStopped) return;
    failures++;
    if (!isOnline()) say("offline");
    else if (connection.peek() === "live") say("reconnecting");
    clearTimeout(retry);
    retry = setTimeout(connect, Math.max(atLeastMs ?? 0, backOff(failures, random)));
  }

  async function poll() {
    pollAt = Date.now();
    try {
      const whole = await api.status(eventId, etag);
      if (socket && connection.peek() === "live") return;
      if (whole) takeWhole(whole);
      isFresh();
      say("polling");
    } catch {
      // The age that is shown grows, and tells.
    }
  }

  function onBeat() {
    const now = Date.now();
    const slept = now - beatAt > SLEPT_MS;
    beatAt = now;
    if (slept) return wake();
    const state = connection.peek();
    if (state === "live") return tellPosition(now);
    if (socket && now - openedAt > HELLO_PATIENCE_MS && now - freshAt.peek() > HELLO_PATIENCE_MS) {
      drop();
      again(null);
    }
    if (!isOnline()) return say("offline");
    if (failures >= SOCKET_TRIES && now - pollAt >= POLL_MS) poll();
    if (freshAt.peek() && now - freshAt.peek() > STALE_MS) say("stale");
    else if (state === "offline") say("reconnecting");
  }

  /** @param {number} now */
  function tellPosition(now) {
    if (!position || position.seq === sentSeq || now - positionSentAt < POSITION_EVERY_MS) return;
    if (socket?.readyState !== 1) return;
    sentSeq = position.seq;
    positionSentAt = now;
    socket.send(JSON.stringify({ type: "position", ref: String(position.seq), ...position }));
  }

  return {
    connection,
    /** Our clock's ms at the last news; 0 before the first. */
    freshAt,
    viewers,
    start,
    stop,
    wake,
    /** Reads the whole status now, for a buyer who was told that the map was behind. */
    async refresh() {
      const whole = await api.status(eventId);
      if (whole && !isStopped) takeWhole(whole);
    },
    /** The network went away, as the browser says. */
    lost() {
      say("offline");
    },
    /** For tests and the status line. @returns {Position | null} */
    position: () => position,
    clock,
  };
}
