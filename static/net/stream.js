// @ts-check
/**
 * One pushed stream that comes back by itself: a socket that says where it was, a wait that grows
 * between tries, and asking again and again where no socket gets through.
 * Owns: the connection and what is said about it. Never: knows what the frames mean.
 */
import { signal } from "../lib/signals.js";
import { ApiError } from "./envelope.js";
import { afterClose, backOff, STALE_MS } from "./live.js";

/**
 * @typedef {import("./live.js").Connection} Connection
 * @typedef {import("./live.js").Position} Position
 * @typedef {ReturnType<typeof createStream>} Stream
 */

const POLL_MS = 5000;
const SOCKET_TRIES = 3;
const SLEPT_MS = 20_000;
const HELLO_PATIENCE_MS = 8000;

/**
 * @param {{
 *   path: string,
 *   ticket: () => Promise<string>,
 *   position?: () => Position | null,
 *   onFrame: (frame: any) => void,
 *   poll: () => Promise<void>,
 *   onSignIn?: () => void,
 *   origin?: string,
 *   Socket?: typeof WebSocket,
 *   isOnline?: () => boolean,
 *   random?: () => number,
 * }} parts `onFrame` gets all but `hello`; `poll` fetches the whole and is called while sockets fail
 */
export function createStream({
  path,
  ticket,
  position = () => null,
  onFrame,
  poll,
  onSignIn,
  origin = globalThis.location?.origin ?? "http://localhost",
  Socket = WebSocket,
  isOnline = () => globalThis.navigator?.onLine !== false,
  random = Math.random,
}) {
  const connection = signal(/** @type {Connection} */ ("connecting"));
  const freshAt = signal(0);
  /** @type {WebSocket | null} */
  let socket = null;
  let failures = 0, openedAt = 0, pollAt = 0, beatAt = Date.now();
  let isStopped = true, isGreeted = false;
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
    const url = new URL(path, origin.replace(/^http/, "ws"));
    const from = position();
    if (from) {
      url.searchParams.set("epoch", from.epoch);
      url.searchParams.set("since", String(from.seq));
    }
    const mine = socket = new Socket(url, ["houseful.v1", `ticket.${given}`]);
    openedAt = Date.now();
    isGreeted = false;
    mine.onmessage = ({ data }) => receive(JSON.parse(data));
    mine.onclose = ({ code }) => closed(code);
  }

  /** @param {any} frame */
  function receive(frame) {
    failures = 0;
    isGreeted = true;
    freshAt.value = Date.now();
    if (frame.type !== "hello") onFrame(frame);
    say("live");
  }

  /** @param {number} code */
  function closed(code) {
    socket = null;
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
      freshAt.value = Date.now();
      if (connection.peek() !== "live") say("polling");
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
    if (socket && !isGreeted && now - openedAt > HELLO_PATIENCE_MS) {
      drop();
      again(null);
    }
    if (connection.peek() === "live") return;
    if (failures >= SOCKET_TRIES && now - pollAt >= POLL_MS) ask();
    if (freshAt.peek() && now - freshAt.peek() > STALE_MS) say("stale");
    else if (connection.peek() === "offline") say("reconnecting");
  }

  /** Tries now, whatever was planned: the network is back, or a reader asks for it. */
  function wake() {
    if (isStopped) return;
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
    /** Our clock's ms at the last news; 0 before the first. */
    freshAt,
    start() {
      isStopped = false;
      beat ??= setInterval(onBeat, 1000);
      connect();
    },
    stop,
    wake,
  };
}
