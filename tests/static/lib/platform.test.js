// @ts-check
import { openChannel, openShelf, randomUuid, timeLimit } from "../../../static/lib/platform.js";
import { createSession } from "../../../static/state/session.js";
import { equal, test } from "../check.js";

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const GUEST = { token: "t", userId: "guest-1", expiresAt: "2126-01-09T12:00:00Z" };
const forbidden = () => {
  throw new Error("denied");
};

/**
 * Runs `act` in a browser that has something else, or nothing, under a name.
 * @param {any} owner @param {string} name @param {PropertyDescriptor} instead @param {() => void} act
 */
function instead(owner, name, instead, act) {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { configurable: true, ...instead });
  try {
    act();
  } finally {
    if (before) Object.defineProperty(owner, name, before);
    else delete owner[name];
  }
}

test("a UUID is made of random bytes where the page is not in a secure context", () => {
  equal(UUID4.test(randomUuid()), true);
  instead(crypto, "randomUUID", { value: undefined }, () => {
    const made = new Set(Array.from({ length: 50 }, randomUuid));
    equal([made.size, [...made].every((uuid) => UUID4.test(uuid))], [50, true]);
  });
});

test("storage that may not even be looked at does not stop a purchase", () => {
  instead(globalThis, "localStorage", { get: forbidden }, () => {
    const shelf = openShelf("localStorage"), session = createSession(shelf);
    equal(shelf.isLasting, false);
    session.signIn(GUEST);
    session.keepContact({ name: "Ada", email: "", phone: "" });
    equal([session.identity.value, session.contact().name], [GUEST, "Ada"]);
    session.signOut();
    equal([session.identity.value, session.contact().name], [null, ""]);
  });
});

test("what a full storage does not take is kept for this page, newer than what lies there", () => {
  const kept = new Map([["a", "old"]]);
  const full = {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: forbidden,
    removeItem: forbidden,
  };
  instead(globalThis, "localStorage", { value: full }, () => {
    const shelf = openShelf("localStorage");
    equal([shelf.getItem("a"), shelf.getItem("b")], ["old", null]);
    shelf.setItem("a", "new");
    equal(shelf.getItem("a"), "new");
    shelf.removeItem("a");
    equal(shelf.getItem("a"), null);
  });
});

test("without a channel to other tabs a page works alone", () => {
  instead(globalThis, "BroadcastChannel", { value: undefined }, () => equal(openChannel("houseful"), null));
  instead(globalThis, "BroadcastChannel", { value: forbidden }, () => equal(openChannel("houseful"), null));
});

test("a request has a time limit in a browser without AbortSignal.timeout", async () => {
  /** @type {AbortSignal | undefined} */
  let signal;
  instead(AbortSignal, "timeout", { value: undefined }, () => (signal = timeLimit(1)));
  await new Promise((done) => signal?.addEventListener("abort", done));
  equal(signal?.aborted, true);
});
