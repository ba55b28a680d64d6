// @ts-check
/** What needs someone's eye now. Read aloud at once when it comes up. */
import { each, h } from "../lib/dom.js";
import { hasWords, t } from "../lib/i18n.js";
import { icon } from "../ui/icons.js";
import { minuteTime } from "./figures.js";

/** @param {() => readonly import("../state/occupancy.js").Alert[]} alerts */
export function alertList(alerts) {
  const list = each(h("ul", null), alerts, (alert) => `${alert.code} ${alert.since} ${alert.message}`, (alert) =>
    h(
      "li",
      { class: `venue-alert is-${alert.level}` },
      icon(alert.level === "error" ? "error" : "warning"),
      h(
        "div",
        null,
        h("strong", null, hasWords(`venue.alert.${alert.code}`) ? t(`venue.alert.${alert.code}`) : alert.code),
        h("p", { class: "small" }, alert.message),
      ),
      h(
        "time",
        { class: "small tabular", datetime: alert.since },
        minuteTime(alert.since),
      ),
    ));
  return h("div", { class: "venue-alerts", role: "alert", hidden: () => !alerts().length }, list);
}
