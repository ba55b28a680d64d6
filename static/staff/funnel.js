// @ts-check
/** How many of those who look reserve, begin to pay, and book: since the sale opened. */
import { h } from "../lib/dom.js";
import { count, t } from "../lib/i18n.js";
import { percent } from "./figures.js";

const STEPS = /** @type {const} */ (["reserved", "checkout", "booked"]);

/** @param {() => import("../state/occupancy.js").Occupancy} occupancy */
export function funnel(occupancy) {
  const most = () => Math.max(1, ...STEPS.map((step) => occupancy().funnel[step]));
  return h(
    "section",
    { class: "card-box funnel-box", "aria-labelledby": "venue-funnel" },
    h("h2", { id: "venue-funnel" }, t("venue.funnel")),
    h(
      "dl",
      { class: "funnel" },
      STEPS.map((step, n) =>
        h(
          "div",
          { class: `is-${step}` },
          h("dt", null, t(`venue.funnel.${step}`)),
          h(
            "dd",
            null,
            h("span", {
              class: "funnel-bar",
              style: { "--share": () => (occupancy().funnel[step] / most()).toFixed(4) },
            }),
            h("strong", { class: "tabular" }, () => count(occupancy().funnel[step])),
            n > 0
              ? h("span", { class: "muted small tabular" }, () => {
                const before = occupancy().funnel[/** @type {(typeof STEPS)[number]} */ (STEPS[n - 1])];
                return before ? percent(occupancy().funnel[step] / before) : "";
              })
              : null,
          ),
        )
      ),
    ),
  );
}
