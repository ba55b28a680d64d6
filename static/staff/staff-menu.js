// @ts-check
/** Who is signed in here, the look of the page, and the way out. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { icon } from "../ui/icons.js";
import { applyTheme } from "../ui/settings.js";
import { sign } from "./signs.js";

/** @param {import("./staff.js").StaffRoom} staff */
export function staffMenu(staff) {
  return h(
    "div",
    { class: "venue-who" },
    h(
      "span",
      { class: "muted small venue-who-name" },
      () =>
        staff.identity.value ? t("venue.who", { who: staff.identity.value.sub, role: staff.identity.value.role }) : "",
    ),
    h("button", {
      class: "plain-button",
      type: "button",
      "aria-label": t("venue.theme"),
      title: t("venue.theme"),
      onclick: () => turnTheme(staff.app.shelf),
    }, sign("sun")),
    h("button", { class: "link-button", type: "button", onclick: () => staff.signOut() }, t("account.signout")),
  );
}

/** Light to dark and back, from whichever is shown. @param {Storage} shelf */
function turnTheme(shelf) {
  const kept = shelf.getItem("houseful.theme");
  const isDark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  const next = isDark ? "light" : "dark";
  shelf.setItem("houseful.theme", next);
  applyTheme(next);
}

/**
 * The head of a page of its own: the way back to all events, its title, the menu.
 * @param {Parameters<typeof staffMenu>[0]} staff
 * @param {string} title
 */
export const pageHead = (staff, title) =>
  h(
    "header",
    { class: "venue-head" },
    h("a", { class: "plain-button", href: "#/venue", "aria-label": t("venue.all") }, icon("back")),
    h("div", { class: "venue-title" }, h("h1", null, title)),
    staffMenu(staff),
  );
