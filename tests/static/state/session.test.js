// @ts-check
import { createSession } from "../../../static/state/session.js";
import { equal, test } from "../check.js";

const NOW = Date.parse("2026-01-09T12:00:00Z");
const GUEST = { token: "t1", expiresAt: "2026-01-10T12:00:00Z", userId: "guest-1" };

function shelf() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    kept,
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => void kept.set(key, text),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  };
}

test("a guest is the same guest after a reload", () => {
  const storage = shelf();
  createSession(storage, () => NOW).signIn(GUEST);
  const again = createSession(storage, () => NOW);
  equal([again.token(), again.identity.value?.userId], ["t1", "guest-1"]);
});

test("a token about to run out is not used", () => {
  const session = createSession(shelf(), () => Date.parse(GUEST.expiresAt) - 5000);
  session.signIn(GUEST);
  equal(session.token(), null);
});

test("all tabs share one reservation session", () => {
  const storage = shelf();
  const first = createSession(storage, () => 1704805200000).sessionId();
  const second = createSession(storage, () => 1704805299999).sessionId();
  equal([first, second], ["session-1704805200000", "session-1704805200000"]);
});

test("signing out forgets the buyer, the session and the contact", () => {
  const storage = shelf();
  const session = createSession(storage, () => NOW);
  session.signIn(GUEST);
  session.sessionId();
  session.keepContact({ name: "A", email: "a@example.org", phone: "" });
  session.signOut();
  equal([session.token(), [...storage.kept.keys()]], [null, []]);
});

test("spoiled storage is read as empty", () => {
  const storage = shelf();
  for (const key of ["identity", "session", "contact"]) storage.setItem(`houseful.${key}`, "{");
  const session = createSession(storage, () => NOW);
  equal([session.token(), session.sessionId(), session.contact().name], [
    null,
    `session-${NOW}`,
    "",
  ]);
});
