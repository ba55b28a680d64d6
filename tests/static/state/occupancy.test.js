// @ts-check
import { evenly, minuteOf, readHistory, withNow } from "../../../static/state/minutes.js";
import { ACTIVITY_KEPT, foldOccupancy, foldOverview, soldShare } from "../../../static/state/occupancy.js";
import { equal, test } from "../check.js";

const counts = (more = {}) => ({
  total: 10,
  available: 10,
  reserved: 0,
  paying: 0,
  booked: 0,
  blocked: 0,
  checkedIn: 0,
  ...more,
});
const rates = (more = {}) => ({ reserved: 0, booked: 0, expired: 0, refused: 0, declined: 0, cancelled: 0, ...more });
/** @returns {any} */
const whole = () => ({
  eventId: 1,
  name: "Play",
  totals: counts({ total: 20, available: 20 }),
  revenue: "0.00",
  sections: [{ ...counts(), name: "Stalls", revenue: "0.00" }, { ...counts(), name: "Circle", revenue: "0.00" }],
  categories: [{ ...counts({ total: 20 }), name: "Standard", price: "50.00", revenue: "0.00" }],
  rates: rates(),
  viewers: 3,
  activity: [{ at: "2026-01-09T12:00:00Z", kind: "reserved", section: "Stalls", seats: 2 }],
});

test("a whole picture stands for itself, and says where it is in the feed", () => {
  const seen = foldOccupancy(null, { full: true, epoch: "e1", seq: 4, data: whole() });
  equal([seen?.name, seen?.epoch, seen?.seq], ["Play", "e1", 4]);
});

test("a change without a whole picture before it cannot be shown", () => {
  equal(foldOccupancy(null, { full: false, epoch: "e1", seq: 5, data: { viewers: 4 } }), null);
});

test("changed rows replace those of their name and leave the others alone", () => {
  const before = foldOccupancy(null, { full: true, epoch: "e1", seq: 4, data: whole() });
  const row = { ...counts({ available: 8, booked: 2 }), name: "Circle", revenue: "100.00" };
  const after = foldOccupancy(before, { full: false, epoch: "e1", seq: 5, data: { sections: [row], viewers: 4 } });
  equal(after?.sections.map(({ name, booked }) => [name, booked]), [["Stalls", 0], ["Circle", 2]]);
  equal([after?.viewers, after?.seq, after?.revenue], [4, 5, "0.00"]);
  equal(after?.categories === before?.categories, true);
  equal(before?.sections[1].booked, 0);
});

test("new activity stands before the old, and the list stays short", () => {
  let picture = foldOccupancy(null, { full: true, epoch: "e1", seq: 1, data: whole() });
  for (let n = 0; n < 40; n++) {
    const activity = [{ at: `2026-01-09T12:01:${n}Z`, kind: "booked", section: null, seats: n }];
    picture = foldOccupancy(picture, { full: false, epoch: "e1", seq: 2 + n, data: { activity } });
  }
  equal([picture?.activity.length, picture?.activity[0].seats], [ACTIVITY_KEPT, 39]);
});

test("an overview's changed events stay where they were and new ones come last", () => {
  const row = (/** @type {number} */ eventId, viewers = 0) => /** @type {any} */ ({ eventId, viewers });
  const rows = foldOverview([row(1), row(2)], { full: false, data: [row(2, 7), row(3)] });
  equal(rows.map(({ eventId, viewers }) => [eventId, viewers]), [[1, 0], [2, 7], [3, 0]]);
  equal(foldOverview(rows, { full: true, data: [row(9)] }).length, 1);
});

test("blocked seats are not on offer, so they do not count as unsold", () => {
  equal([soldShare(counts({ booked: 4, blocked: 2 })), soldShare(counts({ blocked: 10 }))], [0.5, 0]);
});

const minute = (/** @type {string} */ at, more = {}) => ({
  at,
  ...rates(),
  revenue: "0.00",
  available: 20,
  held: 0,
  bookedTotal: 0,
  viewers: 0,
  ...more,
});

test("the running minute's point follows the push; the one before stays as last seen", () => {
  const now = Date.parse("2026-01-09T12:05:30Z");
  const history = readHistory([minute("2026-01-09T12:04:00Z", { booked: 5 })]);
  const first = withNow(history, { ...whole(), rates: rates({ booked: 2 }) }, now);
  const second = withNow(first, { ...whole(), rates: rates({ booked: 3 }) }, now + 10_000);
  equal(second.map(({ booked }) => booked), [5, 3]);
  const third = withNow(second, { ...whole(), rates: rates({ booked: 1 }) }, now + 40_000);
  equal(third.map(({ booked }) => booked), [5, 3, 1]);
});

test("minutes that nobody told of carry the level on, and no flow", () => {
  const points = evenly(
    readHistory([
      minute("2026-01-09T12:01:00Z", { booked: 5, bookedTotal: 5 }),
      minute("2026-01-09T12:04:00Z", { booked: 1, bookedTotal: 6 }),
    ]),
    4,
  );
  equal(points.map(({ booked, bookedTotal }) => [booked, bookedTotal]), [[5, 5], [0, 5], [0, 5], [1, 6]]);
  equal(points[0].at, minuteOf(Date.parse("2026-01-09T12:01:59Z")));
  equal(evenly(points.slice(-1), 3).map(({ booked, bookedTotal }) => [booked, bookedTotal]), [[0, 0], [0, 0], [1, 6]]);
  equal(evenly([], 10), []);
});
