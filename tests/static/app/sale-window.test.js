// @ts-check
import { signal } from "../../../static/lib/signals.js";
import { createServerClock } from "../../../static/lib/time.js";
import { createSaleWindow } from "../../../static/app/sale-window.js";
import { equal, test } from "../check.js";

const FAR = "2999-01-09T12:00:00Z";

/** A page that waits for a sale. @param {"upcoming" | "open" | "closed"} saleState */
function bench(saleState) {
  /** @type {any} */
  const event = signal({ saleState, onSaleAt: FAR, offSaleAt: null, startsAt: FAR });
  /** @type {any} */
  const live = signal(null);
  /** @type {string[]} */
  const said = [];
  /** @type {any} */
  const toasts = { show: (/** @type {string} */ tone) => said.push(tone) };
  let loads = 0;
  const sale = createSaleWindow({ clock: createServerClock(), toasts }, { event, live }, () => loads++, () => 0);
  return { event, live, said, sale, loads: () => loads };
}

const aMoment = () => new Promise((resolve) => setTimeout(resolve, 20));

test("a pushed frame opens the sale at once, says so, and the rest is asked for", async () => {
  const { event, said, sale, loads } = bench("upcoming");
  sale.onSale({ state: "open", onSaleAt: "2026-01-09T12:00:00Z" });
  equal([event.peek().saleState, event.peek().onSaleAt, said], ["open", "2026-01-09T12:00:00Z", ["success"]]);
  await aMoment();
  equal(loads(), 1);
  sale.onSale({ state: "closed" });
  equal([event.peek().saleState, said], ["closed", ["success", "info"]]);
  event.value = null;
});

test("who waits asks once more when the socket is there: the frame may have come before it", async () => {
  const { event, live, loads } = bench("upcoming");
  live.value = { connection: signal("connecting") };
  await aMoment();
  equal(loads(), 0);
  live.peek().connection.value = "live";
  await aMoment();
  equal(loads(), 1);
  live.value = null;
  event.value = null;
});

test("who can buy already asks nothing", async () => {
  const { event, live, loads } = bench("open");
  live.value = { connection: signal("live") };
  await aMoment();
  equal(loads(), 0);
  live.value = null;
  event.value = null;
});
