// @ts-check
/** Price categories with live counts, which also filter; accessible seats; what the marks mean. */
import { h, svg, View } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { formOf } from "../map/forms.js";
import { icon } from "./icons.js";

const DISC = { cx: 8, cy: 8, r: 7 };
/** @type {Record<string, [string, Record<string, string | number>][]>} */
const KEY = {
  AVAILABLE: [["circle", DISC]],
  selected: [["circle", DISC], ["circle", { cx: 8, cy: 8, r: 4, class: "ring" }]],
  mine: [["circle", DISC], ["path", { d: "M4.800 8.300l2.200 2.200l4.200-4.600", class: "ring" }]],
  RESERVED: [["circle", { cx: 8, cy: 8, r: 5.500 }]],
  BOOKED: [["path", { d: "M4 4l8 8M12 4l-8 8" }]],
  BLOCKED: [["path", { d: "M2.500 8.500l6-6M3.200 12.800l9.600-9.600M7.500 13.500l6-6" }]],
  reserving: [["circle", { cx: 8, cy: 8, r: 5.500, "stroke-dasharray": "5 4" }]],
};

/** The map's shape of a state, small. Beside words. @param {string} state */
export const stateMark = (state) =>
  svg(
    "svg",
    { viewBox: "0 0 16 16", class: `key-mark is-${state.toLowerCase()}`, "aria-hidden": "true" },
    (KEY[state] ?? []).map(([tag, props]) => svg(tag, props)),
  );

/** The map's form of a category, seen where colours are forced. @param {number} category */
function categoryMark(category) {
  const { outline, hasHole } = formOf(category);
  return svg(
    "svg",
    { viewBox: "-1.100 -1.100 2.200 2.200", class: "swatch-form", "aria-hidden": "true" },
    outline ? svg("polygon", { points: outline.map((at) => at.toFixed(3)).join(" ") }) : svg("circle", { r: 1 }),
    hasHole ? svg("circle", { r: 0.35, class: "hole" }) : null,
  );
}

export class SeatLegend extends View {
  /** @type {import("../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);
  /** @type {import("../lib/signals.js").Signal<import("../app/seating.js").SeatFilter>} */
  filter = /** @type {any} */ (null);
  /** Colours as the map draws them, adapted to the theme.
   * @type {import("../lib/signals.js").Signal<string[]>} */
  colors = /** @type {any} */ (null);

  /** @override */
  render() {
    const { purchase, filter } = this;
    const house = /** @type {import("../app/seating.js").House} */ (purchase.house.peek());
    const counts = house.store.counts;
    const hasAccessible = house.store.flags.some((flags) => flags & 1);

    const areas = house.store.areas.list;
    /** Standing places of a category that are free. @param {number} category */
    const placesFree = (category) => areas.reduce((sum, area) => area.category === category ? sum + area.free : sum, 0);
    /** @param {number} category */
    const toggleCategory = (category) => {
      const now = filter.peek();
      const next = new Set(now.categories ?? []);
      if (!next.delete(category)) next.add(category);
      filter.value = { ...now, categories: next.size && next.size < house.categories.length ? next : null };
    };
    return h(
      "div",
      { class: "legend", role: "group", "aria-label": t("seats.legend") },
      house.categories.map((category, index) =>
        counts.categoryTotal[index] || areas.some((area) => area.category === index)
          ? h(
            "button",
            {
              type: "button",
              class: "chip",
              "aria-pressed": () => String(filter.value.categories?.has(index) === true),
              onclick: () => toggleCategory(index),
            },
            h("span", { class: "swatch", style: { "--swatch": () => this.colors.value[index] ?? category.color } }),
            categoryMark(index),
            h("span", null, category.name),
            h("strong", { class: "tabular" }, house.priceWords(index)),
            h("span", { class: "muted tabular" }, () => {
              purchase.revision.value;
              return t("seats.free", { n: (counts.categoryAvailable[index] ?? 0) + placesFree(index) });
            }),
          )
          : null
      ),
      hasAccessible
        ? h(
          "button",
          {
            type: "button",
            class: "chip",
            "aria-pressed": () => String(filter.value.accessible),
            onclick: () => (filter.value = { ...filter.peek(), accessible: !filter.peek().accessible }),
          },
          icon("wheelchair"),
          t("seats.accessible"),
        )
        : null,
    );
  }
}
customElements.define("seat-legend", SeatLegend);

/** What shape and colour mean on the map: the map's own shapes, small. */
export function mapKey() {
  return h(
    "ul",
    { class: "map-key", "aria-label": t("seats.key") },
    Object.keys(KEY).map((state) => h("li", null, stateMark(state), t(`status.${state}`))),
  );
}
