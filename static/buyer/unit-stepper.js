// @ts-check
/** For how many people a table or box is, where that can be chosen: in the list and in the cart alike. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { icon } from "../ui/icons.js";

/**
 * @param {import("../app/purchase.js").Purchase} purchase
 * @param {import("../state/units.js").Unit} unit chosen or held
 */
export function unitStepper(purchase, unit) {
  if (unit.least === unit.most) return null;
  const name = purchase.house.peek()?.unitPlace(unit) ?? unit.row;
  const number = () => purchase.headsOf(unit);
  const step = (
    /** @type {number} */ by,
    /** @type {string} */ sign,
    /** @type {string} */ words,
  ) =>
    h("button", {
      type: "button",
      class: "plain-button",
      "aria-label": t(words, { unit: name }),
      "aria-disabled": () => String(by < 0 ? number() <= unit.least : number() >= unit.most),
      onclick: () => purchase.stepHeads(unit, by),
    }, icon(sign));
  return h(
    "div",
    {
      class: "stepper",
      role: "group",
      "aria-label": t("units.people", { unit: name }),
    },
    step(-1, "minus", "units.fewer"),
    h("output", {
      class: "tabular",
      "aria-label": () => t("units.heads", { n: number() }),
    }, () => number()),
    step(1, "plus", "units.more"),
  );
}
