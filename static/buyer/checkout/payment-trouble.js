// @ts-check
/** What went wrong with a payment and what can be done about it. */
import { h } from "../../lib/dom.js";
import { KEPT_REASONS } from "../../app/payment.js";
import { t } from "../../lib/i18n.js";
import { icon } from "../../ui/icons.js";

/**
 * A panel whose first way on takes the focus; null while nothing is wrong.
 * @param {Pick<import("../../app/purchase.js").Purchase, "machine" | "timer">} purchase
 * @param {{ retry(): void, update(): void, cancel(): void }} ways send again; change the card; give the seats back
 */
export function paymentTrouble({ machine, timer }, { retry, update, cancel: giveUp }) {
  const error = machine.error.value;
  // What is wrong with a detail stands at its field.
  if (machine.state.value !== "FAILED" || !error || error.field) return null;
  /** @param {string} sign @param {string} title @param {import("../../lib/dom.js").Child[]} body @param {import("../../lib/dom.js").Child[]} ways */
  const panel = (sign, title, body, ways) =>
    h(
      "section",
      {
        class: "payment-error",
        role: "alert",
        // The alert itself is read aloud; the focus goes to what can be done, which is not read twice.
        ref: (/** @type {HTMLElement} */ element) => queueMicrotask(() => element.querySelector("button")?.focus()),
      },
      icon(sign),
      h("div", null, h("h2", null, title), ...body, h("div", { class: "ways" }, ...ways)),
    );
  const cancel = h(
    "button",
    { class: "button is-secondary", type: "button", onclick: giveUp },
    t("declined.cancel"),
  );
  /** @param {string} words a key; with `NoTime` after it, for when no deadline runs */
  const help = (words) =>
    h(
      "p",
      { class: "help-text" },
      // An alert is read aloud each time it changes: the seconds run above, in the countdown.
      () => timer.deadline.value ? t(words, { time: timer.remainingNow() }) : t(`${words}NoTime`),
    );
  if (error.code && KEPT_REASONS.has(error.code)) {
    return panel("error", t(`kept.${error.code}.title`), [h("p", null, error.message), help("kept.help")], [
      h("button", { class: "button is-primary", type: "button", onclick: retry }, t("network.retry")),
      cancel,
    ]);
  }
  if (error.status === 402) {
    return panel("card", t("declined.title"), [
      h("p", null, error.message),
      help("declined.help"),
    ], [
      h(
        "button",
        { class: "button is-primary", type: "button", onclick: update },
        t("declined.retry"),
      ),
      cancel,
    ]);
  }
  if (error.retryable) {
    return panel("signal", t("network.title"), [
      h("p", null, `${t("network.max")}. ${error.status ? error.message : ""}`),
      h("p", { class: "help-text" }, t("network.body")),
    ], [
      h("button", { class: "button is-primary", type: "button", onclick: retry }, t("network.retry")),
      cancel,
    ]);
  }
  const isGone = error.status === 409;
  return panel("error", t(isGone ? "conflict.title" : "invalid.title"), [
    h("p", null, isGone ? t("conflict.body") : error.message),
  ], [
    h(
      "button",
      { class: "button is-primary", type: "button", onclick: giveUp },
      t(isGone ? "expired.again" : "invalid.again"),
    ),
  ]);
}
