// @ts-check
/** What needs someone's eye now. Read aloud at once when it comes up. */
import { each, h } from "../../lib/dom.js";
import { longDate, minuteTime, t } from "../../lib/i18n.js";
import { icon } from "../../ui/icons.js";
import { openPaymentProblems, PAYMENT_ALERTS } from "../payment-problems.js";

/**
 * @param {import("../staff.js").StaffRoom} staff
 * @param {string} zone the venue's
 * @param {() => readonly import("../../state/occupancy.js").Alert[]} alerts
 */
export function alertList(staff, zone, alerts) {
  const list = each(h("ul", null), alerts, (alert) => `${alert.code} ${alert.since}`, (alert) =>
    h(
      "li",
      { class: `venue-alert is-${alert.level}` },
      icon(alert.level === "error" ? "error" : "warning"),
      h(
        "div",
        null,
        h("strong", null, t(`venue.alert.${alert.code}`)),
        // How many changes often; that it stands is said once.
        h("p", { class: "small", "aria-live": "off" }, () => {
          const now = alerts().find((one) => one.code === alert.code) ?? alert;
          return t(`venue.alert.${alert.code}.text`, { n: now.count });
        }),
        PAYMENT_ALERTS.has(alert.code)
          ? h(
            "button",
            { type: "button", class: "link-button", onclick: () => openPaymentProblems(staff, zone) },
            t("venue.payments.show"),
          )
          : null,
      ),
      h(
        "time",
        { class: "small tabular", datetime: alert.since, title: longDate(alert.since, zone) },
        minuteTime(alert.since, zone),
      ),
    ));
  return h("div", { class: "venue-alerts", role: "alert", hidden: () => !alerts().length }, list);
}
