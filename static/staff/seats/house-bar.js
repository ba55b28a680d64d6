// @ts-check
/** How a house stands, as one bar: booked, being paid for, reserved, blocked; the rest is free. */
import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { shares } from "../../state/occupancy.js";

const PARTS = /** @type {const} */ (["booked", "paying", "reserved", "blocked"]);

/**
 * @param {() => import("../../state/occupancy.js").Counts} counts
 * @param {() => string} name whose bar it is
 */
export function houseBar(counts, name) {
  return h(
    "div",
    {
      class: "house-bar",
      role: "img",
      "aria-label": () => {
        const { total, available, reserved, paying, booked, blocked } = counts();
        return t("venue.bar", { name: name(), total, available, held: reserved + paying, booked, blocked });
      },
    },
    PARTS.map((part) =>
      h("span", { class: `is-${part}`, style: { "--share": () => shares(counts())[part].toFixed(4) } })
    ),
  );
}
