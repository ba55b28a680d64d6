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
const POLL_MS = 20_000;

/**
 * @param {Pick<import("./purchase-state.js").PurchaseParts, "clock" | "toasts">} app
 * @param {Pick<import("./purchase-state.js").PurchaseState, "event" | "live">} state
 * @param {() => void} load reads the event anew
 * @param {() => number} [random]
 */
export function createSaleWindow({ clock, toasts }, { event, live }, load, random = Math.random) {
  const due = createSaleClock({ now: clock.now, onDue: load, random });
  let before = event.peek()?.saleState ?? null;
  effect(() => {
    const now = event.value?.saleState ?? null;
    if (before === "upcoming" && now === "open") toasts.show("success", t("toast.saleOpen"));
    if (before === "open" && now === "closed") toasts.show("info", t("event.closed"));
    before = now;
  });
  // Nobody waits for an event that is not on the page.
  effect(() => due.set(live.value ? event.value : null));

  // What was said before the socket was there, or is not heard without one, is asked for.
  effect(() => {
    const connection = live.value?.connection.value;
    if (connection !== "live" && connection !== "polling") return;
    const ask = () => void (event.peek()?.saleState !== "open" && load());
    const soon = setTimeout(ask, SPREAD_MS * random());
    const again = connection === "polling" ? setInterval(ask, POLL_MS) : undefined;
    return () => {
      clearTimeout(soon);
      clearInterval(again);
    };
  });

  return {
    /** @param {{ state: "upcoming" | "open" | "closed", onSaleAt?: string | null }} frame */
    onSale({ state, onSaleAt }) {
      const known = event.peek();
      if (!known) return;
      event.value = { ...known, saleState: state, onSaleAt: onSaleAt === undefined ? known.onSaleAt : onSaleAt };
      // The frame may mean that other times or prices hold from now on.
      setTimeout(load, SPREAD_MS * random());
    },
  };
}
