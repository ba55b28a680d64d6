// @ts-check
/** What a plan's file sells and Houseful does not, in words. */
import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { icon } from "../../ui/icons.js";

/** @param {import("../../net/venue-api.js").Plan | null} plan @returns {HTMLElement | null} null: nothing is left out */
export function leftOut(plan) {
  if (!plan?.leftOut.length) return null;
  return h(
    "div",
    { class: "left-out" },
    h(
      "p",
      null,
      icon("warning"),
      t("venue.plan.leftOut", { n: plan.leftOut.length }),
    ),
    h(
      "ul",
      { class: "small" },
      plan.leftOut.map((one) => h("li", null, words(one))),
    ),
  );
}

/** @param {import("../../lib/wire-types.js").LeftOutBody} left */
function words({ kind, name, places, section }) {
  const where = section ? t("venue.plan.leftOut.where", { name, section }) : name;
  const lacks = kind === "standing_area" && !places ? ".places" : "";
  return t(`venue.plan.leftOut.${kind}${lacks}`, { name: where, n: places });
}
