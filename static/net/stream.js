// @ts-check
/**
 * One pushed stream that comes back by itself: a socket that says where it was, a wait that grows
 * between tries, and asking again and again where no socket gets through.
 * Owns: the connection and what is said about it. Never: knows what the frames mean.
 */
import { CLOSE } from "../lib/wire-codes.js";
import { at } from "../lib/base.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "./envelope.js";

/**
 * @typedef {"connecting" | "live" | "polling" | "reconnecting" | "stale" | "offline" | "gone"} Connection
 * @typedef {{ epoch: string, seq: number }} Position
 * @typedef {ReturnType<typeof createStream>} Stream
 */

const FIRST_DELAY_MS = 400;
const LONGEST_DELAY_MS = 15_000;
/** After this long without news what is shown may be wrong enough to say so. */
export const STALE_MS = 20_000;
const POLL_MS = 5000;
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
  if (code === CLOSE.unauthenticated) return "sign-in";
  return code >= 4500 && code <= 4999 ? "stay-away" : "return";
}

/**
 * @param {{
 *   path: string,
 *   ticket: () => Promise<string>,
 *   position?: () => Position | null,
 *   onFrame: (frame: any) => void,
 *   poll: () => Promise<void>,
 *   onHello?: (frame: any) => boolean,
 *   onLost?: () => void,
 *   onLiveBeat?: (now: number) => void,
 *   onSignIn?: () => void,
 *   origin?: string,
 *   Socket?: typeof WebSocket,
 *   isOnline?: () => boolean,
 *   random?: () => number,
 * }} parts `onFrame` gets all but `hello`; `poll` fetches the whole and is called while sockets fail;
 *   an `onHello` that returns false says `settled` itself when all is known
 */
export function createStream({
  path,
  ticket,
  position = () => null,
  onFrame,
  poll,
  onHello,
  onLost,
  onLiveBeat,
  onSignIn,
  origin = globalThis.location?.origin ?? "http://localhost",
  Socket = WebSocket,
  isOnline = () => globalThis.navigator?.onLine !== false,
  random = Math.random,
}) {
  const connection = signal(/** @type {Connection} */ ("connecting"));
  const freshAt = signal(0);
  /** With which code the server closed the last socket; null while one is open. */
  const closeCode = signal(/** @type {number | null} */ (null));
  /** @type {WebSocket | null} */
  let socket = null;
  let failures = 0, openedAt = 0, pollAt = 0, beatAt = Date.now();
  let isStopped = true, isSettling = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let beat;

  /** @param {Connection} state */
  function say(state) {
    if (!isStopped && connection.peek() !== "gone") connection.value = state;
  }

  function drop() {
    const old = socket;
    socket = null;
    onLost?.();
    if (!old) return;
    old.onclose = old.onmessage = null;
    // Closing one that is still connecting makes browsers complain to the console.
    if (old.readyState === 0) old.onopen = () => old.close(1000);
    else old.close(1000);
  }

  async function connect() {
    if (isStopped || socket) return;
    if (!isOnline()) return say("offline");
    let given;
    try {
      given = await ticket();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) onSignIn?.();
      return again(error instanceof ApiError ? error.retryAfterMs : null);
    }
    if (isStopped || socket) return;
    const url = new URL(at(path), origin.replace(/^http/, "ws"));
    const from = position();
    if (from) {
      url.searchParams.set("epoch", from.epoch);
      url.searchParams.set("since", String(from.seq));
    }
    const mine = socket = new Socket(url, ["houseful.v1", `ticket.${given}`]);
    openedAt = Date.now();
    isSettling = false;
    mine.onmessage = ({ data }) => receive(JSON.parse(data));
    mine.onclose = ({ code }) => closed(code);
  }

  /** @param {any} frame */
  function receive(frame) {
    failures = 0;
    freshAt.value = Date.now();
    closeCode.value = null;
    if (frame.type === "hello") isSettling = onHello?.(frame) === false;
    else onFrame(frame);
    if (!isSettling) say("live");
  }

  /** @param {number} code */
  function closed(code) {
    socket = null;
    closeCode.value = code;
    onLost?.();
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

  async function ask() {
    pollAt = Date.now();
    try {
      await poll();
      if (connection.peek() === "live") return;
      freshAt.value = Date.now();
      say("polling");
    } catch (error) {
      // Any other failure is told by the age that grows.
      if (error instanceof ApiError && error.status === 401) onSignIn?.();
    }
  }

  function onBeat() {
    const now = Date.now(), slept = now - beatAt > SLEPT_MS;
    beatAt = now;
    if (slept) return wake();
    if (!isOnline()) return say("offline");
    if (connection.peek() === "live") return onLiveBeat?.(now);
    const silentMs = now - Math.max(openedAt, freshAt.peek());
    if (socket && silentMs > HELLO_PATIENCE_MS) fail();
    if (failures >= SOCKET_TRIES && now - pollAt >= POLL_MS) ask();
    if (freshAt.peek() && now - freshAt.peek() > STALE_MS) say("stale");
    else if (connection.peek() === "offline") say("reconnecting");
  }

  /** Gives this socket up and tries another. */
  function fail() {
    drop();
    again(null);
  }

  /** Tries now, whatever was planned: the network is back, or a reader asks for it. */
  function wake() {
    if (isStopped || connection.peek() === "gone") return;
    clearTimeout(retry);
    drop();
    failures = 0;
    connect();
  }

  function stop() {
    isStopped = true;
    clearInterval(beat);
    beat = undefined;
    clearTimeout(retry);
    drop();
  }

  return {
    connection,
    closeCode,
    /** Our clock's ms at the last news; 0 before the first. */
    freshAt,
    start() {
      isStopped = false;
      beat ??= setInterval(onBeat, 1000);
      connect();
    },
    stop,
    wake,
    fail,
    /** What a hello left open is known now. */
    settled() {
      isSettling = false;
      say("live");
    },
    /** The network went away, as the browser says. */
    lost() {
      say("offline");
    },
    /** The present socket, to tell later whether it still is. */
    socket: () => socket,
    isStopped: () => isStopped,
  };
}
