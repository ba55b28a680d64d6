// @ts-check
/**
 * An event's sale opening and closing under a buyer's eyes: at once when the server says so, by the
 * server's clock when nothing was heard.
 */
import { effect } from "../lib/signals.js";
import { t } from "../lib/i18n.js";
import { createSaleClock } from "../state/sale-clock.js";

/** Every watching page hears of a change in one instant; they ask for the rest of it spread over this. */
const SPREAD_MS = 4000;

/**
 * @param {import("./purchase-state.js").PurchaseParts} app
 * @param {import("./purchase-state.js").PurchaseState} state
 * @param {() => void} load reads the event anew
 */
export function createSaleWindow({ clock, toasts }, { event, live }, load) {
  const due = createSaleClock({ now: clock.now, onDue: load });
  let before = event.peek()?.saleState ?? null;
  effect(() => {
    const now = event.value?.saleState ?? null;
    if (before === "upcoming" && now === "open") toasts.show("success", t("toast.saleOpen"));
    if (before === "open" && now === "closed") toasts.show("info", t("event.closed"));
    before = now;
  });
  // Nobody waits for an event that is not on the page.
  effect(() => due.set(live.value ? event.value : null));

  return {
    /** @param {{ state: "upcoming" | "open" | "closed", onSaleAt?: string | null }} frame */
    onSale({ state, onSaleAt }) {
      const known = event.peek();
      if (!known) return;
      event.value = { ...known, saleState: state, onSaleAt: onSaleAt === undefined ? known.onSaleAt : onSaleAt };
      // The frame may mean that other times or prices hold from now on.
      setTimeout(load, SPREAD_MS * Math.random());
    },
  };
}
