// @ts-check
/** The buyer's account and the page's looks, behind one button in the header. */
import { h, listen, View } from "../lib/dom.js";
import { currentLanguage, t } from "../lib/i18n.js";
import { openBy } from "../lib/platform.js";
import { go } from "../lib/routes.js";
import { icon } from "./icons.js";

const THEMES = ["auto", "light", "dark"];
const NAMES = { en: "English", de: "Deutsch" };

/** @param {string | null} theme */
export function applyTheme(theme) {
  const known = theme && THEMES.includes(theme) ? theme : "auto";
  document.documentElement.style.colorScheme = known === "auto" ? "light dark" : known;
}

export class SettingsMenu extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);

  /** @override */
  render() {
    const { session, shelf } = this.app;
    const panel = h(
      "div",
      { id: "settings", class: "menu" },
      h(
        "div",
        { class: "menu-account" },
        icon("user"),
        () => {
          const who = session.identity.value;
          return who
            ? h(
              "div",
              null,
              h("strong", null, t("account.guest", { id: shortId(who.userId) })),
              h("p", null, t("account.note")),
            )
            : h("strong", null, t("account.signedOut"));
        },
      ),
      h(
        "label",
        { class: "field" },
        h("span", null, t("nav.language")),
        h(
          "select",
          { onchange: choose("houseful.language", shelf, () => location.reload()) },
          Object.entries(NAMES).map(([code, name]) =>
            h("option", { value: code, selected: code === currentLanguage(), lang: code }, name)
          ),
        ),
      ),
      h(
        "label",
        { class: "field" },
        h("span", null, t("nav.theme")),
        h(
          "select",
          { onchange: choose("houseful.theme", shelf, applyTheme) },
          THEMES.map((theme) =>
            h(
              "option",
              { value: theme, selected: theme === (shelf.getItem("houseful.theme") ?? "auto") },
              t(`theme.${theme}`),
            )
          ),
        ),
      ),
      h("button", {
        class: "button is-secondary",
        type: "button",
        onclick: () => {
          close();
          if (session.identity.peek()) this.signOut();
          go("/signin");
        },
      }, () => t(session.identity.value ? "account.signout" : "account.signin")),
    );
    const button = h("button", {
      class: "plain-button header-button",
      type: "button",
      "aria-label": t("nav.menu"),
    }, icon("user"));
    const close = openBy(panel, button);
    listen(globalThis, "hashchange", close);
    return [button, panel];
  }

  signOut() {
    this.app.forgetAll();
    this.app.session.signOut();
    this.app.toasts.clear();
    this.app.tabs.tell("signed-out");
  }
}
customElements.define("settings-menu", SettingsMenu);

/** @param {string} userId "guest-3f2a…" */
const shortId = (userId) => userId.replace(/^guest-/, "").slice(0, 6);

/**
 * @param {string} key
 * @param {import("../lib/platform.js").Shelf} shelf
 * @param {(value: string) => void} act
 */
function choose(key, shelf, act) {
  return (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.target);
    shelf.setItem(key, value);
    act(value);
  };
}
