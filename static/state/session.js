// @ts-check
/**
 * Who is buying: the guest's token, the reservation session that all tabs share, and the contact
 * details typed once. Kept in the storage it is given, so a reload or a second tab is the same buyer.
 */
import { BASE } from "../lib/base.js";
import { signal } from "../lib/signals.js";

/**
 * @typedef {{ token: string, expiresAt: string, userId: string }} Identity
 * @typedef {{ name: string, email: string, phone: string }} Contact
 * @typedef {Pick<import("../lib/platform.js").Shelf, "getItem" | "setItem" | "removeItem">} Shelf
 * @typedef {ReturnType<typeof createSession>} Session
 */

/** Two houses of one origin, each below its path, know a buyer by different tokens. */
const KEYS = {
  identity: `houseful.identity${BASE.slice(0, -1)}`,
  session: `houseful.session${BASE.slice(0, -1)}`,
  contact: "houseful.contact",
};
/** A token with less than this left is replaced before it is used. */
const SPARE_MS = 30_000;

/**
 * @param {Shelf} shelf
 * @param {() => number} [now]
 */
export function createSession(shelf, now = () => 0) {
  const identity = signal(read());

  function read() {
    return /** @type {Identity | null} */ (load(
      shelf,
      KEYS.identity,
      (kept) => typeof kept?.token === "string" && typeof kept?.userId === "string",
    ));
  }

  return {
    identity,

    /** The token to send, or null when there is none that still holds. */
    token() {
      const who = identity.peek();
      if (!who || Date.parse(who.expiresAt) - SPARE_MS <= now()) return null;
      return who.token;
    },

    /** @param {Identity} who */
    signIn(who) {
      save(shelf, KEYS.identity, who);
      identity.value = who;
    },

    /** Forgets the buyer, but not how the page looks. */
    signOut() {
      for (const key of Object.values(KEYS)) shelf.removeItem(key);
      identity.value = null;
    },

    /** Takes over what another tab has written. */
    reload() {
      identity.value = read();
    },

    /** `session-<ms>`: the same one in every tab of this buyer. */
    sessionId() {
      const kept = load(shelf, KEYS.session, (text) => /^session-\d+$/.test(text));
      if (kept) return /** @type {string} */ (kept);
      const fresh = `session-${now()}`;
      save(shelf, KEYS.session, fresh);
      return fresh;
    },

    /** @returns {Contact} */
    contact() {
      const kept = load(shelf, KEYS.contact, (value) => typeof value === "object");
      return { name: "", email: "", phone: "", .../** @type {object} */ (kept ?? {}) };
    },

    /** @param {Contact} contact */
    keepContact(contact) {
      save(shelf, KEYS.contact, contact);
    },
  };
}

/**
 * @param {Shelf} shelf
 * @param {string} key
 * @param {(value: any) => boolean} isSound
 */
function load(shelf, key, isSound) {
  try {
    const text = shelf.getItem(key);
    const value = text === null ? null : JSON.parse(text);
    return value !== null && isSound(value) ? value : null;
  } catch {
    return null; // text that is not ours
  }
}

/**
 * @param {Shelf} shelf
 * @param {string} key
 * @param {unknown} value
 */
const save = (shelf, key, value) => shelf.setItem(key, JSON.stringify(value));
