// @ts-check
/** A modal `<dialog>` with a title, content and the choices that close it. */
import { h, scoped } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { icon } from "./icons.js";

let made = 0;
/** A browser that does not tell of a step back is not waited for longer. */
const STEP_MS = 500;

/**
 * Makes the browser's Back press reach what is open instead of the page under it.
 * @param {string} id
 * @param {() => unknown} act true keeps it open, as if Back had not been pressed
 * @returns {() => Promise<void>} to be called when it closes; waits until the history is as before
 */
export function onBack(id, act) {
  const ender = new AbortController();
  const enter = () => history.pushState({ open: id }, "");
  globalThis.addEventListener("popstate", () => {
    if (history.state?.open !== id && act() === true) enter();
  }, { signal: ender.signal });
  enter();
  return () => {
    ender.abort();
    if (history.state?.open !== id) return Promise.resolve();
    return new Promise((done) => {
      globalThis.addEventListener("popstate", () => done(), { once: true });
      setTimeout(done, STEP_MS);
      history.back();
    });
  };
}

/**
 * Opens a dialog and resolves with the chosen action's value; with null when it is dismissed.
 * @template T
 * @param {{
 *   title: string,
 *   icon?: string,
 *   tone?: string,
 *   content: () => import("../lib/dom.js").Child,
 *   actions: { label: string, value: T, kind?: "primary" | "secondary" | "quiet" | "danger" }[],
 *   isBlocking?: boolean,
 *   isOver?: () => boolean,
 * }} parts `isBlocking`: only an action closes it; `isOver`: its question has been settled elsewhere
 * @returns {Promise<T | null>}
 */
export function ask({ title, icon: sign, tone = "", content, actions, isBlocking = false, isOver }) {
  return new Promise((resolve) => {
    const id = `dialog-${++made}`;
    const opener = document.activeElement;
    const [dialog, end] = scoped(() =>
      h(
        "dialog",
        { class: `dialog ${tone && `is-${tone}`}`, "aria-labelledby": id },
        h(
          "div",
          { class: "dialog-head" },
          sign ? icon(sign, "dialog-icon") : null,
          h("h2", { id, tabindex: "-1", autofocus: true }, title),
          isBlocking ? null : h("button", {
            class: "plain-button",
            type: "button",
            "aria-label": t("close"),
            onclick: () => close(null),
          }, icon("close")),
        ),
        h("div", { class: "dialog-body" }, content()),
        h(
          "div",
          { class: "dialog-actions" },
          actions.map((action) =>
            h("button", {
              type: "button",
              class: `button is-${action.kind ?? "secondary"}`,
              onclick: () => close(action.value),
            }, action.label)
          ),
        ),
      )
    );
    let isClosed = false;
    /** @param {T | null} value */
    async function close(value) {
      if (isClosed) return;
      isClosed = true;
      clearInterval(watching);
      end();
      dialog.close();
      dialog.remove();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      await leave();
      resolve(value);
    }
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (!isBlocking) close(null);
    });
    // Chromium closes on a second Escape in a row whatever `cancel` says.
    dialog.addEventListener("close", () => {
      if (!isClosed && isBlocking) dialog.showModal();
    });
    document.body.append(dialog);
    dialog.showModal();
    const leave = onBack(id, () => isBlocking || void close(null));
    const watching = isOver && setInterval(() => isOver() && close(null), 200);
  });
}
