// @ts-check
/**
 * Choosing seats: the list by section, the live map, and the cart. On a small screen the map is seen
 * first and the list is one press away; for a screen reader and the Tab key the list comes first.
 */
import { custom, h, listen, onEnd, View, watch } from "../lib/dom.js";
import { money, shortDate, t } from "../lib/i18n.js";
import { go } from "../lib/routes.js";
import { seatsOf } from "../state/units.js";
import { signal } from "../lib/signals.js";
import "../map/seat-map.js";
import { ask } from "../ui/dialog.js";
import { entitle, failure, skeleton } from "../ui/frame.js";
import { icon } from "../ui/icons.js";
import { mapKey } from "../ui/legend.js";
import { mapWords } from "../ui/map-words.js";
import { saleCountdown } from "../ui/sale-countdown.js";
import { onComeback } from "../app/comeback.js";
import "./cart.js";
import "./finder.js";
import { askInstead } from "./lone-dialog.js";
import "./party-finder.js";
import { seatTip } from "./seat-tip.js";

const SMALL = "(max-width: 56rem)";

export class SeatsView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** @type {import("../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);

  /** @override */
  render() {
    const { purchase } = this;
    purchase.load();
    watch(() => entitle(this, t("seats.title")));
    watch(() => {
      if (purchase.house.value) purchase.watchSeats();
    });
    watch(() => {
      if (purchase.partial.value) this.askPartial(purchase.partial.value);
    });
    watch(() => {
      if (purchase.leftAlone.value) void this.askInstead(purchase.leftAlone.value);
    });
    onComeback(this.app.toasts, purchase, "reserve", () => void this.reserve());
    return () => {
      if (purchase.problem.value && !purchase.house.value) {
        return failure(purchase.problem.value, () => void purchase.load());
      }
      const house = purchase.house.value;
      if (!house) return h("div", { class: "page" }, h("h1", { class: "unseen" }, t("seats.title")), skeleton("seats"));
      return this.desk(house);
    };
  }

  /** @param {import("../app/seating.js").House} house */
  desk(house) {
    const { purchase } = this;
    const event = /** @type {import("../net/api.js").EventDetails} */ (purchase.event.peek());
    const { filter, section } = purchase.party;
    const colors = signal(/** @type {string[]} */ ([]));
    const small = matchMedia(SMALL);
    const shown = signal(small.matches ? "map" : "both");
    const chosen = signal(/** @type {"list" | "map"} */ ("map"));
    const arrange = () => void (shown.value = small.matches ? chosen.value : "both");
    listen(small, "change", arrange);
    watch(arrange);

    /** @type {import("../map/seat-map.js").SeatMap} */
    const map = custom("seat-map", {}, { class: "map", "aria-label": t("seats.mapLabel", { venue: event.venue }) });
    map.words = mapWords();
    map.together = (i) => {
      const unit = purchase.house.peek()?.unitAt(i);
      return unit ? seatsOf(unit).map((id) => house.store.indexOf(id)) : [i];
    };
    map.noteText = (i) => {
      const known = purchase.house.peek(), unit = known?.unitAt(i);
      return known && unit ? known.unitNote(unit) : "";
    };
    map.priceText = (category) => (purchase.house.peek() ?? house).priceWords(category);
    listen(map, "palette-change", (change) => (colors.value = change.detail.categoryColors));
    map.store = house.store;
    watch(() => void (map.filter = filter.value));
    watch(() => {
      if (section.value >= 0) map.zoomTo(section.value);
    });
    /** @param {import("../app/party.js").Found} found */
    const showFound = ({ seatIds }) => map.zoomToSeat(house.store.indexOf(seatIds[seatIds.length >> 1] ?? -1));

    const finder = /** @type {import("./finder.js").SeatFinder} */ (custom("seat-finder", {
      purchase,
      filter,
      onSection: (/** @type {number} */ section) => map.zoomTo(section),
      onSeat: (/** @type {number} */ index) => {
        purchase.toggle(index);
        map.zoomToSeat(index);
      },
    }));
    listen(map, "section-activate", (entered) => finder.open(entered.detail.section));
    listen(map, "area-activate", ({ detail }) => purchase.stepPlaces(house.store.areas.list[detail.area], 1));
    listen(map, "seat-activate", (activated) => purchase.toggle(activated.detail.index));
    const tip = seatTip(purchase, house, map);
    onEnd(house.store.onChange((indexes, what) => {
      if (what === "status" && indexes) map.pulse(indexes.subarray(0, 160));
    }));

    /** @param {"list" | "map"} name @param {string} sign */
    const tab = (name, sign) =>
      h(
        "button",
        {
          type: "button",
          class: "segment",
          "aria-pressed": () => String(chosen.value === name),
          onclick: () => (chosen.value = name),
        },
        icon(sign),
        t(`seats.${name}`),
      );

    return h(
      "div",
      { class: () => `seats-desk is-${shown.value}` },
      h(
        "div",
        { class: "desk-head" },
        h(
          "a",
          { class: "plain-button", href: `#/events/${event.id}`, "aria-label": `${t("back")}: ${event.name}` },
          icon("back"),
        ),
        h(
          "div",
          { class: "desk-title" },
          h("h1", null, t("seats.title")),
          h("p", { class: "muted" }, `${event.name} · ${shortDate(event.startsAt, event.timeZone)}`),
        ),
        h("p", { class: "live-state" }, () => this.liveState()),
        h(
          "div",
          { class: "segments", role: "group", "aria-label": t("seats.view") },
          tab("list", "list"),
          tab("map", "map"),
        ),
      ),
      custom("party-finder", { app: this.app, purchase, onFound: showFound }),
      h(
        "div",
        // Whoever comes to the list with the keyboard is to see it.
        { class: "panel", onfocusin: () => (chosen.value = "list") },
        () => this.saleNotice(),
        finder,
      ),
      h(
        "div",
        { class: "map-side" },
        custom("seat-legend", { purchase, filter, colors }),
        this.floors(map),
        h("div", { class: "map-box" }, map, tip),
        mapKey(),
      ),
      custom("seat-cart", { purchase, onReserve: () => this.reserve() }),
    );
  }

  /** Before and after the sale the map can be looked at; seats cannot be taken. */
  saleNotice() {
    const event = this.purchase.event.value;
    if (!event || event.saleState === "open") return null;
    const words = event.saleState === "upcoming" && event.onSaleAt
      ? t("event.upcoming", { when: shortDate(event.onSaleAt, event.timeZone) })
      : t("event.closed");
    return h(
      "p",
      { class: "notice sale-notice", role: "status" },
      icon("clock"),
      h("span", null, words),
      h("span", { "aria-live": "off" }, saleCountdown(this.app.clock, () => this.purchase.event.value)),
    );
  }

  /** Which level is drawn, where a house has several. @param {import("../map/seat-map.js").SeatMap} map */
  floors(map) {
    const names = this.purchase.geometry.peek()?.floors ?? [];
    if (names.length < 2) return null;
    const shown = signal(-1);
    watch(() => void (map.floor = shown.value));
    return h(
      "div",
      { class: "legend", role: "group", "aria-label": t("seats.floors") },
      [-1, ...names.keys()].map((floor) =>
        h("button", {
          type: "button",
          class: "chip",
          "aria-pressed": () => String(shown.value === floor),
          onclick: () => (shown.value = floor),
        }, floor < 0 ? t("seats.allFloors") : names[floor])
      ),
    );
  }

  liveState() {
    const live = this.purchase.live.value;
    const state = live?.connection.value;
    if (!live || state !== "live") return null;
    const viewers = live.viewers.value;
    return [
      h("span", { class: "live-dot" }),
      t("connection.live"),
      viewers > 1 ? h("span", { class: "muted" }, ` · ${t("live.viewers", { n: viewers })}`) : null,
    ];
  }

  async reserve() {
    const isHeld = await this.purchase.reserve();
    if (isHeld && !this.purchase.partial.peek()) go(`/events/${this.purchase.eventId}/checkout`);
  }

  /** The nearest choice that leaves nobody's seat alone. @param {import("../lib/wire-types.js").ReserveRefusedBody} refusal */
  async askInstead(refusal) {
    if (await askInstead(this.purchase, refusal)) await this.reserve();
  }

  /** Brief §4.5: what was got, what was not, and three ways on. @param {import("../app/purchase-state.js").Partial} partial */
  async askPartial({ reserved, failed }) {
    const { purchase } = this;
    const currency = purchase.event.peek()?.currency ?? "EUR";
    const total = money(purchase.heldTotal.peek(), currency);
    const choice = await ask({
      title: t("partial.title"),
      icon: "warning",
      tone: "warning",
      content: () => [
        h(
          "section",
          { class: "success-section" },
          h("h3", null, icon("check"), t("partial.got", { n: reserved.length })),
          h(
            "ul",
            null,
            reserved.map((seat) => h("li", null, `${seat.place} – ${money(seat.price, currency)}`)),
          ),
        ),
        h(
          "section",
          { class: "failed-section" },
          h("h3", null, icon("error"), t("partial.failed", { n: failed.length })),
          h("ul", null, failed.map((seat) => h("li", null, `${seat.label} – ${seat.reason}`))),
        ),
      ],
      actions: [
        { label: t("partial.proceed", { n: reserved.length, total }), value: "proceed", kind: "primary" },
        { label: t("partial.more"), value: "more", kind: "secondary" },
        { label: t("partial.cancel"), value: "cancel", kind: "quiet" },
      ],
      isOver: () => purchase.partial.peek() === null,
    });
    purchase.partial.value = null;
    this.app.toasts.dismiss(`partial-${purchase.eventId}`);
    if (choice === "proceed") go(`/events/${purchase.eventId}/checkout`);
    if (choice === "cancel") await purchase.startOver();
  }
}
customElements.define("seats-view", SeatsView);
