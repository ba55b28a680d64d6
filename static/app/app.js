// @ts-check
/** What every view is given: the buyer, the server, the purchases under way, and ways to speak up. */
import { BASE } from "../lib/base.js";
import { signal } from "../lib/signals.js";
import { shortDate, t } from "../lib/i18n.js";
import { openChannel } from "../lib/platform.js";
import { createServerClock } from "../lib/time.js";
import { createAnalytics } from "../net/analytics.js";
import { createApi } from "../net/api.js";
import { createTabs } from "../net/tabs.js";
import { createSession } from "../state/session.js";
import { createAlerts } from "./alerts.js";
import { createToasts } from "./toasts.js";

/** @typedef {ReturnType<typeof createApp>} App */

const HOLDS = "houseful.holds";
/** As long as a sentence takes to be read aloud. */
const SAID_MS = 8000;

/** @param {import("../lib/platform.js").Shelf} shelf */
export function createApp(shelf) {
  const clock = createServerClock();
  const session = createSession(shelf, clock.now);
  const api = createApi({ session, clock });
  // Without a shared storage each tab is a buyer of its own.
  const tabs = createTabs(shelf.isLasting ? openChannel(`houseful${BASE}`) : null);
  const toasts = createToasts();
  const said = signal("");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let hush;
  const config = signal(
    /** @type {import("../net/api.js").Config} */ ({
      gateway: "demo",
      stripePublishableKey: null,
      maxSeats: 10,
      holdSeconds: 600,
      sendsMail: false,
      version: "",
      timeZone: "UTC",
    }),
  );
  /** @type {Map<number, import("./purchase.js").Purchase>} */
  const purchases = new Map();
  const known = signal(/** @type {readonly import("./purchase.js").Purchase[]} */ ([]));

  const holds = {
    /** @returns {Record<string, string>} */
    all() {
      try {
        return JSON.parse(shelf.getItem(HOLDS) ?? "{}") ?? {};
      } catch {
        return {};
      }
    },
    /** @param {number} eventId */
    read: (eventId) => holds.all()[eventId] ?? null,
    /** @param {number} eventId @param {string | null} text */
    write(eventId, text) {
      const all = holds.all();
      if (text === null) delete all[eventId];
      else all[eventId] = text;
      shelf.setItem(HOLDS, JSON.stringify(all));
    },
  };

  const app = {
    api,
    clock,
    session,
    tabs,
    toasts,
    config,
    holds,
    shelf,
    said,
    known,
    /** References confirmed by this page just now: their first view celebrates. @type {Set<string>} */
    celebrations: new Set(),
    alerts: createAlerts(shelf),
    analytics: createAnalytics(api, clock, () => session.token() !== null),
    nextFrame: (/** @type {() => void} */ act) =>
      document.hidden ? void setTimeout(act, 100) : void requestAnimationFrame(act),

    /** Says something once to those who cannot see it: what was said is gone before another view is read. @param {string} text */
    announce(text) {
      // The same words twice are only read twice when they differ.
      said.value = said.peek() === text ? `${text}\u00a0` : text;
      clearTimeout(hush);
      hush = setTimeout(() => (said.value = ""), SAID_MS);
    },
    /** @param {import("../net/api.js").EventDetails | null} event */
    announceSale(event) {
      if (!event) return;
      const text = event.saleState === "upcoming" && event.onSaleAt
        ? t("cart.notOpen", { when: shortDate(event.onSaleAt, event.timeZone) })
        : t("event.closed");
      toasts.show("info", text, 4000);
    },
    /** One minute is left. @param {number} eventId */
    onWarning(eventId) {
      toasts.show("warning", t("toast.warning"), 0, `warning-${eventId}`);
      app.alerts.warn(t("app.name"), t("timer.notifyBody"));
    },

    /** The purchase for an event, made (and its code fetched) at first sight of it. @param {number} eventId */
    async purchase(eventId) {
      const { createPurchase } = await import("./purchase.js");
      let purchase = purchases.get(eventId);
      if (!purchase) {
        purchase = createPurchase(app, eventId);
        purchases.set(eventId, purchase);
        known.value = [...purchases.values()];
      }
      return purchase;
    },
    /** Forgets every purchase here: the buyer is someone else now. */
    forgetAll() {
      for (const purchase of purchases.values()) {
        purchase.leave();
        purchase.forget();
      }
      purchases.clear();
      known.value = [];
    },
  };
  return app;
}
