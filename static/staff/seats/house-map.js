// @ts-check
/** The house on the board: the buyers' own map, a heat of what is sold, and seats picked for an act. */
import { custom, h, listen, onEnd, watch } from "../../lib/dom.js";
import { money, t } from "../../lib/i18n.js";
import { computed, signal } from "../../lib/signals.js";
import "../../map/seat-map.js";
import { soldShare } from "../../state/occupancy.js";
import { seatsOf } from "../../state/units.js";
import { failure, skeleton } from "../../ui/frame.js";
import { mapWords } from "../../ui/map-words.js";
import { createLasso } from "./lasso-layer.js";
import { createPick } from "../pick.js";
import { seatPanel } from "./seat-panel.js";
import { seatTip } from "./seat-tip.js";
import { sign } from "../signs.js";
import { staffKey } from "../staff-key.js";

/** @typedef {"look" | "box" | "lasso"} Tool */

/** @param {{ staff: import("../staff.js").StaffRoom, desk: import("../board/desk.js").Desk }} parts */
export function houseMap({ staff, desk }) {
  const tool = signal(/** @type {Tool} */ ("look"));
  const isHeat = signal(true);
  const map = signal(/** @type {import("../../map/seat-map.js").SeatMap | null} */ (null));
  const pick = createPick(desk);
  onEnd(pick.clear);

  const picture = () => {
    const house = desk.house.value;
    if (desk.houseProblem.value && !house) return failure(desk.houseProblem.value, () => void desk.loadHouse());
    if (!house) return skeleton("map");
    const made = build(house);
    map.value = made;
    onEnd(() => (map.value = null));
    return h("div", { class: "map-box" }, made, createLasso({ map: made, tool, pick }), seatTip(house, made, desk));
  };

  /** @param {import("../../app/seating.js").House} house */
  function build(house) {
    /** @type {import("../../map/seat-map.js").SeatMap} */
    const made = custom("seat-map", {}, { class: "map", "aria-label": t("venue.map") });
    const currency = desk.event.peek()?.currency ?? "EUR";
    made.words = mapWords();
    made.priceText = (category) => money(house.categories[category]?.price ?? "0", currency);
    made.together = (i) => {
      const unit = desk.house.peek()?.unitAt(i);
      return unit ? seatsOf(unit).map((id) => house.store.indexOf(id)) : [i];
    };
    made.store = house.store;
    const shares = computed(() => {
      const rows = new Map(
        desk.shown.value?.sections.map((
          /** @type {import("../../state/occupancy.js").SectionRow} */ row,
        ) => [row.name, soldShare(row)]),
      );
      return house.store.sections.map(({ name }) => rows.get(name) ?? 0);
    });
    watch(() => void (made.heat = isHeat.value ? shares.value : null));
    listen(made, "seat-activate", ({ detail }) => pick.toggle(detail.index));
    return made;
  }

  return {
    map: h(
      "section",
      { class: "card-box map-card", "aria-label": t("venue.map") },
      h(
        "div",
        { class: "map-tools", role: "group", "aria-label": t("venue.tools") },
        toolButton(tool, "look", "hand"),
        toolButton(tool, "box", "box"),
        toolButton(tool, "lasso", "lasso"),
        h(
          "button",
          {
            type: "button",
            class: "chip",
            "aria-pressed": () => String(isHeat.value),
            onclick: () => (isHeat.value = !isHeat.peek()),
          },
          sign("flame"),
          t("venue.heat"),
        ),
      ),
      picture,
      staffKey(),
    ),
    panel: seatPanel({ staff, desk, pick }),
    /** Shows a section by its name. @param {string} name */
    show(name) {
      const made = map.peek();
      const s = made?.store?.sections.findIndex((section) => section.name === name) ?? -1;
      if (!made || s < 0) return;
      made.zoomTo(s);
      made.scrollIntoView({ block: "center" });
    },
  };
}

/** @param {import("../../lib/signals.js").Signal<Tool>} tool @param {Tool} name @param {string} picture */
const toolButton = (tool, name, picture) =>
  h(
    "button",
    {
      type: "button",
      class: "chip",
      "aria-pressed": () => String(tool.value === name),
      onclick: () => (tool.value = name),
    },
    sign(picture),
    t(`venue.tool.${name}`),
  );
