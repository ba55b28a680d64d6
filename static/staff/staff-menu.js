// @ts-check
/** Who is signed in here and until when, the look of the page, and the way out. */
import { h, onEnd } from "../lib/dom.js";
import { hasWords, minuteTime, shortDate, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { icon } from "../ui/icons.js";
import { applyTheme } from "../ui/settings.js";
import { sign } from "./signs.js";

/** Time to finish what is open and sign in again. */
const WARN_MS = 10 * 60_000;
const LOOK_EVERY_MS = 5_000;
const HALF_DAY_MS = 12 * 3_600_000;

/** @param {import("./staff.js").StaffRoom} staff */
export function staffMenu(staff) {
  const isEnding = endingSoon(staff);
  return h(
    "div",
    { class: "venue-who" },
    h(
      "span",
      { class: "muted small venue-who-name" },
      () => {
        const who = staff.identity.value;
        return who ? t("venue.who", { who: who.sub, role: roleWords(who.role) }) : "";
      },
    ),
    h("span", { class: () => `small venue-until ${isEnding.value ? "is-ending" : "muted"}` }, () => {
      const until = staff.identity.value?.expiresAt ?? Infinity;
      return Number.isFinite(until) ? t("venue.until", { when: untilWords(until, staff.app) }) : "";
    }),
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

/** Whether the sign-in ends soon, which is said once. @param {import("./staff.js").StaffRoom} staff */
function endingSoon(staff) {
  const isEnding = signal(false);
  const look = () => {
    const left = staff.msLeft();
    if (left < WARN_MS && !isEnding.peek()) {
      staff.app.toasts.show(
        "warning",
        t("venue.ending", { n: Math.max(1, Math.ceil(left / 60_000)) }),
        0,
        "venue-ending",
      );
    }
    isEnding.value = left < WARN_MS;
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  onEnd(() => clearInterval(timer));
  look();
  return isEnding;
}

/** By the house's clocks: the hour today, the day as well later on. @param {number} until @param {import("../app/app.js").App} app */
function untilWords(until, { clock, config }) {
  const { timeZone } = config.peek();
  const isToday = until - clock.now() < HALF_DAY_MS;
  return isToday ? minuteTime(until, timeZone) : shortDate(new Date(until).toISOString(), timeZone);
}

/** @param {string} role */
const roleWords = (role) => hasWords(`venue.role.${role}`) ? t(`venue.role.${role}`) : role;

/** Light to dark and back, from whichever is shown. @param {import("../lib/platform.js").Shelf} shelf */
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
