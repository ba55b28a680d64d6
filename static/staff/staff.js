// @ts-check
/**
 * Who works here: a staff member's token, kept apart from the buyer's and only as long as the tab,
 * and the server's staff paths asked with it.
 * Owns: the token in sessionStorage. Never: decides what a role may do; the server does.
 */
import { readToken } from "../lib/jwt.js";
import { openShelf } from "../lib/platform.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { createApi } from "../net/api.js";
import { ApiError } from "../net/envelope.js";
import { createVenueApi } from "../net/venue-api.js";
import { createDesk } from "./board/desk.js";

/**
 * @typedef {{ token: string, sub: string, role: string, expiresAt: number, event: number | null }} Staff
 * @typedef {ReturnType<typeof createStaff>} StaffRoom
 * @typedef {import("../app/app.js").App} App
 */

const KEY = "houseful.staff";
const ROLES = new Set(["venue", "admin", "door"]);

/** @type {WeakMap<App, StaffRoom>} */
const rooms = new WeakMap();

/** The one staff room of this page. @param {App} app */
export function staffOf(app) {
  const room = rooms.get(app) ?? createStaff(app, openShelf("sessionStorage"));
  rooms.set(app, room);
  return room;
}

/** @param {App} app @param {import("../lib/platform.js").Shelf} shelf */
function createStaff(app, shelf) {
  const identity = signal(sound(shelf.getItem(KEY) ?? ""));
  const hasEnded = signal(false);
  const doorName = signal("");
  /** @type {Map<number, import("./board/desk.js").Desk>} */
  const desks = new Map();

  const session = {
    // Whether its time is over is the server's to say: this machine's clock may be wrong.
    token: () => identity.peek()?.token ?? null,
    signIn: () => {},
    signOut,
    sessionId: () => "",
  };

  function signOut() {
    if (identity.peek()) hasEnded.value = true;
    shelf.removeItem(KEY);
    identity.value = null;
    for (const desk of desks.values()) desk.stop();
    desks.clear();
  }

  const api = createApi({
    session,
    clock: app.clock,
    signIn: () => {
      signOut();
      const facts = { status: 401, code: "unauthenticated", retryable: false, sameKey: false };
      return Promise.reject(new ApiError(t("venue.signin.ended"), facts));
    },
  });
  const venue = createVenueApi(api);

  const room = {
    app,
    api,
    venue,
    identity,
    /** A sign-in that was good has ended: its token ran out or was refused. */
    hasEnded,
    /** What the link that signed this phone in calls its door. */
    doorName,
    /** Milliseconds until the sign-in ends, by the server's clock; Infinity when it never does. */
    msLeft: () => (identity.peek()?.expiresAt ?? Infinity) - app.clock.now(),
    signOut() {
      signOut();
      hasEnded.value = false;
    },

    /**
     * Signs in with a token, once the server has let it look at what its role is for.
     * @param {string} text
     * @throws {Error} with a sentence for the reader
     */
    async signIn(text) {
      const who = sound(text);
      if (!who) throw new Error(t("venue.signin.noToken"));
      if (!ROLES.has(who.role)) throw new Error(t("venue.signin.notStaff", { role: who.role || "–" }));
      const before = identity.peek();
      const checking = createApi({ session: { ...session, token: () => who.token, signOut() {} }, clock: app.clock });
      const asking = createVenueApi(checking);
      await (who.role === "door" ? asking.checkIns(who.event ?? 0, 1) : asking.overview());
      if (before && before.sub !== who.sub) desks.clear();
      shelf.setItem(KEY, who.token);
      hasEnded.value = false;
      identity.value = who;
    },

    /** @param {number} eventId */
    desk(eventId) {
      const desk = desks.get(eventId) ?? createDesk(room, eventId);
      desks.set(eventId, desk);
      return desk;
    },
  };
  return room;
}

/** @param {string} text @returns {Staff | null} */
function sound(text) {
  const claims = readToken(text);
  return claims && { token: text.trim(), ...claims };
}
