// @ts-check
/** How many places of a standing area: fewer, the number, more. In the list and in the cart alike. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { icon } from "../ui/icons.js";

/**
 * @param {import("../app/purchase.js").Purchase} purchase
 * @param {Readonly<import("../state/areas.js").StandingArea>} area
 */
export function areaStepper(purchase, area) {
  const number = () => purchase.places.of(area.id);
  const step = (/** @type {number} */ by, /** @type {string} */ sign, /** @type {string} */ words) =>
    h("button", {
      type: "button",
      class: "plain-button",
      "aria-label": t(words, { area: area.name }),
      "aria-disabled": () => {
        purchase.revision.value;
        return String(by < 0 ? number() === 0 : purchase.roomFor(area) <= 0);
      },
      onclick: () => purchase.stepPlaces(area, by),
    }, icon(sign));
  return h(
    "div",
    { class: "stepper", role: "group", "aria-label": t("areas.places", { area: area.name }) },
    step(-1, "minus", "areas.fewer"),
    h("output", { class: "tabular", "aria-label": () => t("areas.chosen", { n: number() }) }, () => number()),
    step(1, "plus", "areas.more"),
  );
}
