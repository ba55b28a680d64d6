// @ts-check
/** Short notices in a corner, and the one polite live region of the page. */
import { each, h, View, watch } from "../lib/dom.js";
import { signal } from "../lib/signals.js";
import { t } from "../lib/i18n.js";
import { icon } from "../ui/icons.js";

/**
 * @typedef {"success" | "info" | "warning" | "error"} Tone
 * @typedef {{ id: string, tone: Tone, text: string }} Toast
 * @typedef {ReturnType<typeof createToasts>} Toasts
 */

const MOST = 4;
const ICONS = { success: "check", info: "info", warning: "warning", error: "error" };

export function createToasts() {
  const shown = signal(/** @type {readonly Toast[]} */ ([]));
  let made = 0;

  /** @param {string} id */
  function dismiss(id) {
    shown.value = shown.peek().filter((toast) => toast.id !== id);
  }

  return {
    shown,
    dismiss,
    /**
     * @param {Tone} tone
     * @param {string} text
     * @param {number} [ms] 0: until it is closed
     * @param {string} [id] a toast of the same id is replaced
     */
    show(tone, text, ms = 5000, id = `toast-${++made}`) {
      const others = shown.peek().filter((toast) => toast.id !== id && toast.text !== text);
      const toast = { id, tone, text };
      shown.value = [...others, toast].slice(-MOST);
      if (ms) setTimeout(() => shown.value.includes(toast) && dismiss(id), ms);
    },
    clear() {
      shown.value = [];
    },
  };
}

export class ToastShelf extends View {
  /** @type {import("./app.js").App} */
  app = /** @type {any} */ (null);

  /** @override */
  render() {
    const { toasts, said } = this.app;
    const list = h("ul", { class: "toasts" });
    each(list, () => toasts.shown.value, (toast) => toast, (toast) =>
      h(
        "li",
        { class: `toast is-${toast.tone}` },
        icon(ICONS[toast.tone]),
        h("span", null, toast.text),
        h("button", {
          class: "plain-button",
          type: "button",
          "aria-label": t("close"),
          onclick: () => toasts.dismiss(toast.id),
        }, icon("close")),
      ));
    const voice = h("p", { class: "unseen", "aria-live": "polite", role: "status", id: "voice" });
    watch(() => void (voice.textContent = said.value));
    return [h("div", { role: "status", "aria-live": "polite" }, list), voice];
  }
}
customElements.define("toast-shelf", ToastShelf);
