// @ts-check
/** One event: what, when, where, for how much, and the way to its seats. */
import { custom, h, View, watch } from "../lib/dom.js";
import { count, longDate, shortDate, t } from "../lib/i18n.js";
import { entitle, failure, skeleton } from "../ui/frame.js";
import { icon } from "../ui/icons.js";
import { go } from "../lib/routes.js";
import "./party-finder.js";
import { leastPrice, priceWords } from "../app/seating.js";
import { poster } from "./poster.js";
import { saleCountdown } from "../ui/sale-countdown.js";

export class EventView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** @type {import("../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);

  /** @override */
  render() {
    const { purchase } = this;
    purchase.load();
    // The sale opens and closes by push, and the count of free seats is live.
    watch(() => {
      if (purchase.house.value) purchase.watchSeats();
    });
    watch(() => entitle(this, purchase.event.value?.name ?? ""));
    return () => {
      if (purchase.problem.value && !purchase.event.value) {
        return failure(purchase.problem.value, () => void purchase.load());
      }
      const event = purchase.event.value;
      if (!event) return h("div", { class: "page" }, skeleton("event"));
      return h(
        "article",
        { class: "page event" },
        h(
          "div",
          { class: "event-picture" },
          poster(event.id, 1 - event.availableSeats / Math.max(1, event.totalSeats)),
        ),
        h(
          "div",
          { class: "event-words" },
          h("h1", null, event.name),
          h(
            "dl",
            { class: "facts" },
            fact(
              "calendar",
              "event.when",
              h("time", { datetime: event.startsAt }, longDate(event.startsAt, event.timeZone)),
            ),
            fact("place", "event.where", event.venue),
            fact("ticket", "booking.seats", () => {
              purchase.revision.value;
              const available = purchase.house.value?.store.counts.available ?? event.availableSeats;
              return t("event.availability", { available, total: event.totalSeats });
            }),
          ),
          this.way(event),
          h(
            "section",
            { class: "prices", "aria-labelledby": "prices" },
            h("h2", { id: "prices" }, t("event.prices")),
            h(
              "ul",
              null,
              event.categories.map((category) =>
                h(
                  "li",
                  null,
                  h("span", { class: "swatch", style: { "--swatch": category.color } }),
                  h("span", null, category.name),
                  h(
                    "strong",
                    { class: "tabular" },
                    priceWords({ ...category, least: leastPrice(event, category.name) }, event.currency),
                  ),
                )
              ),
            ),
            event.pricesUntil
              ? h(
                "p",
                { class: "muted" },
                t("event.pricesUntil", { when: shortDate(event.pricesUntil, event.timeZone) }),
              )
              : null,
          ),
          h(
            "p",
            { class: "muted small" },
            event.holdSeconds >= 60 ? `${t("event.hold", { n: Math.round(event.holdSeconds / 60) })} ` : "",
            t("event.max", { n: event.maxSeats }),
          ),
        ),
      );
    };
  }

  /** The one button of the page, or why there is none. @param {import("../net/api.js").EventDetails} event */
  way(event) {
    const href = `#/events/${event.id}/seats`;
    if (event.saleState === "closed") {
      return h(
        "div",
        { class: "notice" },
        h("strong", null, t(event.cancelledAt ? "event.calledOff" : "event.closed")),
        h("a", { class: "button is-secondary", href }, t("event.look")),
      );
    }
    if (event.saleState === "upcoming" && event.onSaleAt) {
      return h(
        "div",
        { class: "notice" },
        h("strong", null, t("event.upcoming", { when: shortDate(event.onSaleAt, event.timeZone) })),
        saleCountdown(this.app.clock, () => this.purchase.event.value),
        h("a", { class: "button is-secondary", href }, t("event.look")),
      );
    }
    if (!event.availableSeats) {
      return h(
        "div",
        { class: "notice" },
        h("strong", null, t("event.soldOut")),
        h("p", null, t("event.soldOutHelp")),
        h("a", { class: "button is-secondary", href }, t("event.look")),
      );
    }
    return [
      custom("party-finder", {
        app: this.app,
        purchase: this.purchase,
        isHere: false,
        onFound: () => go(href.slice(1)),
      }),
      h(
        "a",
        { class: "button is-secondary is-large", href },
        icon("ticket"),
        t("event.select"),
        h("span", { class: "unseen" }, ` (${count(event.availableSeats)})`),
      ),
      saleCountdown(this.app.clock, () => this.purchase.event.value),
    ];
  }
}
customElements.define("event-view", EventView);

/** @param {string} sign @param {string} words @param {import("../lib/dom.js").Child} value */
function fact(sign, words, value) {
  return h(
    "div",
    null,
    h("dt", null, icon(sign), h("span", { class: "unseen" }, t(words))),
    h("dd", null, value),
  );
}
