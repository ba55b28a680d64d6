// @ts-check
/** What is on: every event with its date, price and how full it is. */
import { h, onEnd, View, watch } from "../lib/dom.js";
import { leaf, longDate, money, shortDate, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError, asApiError } from "../net/envelope.js";
import { createSaleClock } from "../state/sale-clock.js";
import { empty, entitle, failure, skeleton } from "../ui/frame.js";
import { poster } from "./poster.js";

/** @typedef {import("../net/api.js").EventSummary} EventSummary */

const REFRESH_MS = 30_000;

export class HomeView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);

  /** @override */
  render() {
    const events = signal(/** @type {EventSummary[] | null} */ (null));
    const problem = signal(/** @type {ApiError | null} */ (null));
    const load = async () => {
      try {
        events.value = await this.app.api.events();
        problem.value = null;
      } catch (error) {
        if (!events.peek()) problem.value = asApiError(error);
        if (!(error instanceof ApiError)) throw error;
      }
    };
    load();
    const timer = setInterval(() => document.hidden || load(), REFRESH_MS);
    const due = createSaleClock({ now: this.app.clock.now, onDue: load });
    watch(() => due.set(nextRepriced(events.value ?? [])));
    onEnd(() => (clearInterval(timer), due.stop()));
    entitle(this, t("home.title"));

    return () => {
      if (problem.value) return failure(problem.value, load);
      return h(
        "div",
        { class: "page home" },
        h("div", { class: "lead" }, h("h1", null, t("home.title")), h("p", null, t("home.lead"))),
        () => {
          const list = events.value;
          if (!list) return skeleton("cards", 3);
          if (!list.length) return empty(t("home.empty"), t("home.emptyHelp"));
          return h("ul", { class: "cards" }, list.map((event) => card(event, this.app.clock.now())));
        },
      );
    };
  }
}
customElements.define("home-view", HomeView);

/** The event whose prices change next, as a sale that changes with them. @param {readonly EventSummary[]} list */
function nextRepriced(list) {
  const [pricesUntil = null] = list.flatMap((event) => event.pricesUntil ?? []).sort();
  return { saleState: /** @type {const} */ ("closed"), onSaleAt: null, offSaleAt: null, pricesUntil };
}

/** @param {EventSummary} event @param {number} now by the server's clock */
function card(event, now) {
  const taken = event.totalSeats ? 1 - event.availableSeats / event.totalSeats : 0;
  const { day, month, weekday } = leaf(event.startsAt, event.timeZone);
  const isUpcoming = event.onSaleAt !== null && Date.parse(event.onSaleAt) > now;
  const isPast = Date.parse(event.startsAt) <= now;
  return h(
    "li",
    null,
    h(
      "a",
      { class: "card", href: `#/events/${event.id}`, "aria-label": t("home.open", { name: event.name }) },
      h("div", { class: "card-picture" }, poster(event.id, taken)),
      h(
        "div",
        { class: "card-body" },
        h(
          "time",
          { class: "leaf", datetime: event.startsAt, title: longDate(event.startsAt, event.timeZone) },
          h("span", null, weekday),
          h("strong", null, day),
          h("span", null, month),
        ),
        h(
          "div",
          { class: "card-words" },
          h("h2", null, event.name),
          h("p", { class: "muted" }, event.venue),
          h(
            "p",
            { class: "card-facts" },
            h("strong", null, t("home.from", { price: money(event.minPrice, event.currency) })),
            h(
              "span",
              { class: event.availableSeats && !isPast ? "" : "is-sold-out" },
              isPast
                ? t("home.past")
                : isUpcoming
                ? t("event.upcoming", { when: shortDate(/** @type {string} */ (event.onSaleAt), event.timeZone) })
                : event.availableSeats
                ? t("home.available", { n: event.availableSeats })
                : t("home.soldOut"),
            ),
          ),
        ),
      ),
      h("div", { class: "fill", style: { "--share": taken.toFixed(3) } }),
    ),
  );
}
