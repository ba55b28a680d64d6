// @ts-check
/** What stands around every tab of one event: its name, how its sale stands, the tabs, the connection. */
import { custom, h, watch } from "../../lib/dom.js";
import { shortDate, t } from "../../lib/i18n.js";
import { computed, untracked } from "../../lib/signals.js";
import { entitle, failure, skeleton } from "../../ui/frame.js";
import { icon } from "../../ui/icons.js";
import { saleCountdown } from "../../ui/sale-countdown.js";
import { staffMenu } from "../staff-menu.js";

const TABS = ["", "bookings", "holds", "door", "sale", "discounts", "audit"];

/**
 * @param {{ staff: import("../staff.js").StaffRoom, view: HTMLElement, desk: import("../board/desk.js").Desk, page: string }} parts
 * @param {() => import("../../lib/dom.js").Child} content built once the event's figures are there
 */
export function eventFrame({ staff, view, desk, page }, content) {
  const at = `#/venue/${desk.eventId}`;
  const tab = t(`venue.tab.${page || "board"}`);
  watch(() => entitle(view, [desk.latest.value?.name, tab].filter(Boolean).join(" · ")));
  // Whether there are figures, not which: the content is built once and follows them by itself.
  const isThere = computed(() => desk.latest.value !== null);
  // On a phone the row of tabs is wider than the page: the open one is moved into sight.
  requestAnimationFrame(() =>
    view.querySelector(".venue-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" })
  );
  return h(
    "div",
    { class: `venue venue-event is-${page || "board"}` },
    h(
      "header",
      { class: "venue-head" },
      h("a", { class: "plain-button", href: "#/venue", "aria-label": t("venue.all") }, icon("back")),
      h(
        "div",
        { class: "venue-title" },
        h("h1", null, () => desk.latest.value?.name ?? t("venue.title")),
        h("p", { class: "muted small" }, () => {
          const now = desk.latest.value;
          return now ? shortDate(now.startsAt, now.timeZone) : "";
        }),
      ),
      h("div", { class: "venue-sale" }, () => salePill(desk), saleCountdown(staff.app.clock, () => desk.event.value)),
      staffMenu(staff),
    ),
    h(
      "nav",
      { class: "venue-tabs", "aria-label": t("venue.tabs") },
      TABS.map((name) =>
        h("a", {
          href: name ? `${at}/${name}` : at,
          "aria-current": name === page ? "page" : null,
        }, t(`venue.tab.${name || "board"}`))
      ),
    ),
    custom("connection-banner", { app: staff.app, feed: () => desk.frozen.value ? null : desk.stream }),
    () => {
      if (desk.problem.value && !isThere.value) return failure(desk.problem.value, () => void desk.readWhole());
      return isThere.value
        ? h("div", { class: "venue-body" }, untracked(content))
        : h("div", { class: "page" }, skeleton("board"));
    },
  );
}

/** @param {import("../board/desk.js").Desk} desk */
function salePill(desk) {
  const state = desk.latest.value?.saleState;
  return state ? h("span", { class: `pill sale-pill is-${state}` }, t(`venue.sale.${state}`)) : null;
}
