// @ts-check
/** How many of those who look reserve, begin to pay, and book, and which ticket types: since the sale opened. */
import { h } from "../../lib/dom.js";
import { count, money, t } from "../../lib/i18n.js";
import { percent } from "./figures.js";

const STEPS = /** @type {const} */ (["reserved", "checkout", "booked"]);

/** What is sold of each ticket type; nothing where types have no names. @param {() => import("../../state/occupancy.js").Occupancy} occupancy */
function soldTypes(occupancy) {
  return () =>
    occupancy().ticketTypes.length
      ? [
        h("h2", { id: "venue-types" }, t("venue.types.sold")),
        h(
          "dl",
          { class: "venue-facts sold-types", "aria-labelledby": "venue-types" },
          occupancy().ticketTypes.map(({ name, booked, revenue }) =>
            h(
              "div",
              null,
              h("dt", null, name || t("venue.types.nameless")),
              h("dd", { class: "tabular" }, `${count(booked)} · ${money(revenue, occupancy().currency)}`),
            )
          ),
        ),
      ]
      : null;
}

/** @param {() => import("../../state/occupancy.js").Occupancy} occupancy */
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
    soldTypes(occupancy),
  );
}
