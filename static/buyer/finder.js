// @ts-check
/**
 * Section → row → seat: the way to a seat for who does not use the map, equal to it and the first
 * stop of the Tab key. Shows the same live state and toggles the same seats.
 */
import { each, h, View } from "../lib/dom.js";
import { money, moneyRange, t } from "../lib/i18n.js";
import { computed, signal } from "../lib/signals.js";
import { icon } from "../ui/icons.js";
import { areaStepper } from "./area-stepper.js";
import { unitStepper } from "./unit-stepper.js";
import { stateMark } from "../ui/legend.js";
import { rowName, rowOf } from "../ui/seat-words.js";

/** @typedef {import("../app/seating.js").House} House @typedef {import("../app/seating.js").HouseSection} HouseSection */

const MARK_WORDS = ["", "selected", "reserving", "mine"];

export class SeatFinder extends View {
  /** @type {import("../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);
  /** @type {import("../lib/signals.js").Signal<import("../app/seating.js").SeatFilter>} */
  filter = /** @type {any} */ (null);
  /** @type {(section: number) => void} */
  onSection = () => {};
  /** @type {(index: number) => void} */
  onSeat = () => {};
  section = signal(-1);
  row = signal(-1);

  /** @override */
  render() {
    const house = /** @type {House} */ (this.purchase.house.peek());
    if (house.sections.length === 1 && !house.store.areas.list.length) this.section.value = 0;
    return h(
      "nav",
      { class: "finder", "aria-label": t("seats.finder") },
      () => {
        const section = house.sections[this.section.value];
        const row = house.rows[this.row.value];
        if (section && row) return this.seats(house, section, row);
        return section ? this.rows(house, section) : this.sections(house);
      },
    );
  }

  /** Moves to a section, as the map does when one is pressed there. @param {number} section */
  open(section) {
    this.row.value = -1;
    this.section.value = section;
  }

  /** Changes what is listed, then puts the focus on its heading. @param {() => void} change */
  step(change) {
    change();
    /** @type {HTMLElement | null} */ (this.querySelector("[data-heading]"))?.focus();
  }

  /** @param {House} house */
  sections(house) {
    const matching = computed(() => {
      this.purchase.revision.value;
      const filter = this.filter.value;
      if (!filter.categories && !filter.accessible) return house.sections;
      return house.sections.filter((section) => house.countFree(section, filter) > 0);
    });
    return [
      h("h2", { class: "finder-head", tabindex: "-1", "data-heading": true }, t("seats.sections")),
      this.areas(house),
      each(h("ul", { class: "sections" }), () => matching.value, (section) => section.index, (section) => {
        const free = computed(() => {
          this.purchase.revision.value;
          return house.countFree(section, this.filter.value);
        });
        return h(
          "li",
          null,
          h(
            "button",
            {
              type: "button",
              class: "section-button",
              onclick: () => {
                this.onSection(section.index);
                this.step(() => this.open(section.index));
              },
            },
            h("span", { class: "section-name" }, section.name),
            h("span", { class: "section-price tabular" }, this.prices(section.minPrice, section.maxPrice)),
            h(
              "span",
              { class: "section-free" },
              () => free.value ? t("seats.freeOf", { available: free.value, total: section.count }) : t("seats.none"),
            ),
            h("span", {
              class: "bar",
              style: { "--share": () => (free.value / Math.max(1, section.count)).toFixed(3) },
            }),
          ),
        );
      }),
      () =>
        matching.value.length || house.store.areas.list.length
          ? null
          : h("p", { class: "muted pad" }, t("seats.noMatch")),
    ];
  }

  /** Standing areas, where a number is chosen at once. @param {House} house */
  areas(house) {
    const { list } = house.store.areas;
    if (!list.length) return null;
    return h(
      "ul",
      { class: "sections", "aria-label": t("areas.title") },
      list.map((area) => {
        const isShown = () => this.filter.value.categories?.has(area.category) ?? !this.filter.value.accessible;
        const free = computed(() => {
          this.purchase.revision.value;
          return area.free;
        });
        return h(
          "li",
          { class: "area-line", hidden: () => !isShown() },
          h("span", { class: "section-name" }, area.name),
          h("span", { class: "section-price tabular" }, this.prices(...house.categoryPrices(area.category))),
          h(
            "span",
            { class: "section-free" },
            () => free.value ? t("areas.free", { n: free.value }) : t("seats.none"),
            area.entrance ? ` · ${t("seats.entrance", { name: area.entrance })}` : null,
          ),
          areaStepper(this.purchase, area),
          h("span", {
            class: "bar",
            style: { "--share": () => (free.value / Math.max(1, area.capacity)).toFixed(3) },
          }),
        );
      }),
    );
  }

  /** @param {string} least @param {string} most */
  prices(least, most) {
    return moneyRange(least, most, this.purchase.event.peek()?.currency ?? "EUR");
  }

  /** @param {House} house @param {HouseSection} section */
  rows(house, section) {
    return [
      h(
        "div",
        { class: "finder-head" },
        house.sections.length > 1 ? this.backButton(t("seats.sections"), () => (this.section.value = -1)) : null,
        h("h2", { tabindex: "-1", "data-heading": true }, t("seats.rowsOf", { section: section.name })),
      ),
      section.entrance ? h("p", { class: "muted pad small" }, t("seats.entrance", { name: section.entrance })) : null,
      h(
        "ul",
        { class: "rows" },
        section.rows.map((row) => {
          const unit = house.unitAt(row.first);
          if (unit) return this.unit(house, unit);
          const free = computed(() => {
            this.purchase.revision.value;
            return house.countFree(row, this.filter.value);
          });
          return h(
            "li",
            null,
            h(
              "button",
              {
                type: "button",
                class: "row-button",
                onclick: () => this.step(() => (this.row.value = row.index)),
              },
              h("span", null, rowName(row.label, row.kind)),
              h("span", { class: "section-price tabular" }, this.prices(...house.rowPrices(row))),
              h(
                "span",
                { class: () => `muted ${free.value ? "" : "is-none"}` },
                () => free.value ? t("seats.free", { n: free.value }) : t("seats.none"),
              ),
            ),
          );
        }),
      ),
    ];
  }

  /** A table or box that is sold whole is one choice. @param {House} house @param {import("../state/units.js").Unit} unit */
  unit(house, unit) {
    const index = house.store.indexOf(unit.id);
    const state = computed(() => {
      this.purchase.revision.value;
      return MARK_WORDS[house.store.mark[index] ?? 0] || (house.isUnitFree(unit) ? "AVAILABLE" : "BOOKED");
    });
    const isPicked = () => state.value === "selected" || state.value === "mine";
    return h(
      "li",
      { class: "unit-line" },
      h(
        "button",
        {
          type: "button",
          class: () => `row-button is-${state.value.toLowerCase()}`,
          "aria-pressed": () => String(isPicked()),
          "aria-disabled": () => String(state.value !== "AVAILABLE" && state.value !== "selected"),
          onclick: () => this.onSeat(index),
        },
        h("span", null, rowName(unit.row, unit.rowKind)),
        h(
          "span",
          { class: "section-price tabular" },
          this.prices(house.unitPrice(unit, unit.least), house.unitPrice(unit, unit.most)),
        ),
        h(
          "span",
          { class: () => `muted ${state.value === "BOOKED" ? "is-none" : ""}` },
          t(unit.least === unit.most ? "units.seats" : "units.range", { n: unit.most, least: unit.least }),
          () => state.value === "AVAILABLE" ? null : ` · ${t(`status.${state.value}`)}`,
        ),
      ),
      () => isPicked() ? unitStepper(this.purchase, unit) : null,
    );
  }

  /** @param {House} house @param {HouseSection} section @param {import("../app/seating.js").HouseRow} row */
  seats(house, section, row) {
    const place = section.rows.indexOf(row);
    const [before, after] = [section.rows[place - 1], section.rows[place + 1]];
    const currency = this.purchase.event.peek()?.currency ?? "EUR";
    /** @param {import("../app/seating.js").HouseRow | undefined} other @param {string} sign @param {string} words */
    const turn = (other, sign, words) =>
      h("button", {
        type: "button",
        class: "plain-button",
        disabled: !other,
        "aria-label": t(words),
        onclick: () => other && this.step(() => (this.row.value = other.index)),
      }, icon(sign));
    return [
      h(
        "div",
        { class: "finder-head" },
        this.backButton(t("seats.rowsOf", { section: section.name }), () => (this.row.value = -1)),
        h(
          "h2",
          { tabindex: "-1", "data-heading": true },
          rowOf(section.name, row.label, row.kind),
        ),
        turn(before, "back", "seats.previousRow"),
        turn(after, "next", "seats.nextRow"),
      ),
      h(
        "ul",
        { class: "seats", "aria-label": rowOf(section.name, row.label, row.kind) },
        Array.from({ length: row.count }, (_none, at) => this.seat(house, row.first + at, currency)),
      ),
    ];
  }

  /** @param {House} house @param {number} i @param {string} currency */
  seat(house, i, currency) {
    const { store } = house;
    const state = computed(() => {
      this.purchase.revision.value;
      const mark = MARK_WORDS[store.mark[i] ?? 0];
      return mark || house.statusOf(i);
    });
    const extras = house.flagWords(i);
    const category = house.categories[store.category[i] ?? 0];
    const isOpen = () => state.value === "AVAILABLE" || state.value === "selected";
    return h(
      "li",
      { class: house.hasGapAfter(i) ? "has-gap" : "" },
      h(
        "button",
        {
          type: "button",
          class: () =>
            `seat-button is-${state.value.toLowerCase()} ${house.passes(i, this.filter.value) ? "" : "is-filtered"}`,
          style: { "--swatch": category?.color ?? "" },
          "aria-pressed": () => String(state.value === "selected"),
          "aria-disabled": () => String(!isOpen()),
          "aria-label": () =>
            [
              house.place(i),
              category?.name ?? "",
              money(house.price(i), currency),
              t(`status.${state.value}`),
              ...extras,
            ].filter(Boolean).join(", "),
          onclick: () => this.onSeat(i),
        },
        h(
          "span",
          { class: "seat-mark" },
          store.seatLabel(i),
          extras.length && (store.flags[i] ?? 0) & 1 ? icon("wheelchair") : null,
          () => state.value === "AVAILABLE" ? null : stateMark(state.value),
        ),
        h("span", { class: "seat-price tabular" }, money(house.price(i), currency)),
      ),
    );
  }

  /** @param {string} words @param {() => void} change */
  backButton(words, change) {
    return h("button", {
      type: "button",
      class: "plain-button",
      "aria-label": `${t("back")}: ${words}`,
      onclick: () => this.step(change),
    }, icon("back"));
  }
}
customElements.define("seat-finder", SeatFinder);
