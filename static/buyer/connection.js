// @ts-check
/** One line about the connection, shown only when what is on the page is not live. */
import { h, onEnd, View } from "../lib/dom.js";
import { hasWords, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { icon } from "../ui/icons.js";

/**
 * @typedef {Pick<import("../net/live.js").Live, "connection" | "closeCode" | "freshAt" | "wake">} Feed
 */

export class ConnectionBanner extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** Whose connection; by default the buyer's purchase that is watched.
   * @type {(() => Feed | null) | null} */
  feed = null;

  /** @override */
  render() {
    const now = signal(Date.now());
    const timer = setInterval(() => (now.value = Date.now()), 1000);
    onEnd(() => clearInterval(timer));
    const feed = this.feed ??
      (() => this.app.known.value.map((purchase) => purchase.live.value).find((one) => one) ?? null);
    const state = () => feed()?.connection.value ?? "live";
    return h(
      "div",
      { class: "connection", role: "status", hidden: () => state() === "live" || state() === "connecting" },
      () => {
        const live = feed();
        const said = state();
        if (!live || said === "live" || said === "connecting") return null;
        return h(
          "p",
          { class: `is-${said}` },
          icon(said === "polling" ? "info" : "signal"),
          // The age changes every second; only the state is worth reading aloud.
          h(
            "span",
            null,
            said === "offline" && !live.freshAt.peek()
              ? t("connection.offlineNever")
              : words(said, h("span", { "aria-live": "off" }, () => age(now.value - live.freshAt.value))),
            () => why(live.closeCode.value),
          ),
          said === "polling"
            ? null
            : said === "gone"
            ? h("button", { class: "link-button", type: "button", onclick: () => location.reload() }, t("error.again"))
            : h("button", { class: "link-button", type: "button", onclick: () => live.wake() }, t("connection.now")),
        );
      },
    );
  }
}
customElements.define("connection-banner", ConnectionBanner);

/** Why the server closed the socket, where the reader can do something about it. @param {number | null} code */
const why = (code) => hasWords(`close.${code}`) ? ` ${t(`close.${code}`)}` : "";

/** The sentence with the age as an element of its own. @param {string} state @param {HTMLElement} element */
function words(state, element) {
  const [before, after] = t(`connection.${state}`, { age: "\u0000" }).split("\u0000");
  return after === undefined ? [before] : [before, element, after];
}

/** @param {number} ms */
function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 100 ? t("age.seconds", { n: seconds }) : t("age.minutes", { n: Math.round(seconds / 60) });
}
