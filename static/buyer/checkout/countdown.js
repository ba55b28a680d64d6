// @ts-check
/** The time left on a reservation: bar, digits, one press for more, and the alerts a buyer may want. */
import { h, View } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { icon } from "../../ui/icons.js";

const PAYING = new Set(["PROCESSING_PAYMENT", "CONFIRMING"]);

export class HoldCountdown extends View {
  /** @type {import("../../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** @type {import("../../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);

  /** @override */
  render() {
    const { alerts, toasts } = this.app;
    const { timer, machine, canExtend } = this.purchase;
    const isPaying = () => PAYING.has(machine.state.value);
    return h(
      "section",
      {
        class: () => `timer ${timer.isWarning.value ? "warning pulse-warning" : ""}`,
        "aria-label": t("timer.label"),
      },
      icon(`clock`),
      () =>
        isPaying() ? h("p", { class: "timer-words" }, t("timer.paused")) : h(
          "p",
          { class: "timer-words", role: "timer", "aria-live": "off" },
          h("strong", { class: "tabular timer-digits" }, () => timer.timeRemainingFormatted.value),
          h("span", { class: "unseen" }, ` ${t("timer.label")}`),
        ),
      h(
        "div",
        { class: "progress-bar", "aria-hidden": "true" },
        h("div", { style: { "--share": () => (isPaying() ? 1 : timer.progressPercentage.value / 100).toFixed(4) } }),
      ),
      h(
        "div",
        { class: "timer-choices" },
        h("button", {
          type: "button",
          class: "button is-secondary is-small",
          hidden: () => !canExtend.value || isPaying() || !timer.isRunning.value,
          onclick: () => this.purchase.extend(),
        }, t("timer.extend")),
        h("button", {
          type: "button",
          class: "plain-button toggle",
          "aria-pressed": () => String(alerts.sound.value),
          "aria-label": t("timer.sound"),
          title: t("timer.sound"),
          onclick: () => alerts.setSound(!alerts.sound.peek()),
        }, icon("sound")),
        alerts.canNotify
          ? h("button", {
            type: "button",
            class: "plain-button toggle",
            "aria-pressed": () => String(alerts.notify.value),
            "aria-label": t("timer.notify"),
            title: t("timer.notify"),
            onclick: async () => {
              const isAllowed = await alerts.setNotify(!alerts.notify.peek());
              if (!isAllowed) toasts.show("info", t("timer.notifyDenied"), 6000);
            },
          }, icon("bell"))
          : null,
      ),
    );
  }
}
customElements.define("hold-countdown", HoldCountdown);
