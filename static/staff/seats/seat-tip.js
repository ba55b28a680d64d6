// @ts-check
/** The seat or section under the pointer, in words, beside it. */
import { h, listen } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { soldShare } from "../../state/occupancy.js";
import { placeTip } from "../../ui/tip-place.js";
import { percent } from "../board/figures.js";

/**
 * @param {import("../../app/seating.js").House} house
 * @param {import("../../map/seat-map.js").SeatMap} map
 * @param {import("../board/desk.js").Desk} desk
 */
export function seatTip(house, map, desk) {
  const over = signal({ seat: -1, section: -1, area: -1 });
  const tip = h(
    "div",
    { class: "seat-tip", "aria-hidden": "true", hidden: () => Math.max(...Object.values(over.value)) < 0 },
    () => {
      const { seat, section, area } = over.value;
      if (seat >= 0) return seatWords(house, seat);
      return groupWords(desk, (house.store.areas.list[area] ?? house.store.sections[section])?.name);
    },
  );
  listen(map, "seat-hover", ({ detail }) => {
    over.value = { seat: detail.index, section: detail.section, area: detail.area };
    placeTip(tip, detail);
  });
  return tip;
}

/** @param {import("../../app/seating.js").House} house @param {number} i */
const seatWords = (house, i) => [
  h("strong", null, house.place(i)),
  h("span", { class: "muted" }, `${house.store.sectionName(i)} · ${house.store.categoryName(i)}`),
  h("span", { class: "seat-tip-state" }, t(`status.${house.statusOf(i)}`)),
];

/** A section's or standing area's figures. @param {import("../board/desk.js").Desk} desk @param {string | undefined} name */
function groupWords(desk, name) {
  const row = desk.shown.value?.sections.find((one) => one.name === name);
  if (!row) return null;
  return [
    h("strong", null, name),
    h("span", null, t("venue.tip.sold", { share: percent(soldShare(row)), booked: row.booked })),
    h("span", { class: "muted" }, t("venue.tip.rest", { available: row.available, held: row.reserved + row.paying })),
  ];
}
