// @ts-check
/** The seat or standing area under the pointer, in words, beside it. */
import { h, listen } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { placeTip } from "../ui/tip-place.js";

/** @typedef {import("../app/purchase.js").Purchase} Purchase @typedef {import("../app/seating.js").House} House */

/** What `house.store.mark` says of a seat. */
const MARKS = ["", "selected", "reserving", "mine"];

/** @param {Purchase} purchase @param {House} house @param {import("../map/seat-map.js").SeatMap} map */
export function seatTip(purchase, house, map) {
  const over = signal({ seat: -1, area: -1 });
  const tip = h(
    "div",
    { class: "seat-tip", "aria-hidden": "true", hidden: () => over.value.seat < 0 && over.value.area < 0 },
    () => {
      purchase.revision.value;
      const area = house.store.areas.list[over.value.area];
      if (area) return areaWords(house, area);
      return over.value.seat < 0 ? null : seatWords(house, over.value.seat);
    },
  );
  listen(map, "seat-hover", ({ detail }) => {
    over.value = { seat: detail.index, area: detail.area };
    if (detail.index >= 0 || detail.area >= 0) placeTip(tip, detail);
  });
  return tip;
}

/** @param {House} house @param {number} i */
function seatWords(house, i) {
  const state = MARKS[house.store.mark[i] ?? 0] || house.statusOf(i), unit = house.unitAt(i);
  return [
    h("strong", null, unit ? house.unitName(unit) : house.place(i)),
    h("span", { class: "muted" }, house.store.sectionName(i)),
    unit ? h("span", null, house.unitNote(unit)) : priceWords(house, house.store.category[i] ?? 0),
    h("span", { class: `seat-tip-state is-${state.toLowerCase()}` }, t(`status.${state}`)),
    house.flagWords(i).map((word) => h("span", { class: "muted" }, word)),
  ];
}

/** @param {House} house @param {Readonly<import("../state/areas.js").StandingArea>} area */
const areaWords = (house, area) => [
  h("strong", null, area.name),
  area.entrance ? h("span", { class: "muted" }, t("seats.entrance", { name: area.entrance })) : null,
  priceWords(house, area.category),
  h(
    "span",
    { class: `seat-tip-state ${area.free ? "is-available" : ""}` },
    area.free ? t("areas.free", { n: area.free }) : t("seats.none"),
  ),
];

/** @param {House} house @param {number} category */
function priceWords(house, category) {
  const name = house.categories[category]?.name ?? "";
  return h(
    "span",
    { class: "seat-tip-price" },
    `${name} · `,
    h("b", { class: "tabular" }, house.priceWords(category)),
  );
}
