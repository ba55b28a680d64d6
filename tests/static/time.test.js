// @ts-check
import { equal, test } from "./check.js";
import { createServerClock, formatThere } from "../../static/lib/time.js";
import { createSession } from "../../static/state/session.js";

const shelf = () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => void kept.set(key, text),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  };
};

for (const days of [-400, -1, 1, 400]) {
  test(`a machine whose date is ${days} days off keeps its sign-in and the server's time`, () => {
    const RealDate = Date;
    const off = days * 86_400_000;
    const wrong = class extends RealDate {
      /** @override */
      static now() {
        return RealDate.now() + off;
      }
    };
    globalThis.Date = /** @type {any} */ (wrong);
    try {
      const clock = createServerClock();
      const session = createSession(shelf(), clock.now);
      const server = RealDate.now();
      const expiresAt = new RealDate(server + 3_600_000).toISOString();
      session.signIn({ token: "mine", userId: "guest", expiresAt });
      equal(session.token(), "mine");
      const sent = clock.tick();
      clock.observe(server, sent, sent);
      equal(session.token(), "mine");
      equal(Math.abs(clock.now() - server) < 5000, true);
    } finally {
      globalThis.Date = RealDate;
    }
  });
}

/** @param {string} zone */
const told = (zone) =>
  formatThere("2026-01-09T18:30:00Z", "en-GB", { hour: "2-digit", minute: "2-digit" }, zone, (own) => `/ ${own}`);

test("a show's time is the venue's, its zone named, with the reader's own beside it where it differs", () => {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  equal(told("Asia/Tokyo").startsWith("03:30 GMT+9 / "), true);
  equal(told(own).includes("/"), false);
});

test("a zone that the browser does not know is written in the reader's own", () => {
  equal(told("Mars/Olympus").includes("GMT"), false);
});
