// @ts-check
/** What pages have in common: their heading, waiting, failing and being empty. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { explain } from "./explain.js";

/** Tells the shell what the page is called. @param {HTMLElement} view @param {string} title */
export function entitle(view, title) {
  view.dispatchEvent(new CustomEvent("view-title", { detail: title, bubbles: true }));
}

/**
 * A failure with a way on.
 * @param {import("../net/envelope.js").ApiError} error
 * @param {() => void} again
 */
export function failure(error, again) {
  const isGone = error.status === 404;
  return h(
    "div",
    { class: "page empty", role: "alert" },
    h("h1", null, t(isGone ? "error.notFound" : "error.title")),
    h("p", null, isGone ? t("error.notFoundHelp") : explain.error(error)),
    isGone ? null : h("button", { class: "button is-primary", type: "button", onclick: again }, t("error.again")),
    h("a", { class: "button is-secondary", href: "#/" }, t("error.home")),
  );
}

/** Grey shapes where content will be. @param {string} kind @param {number} [times] */
export function skeleton(kind, times = 1) {
  return h(
    "div",
    { class: `skeletons is-${kind}`, role: "status", "aria-label": t("loading") },
    Array.from({ length: times }, () => h("div", { class: "skeleton" })),
  );
}

/**
 * @param {string} title
 * @param {string} help
 * @param {...import("../lib/dom.js").Child} more
 */
export const empty = (title, help, ...more) =>
  h("div", { class: "empty" }, h("h2", null, title), h("p", null, help), ...more);

/** How a booking stands. @param {{ status: string }} booking */
export const bookingStatus = (booking) =>
  h("span", { class: `pill is-${booking.status.toLowerCase()}` }, t(`booking.${booking.status}`));
