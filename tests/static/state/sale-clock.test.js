// @ts-check
import { createSaleClock, formatLongCountdown, nextTurn } from "../../../static/state/sale-clock.js";
import { equal, test } from "../check.js";

const OPENS = "2026-01-09T12:00:00Z";
const AT = Date.parse(OPENS);

test("what turns next depends on how the sale stands", () => {
  const sale = { onSaleAt: OPENS, offSaleAt: "2026-01-10T12:00:00Z" };
  equal(nextTurn({ ...sale, saleState: "upcoming" }), AT);
  equal(nextTurn({ ...sale, saleState: "open" }), AT + 86_400_000);
  equal(nextTurn({ ...sale, saleState: "closed" }), null);
  equal(nextTurn({ ...sale, saleState: "open", offSaleAt: null }), null);
  equal(nextTurn({ ...sale, saleState: "open", offSaleAt: null, startsAt: OPENS }), AT);
});

test("a countdown shows no more units than it needs", () => {
  equal([0, 59.2, 3599, 3600, 90_061].map((seconds) => formatLongCountdown(seconds, "d")), [
    "00:00",
    "01:00",
    "59:59",
    "01:00:00",
    "1 d 01:01:01",
  ]);
});

test("a sale whose push was missed is asked for after its time, not before", async () => {
  const started = Date.now();
  const asked = await new Promise((resolve) => {
    const clock = createSaleClock({ now: () => AT - 10, onDue: () => resolve(Date.now() - started), random: () => 0 });
    clock.set({ saleState: "upcoming", onSaleAt: OPENS, offSaleAt: null });
  });
  equal(asked >= 1500, true);
});

test("nothing is asked for once it is stopped or the sale has no next turn", () => {
  const clock = createSaleClock({ now: () => AT, onDue: () => equal("asked", "not asked"), random: () => 0 });
  clock.set({ saleState: "upcoming", onSaleAt: OPENS, offSaleAt: null });
  clock.set({ saleState: "closed", onSaleAt: OPENS, offSaleAt: null });
  clock.set({ saleState: "open", onSaleAt: OPENS, offSaleAt: OPENS });
  clock.stop();
});
