// @ts-check
import { equal, test } from "../check.js";
import { allZones, createServerClock, formatHour, formatThere, instantOf, wallTime } from "../../../static/lib/time.js";
import { createSession } from "../../../static/state/session.js";

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

test("an hour names its zone only where the reader's clock shows another", () => {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  equal(formatHour("2026-01-09T18:30:00Z", "en-GB", "Asia/Tokyo"), "03:30 GMT+9");
  equal(/^\d\d:\d\d$/.test(formatHour("2026-01-09T18:30:00Z", "en-GB", own)), true);
});

test("a zone that the browser does not know is written in the reader's own, which is named", () => {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  equal(told("Mars/Olympus"), told(own));
});

test("what is typed is an instant by the venue's clocks, and reads the same when it comes back", () => {
  equal(instantOf("2031-05-01T20:00", "Europe/Vienna"), "2031-05-01T18:00:00.000Z");
  equal(instantOf("2031-01-01T20:00", "America/New_York"), "2031-01-02T01:00:00.000Z");
  equal(instantOf("2031-05-01T20:00", "Asia/Kathmandu"), "2031-05-01T14:15:00.000Z");
  equal(wallTime("2031-05-01T18:00:00Z", "Europe/Vienna"), "2031-05-01T20:00");
  equal(wallTime("2031-05-01T22:00:00Z", "Europe/Vienna"), "2031-05-02T00:00");
  equal(instantOf("0027-05-01T20:00", "UTC"), "0027-05-01T20:00:00.000Z");
  equal(wallTime("0027-05-01T20:00:00Z", "UTC"), "0027-05-01T20:00");
  equal(instantOf("", "UTC"), null);
});

test("the hour that is skipped in spring counts on, of the hour that comes twice in autumn the first is meant", () => {
  equal(instantOf("2026-03-29T02:30", "Europe/Vienna"), "2026-03-29T01:30:00.000Z");
  equal(instantOf("2026-10-25T02:30", "Europe/Vienna"), "2026-10-25T00:30:00.000Z");
  equal(instantOf("2026-10-25T01:30", "Europe/Vienna"), "2026-10-24T23:30:00.000Z");
  equal(instantOf("2026-10-25T03:30", "Europe/Vienna"), "2026-10-25T02:30:00.000Z");
});

test("the zone that is set may always be chosen, whatever the browser calls it", () => {
  equal(allZones(["Asia/Kolkata", "Mars/Olympus"]).filter((zone) => zone.endsWith("s")).includes("Mars/Olympus"), true);
  equal(allZones([]).includes("UTC"), true);
});
