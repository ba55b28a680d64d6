// @ts-check
/**
 * A modal form for one act: it stays open until the server has agreed, and shows why when it has not.
 * Escape and the cross leave it without acting; the focus goes back to where it was.
 */
import { h, scoped } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { explain } from "../ui/explain.js";
import { icon } from "../ui/icons.js";
import { fieldSet } from "./fields.js";

/** @typedef {import("./fields.js").FieldSpec} FieldSpec */

let made = 0;

/** The field that every act on someone else's seats asks for. @returns {FieldSpec} */
export const reasonField = () => ({
  name: "reason",
  label: t("venue.reason"),
  help: t("venue.reason.help"),
  type: "reason",
  required: true,
});

/**
 * @template T
 * @param {{
 *   title: string,
 *   icon?: string,
 *   tone?: string,
 *   content?: () => import("../lib/dom.js").Child,
 *   fields?: FieldSpec[],
 *   confirm: string,
 *   keep?: string,
 *   isDanger?: boolean,
 *   isWide?: boolean,
 *   run: (values: Record<string, string>) => Promise<T | undefined>,
 * }} parts `keep`: the button that leaves it says what stays as it is; `run`: undefined when the reader wants to change something first; the dialog stays
 * @returns {Promise<T | null>} what the server answered, or null when it was left
 */
export function act(
  {
    title,
    icon: sign = "info",
    tone = "",
    content,
    fields = [],
    confirm,
    keep = t("venue.keep"),
    isDanger,
    isWide = false,
    run,
  },
) {
  return new Promise((resolve) => {
    const id = `act-dialog-${++made}`;
    const opener = document.activeElement;
    const fault = signal(""), isBusy = signal(false);
    const typed = fieldSet(fields);

    const submit = async (/** @type {Event} */ event) => {
      event.preventDefault();
      const values = isBusy.peek() ? null : typed.read();
      if (!values) return;
      isBusy.value = true;
      fault.value = "";
      try {
        const answer = await run(values);
        if (answer !== undefined) close(answer);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        fault.value = explain.error(error);
      } finally {
        isBusy.value = false;
      }
    };

    const [dialog, end] = scoped(() =>
      h(
        "dialog",
        { class: `dialog ${tone && `is-${tone}`} ${isWide ? "is-wide" : ""}`, "aria-labelledby": id },
        h(
          "form",
          { novalidate: true, onsubmit: submit },
          h(
            "div",
            { class: "dialog-head" },
            icon(sign, "dialog-icon"),
            h("h2", { id, tabindex: "-1" }, title),
            h("button", {
              class: "plain-button",
              type: "button",
              "aria-label": t("close"),
              onclick: () => close(null),
            }, icon("close")),
          ),
          h(
            "div",
            { class: "dialog-body" },
            content?.() ?? null,
            typed.elements,
            h("div", { role: "alert" }, () =>
              fault.value ? h("p", { class: "fault" }, icon("error"), fault.value) : null),
          ),
          h(
            "div",
            { class: "dialog-actions" },
            h(
              "button",
              {
                type: "submit",
                class: `button is-${isDanger ? "danger" : "primary"}`,
                "aria-disabled": () =>
                  String(isBusy.value),
              },
              () =>
                isBusy.value ? h("span", { class: "spinner" }) : null,
              confirm,
            ),
            h("button", {
              type: "button",
              class: "button is-secondary",
              onclick: () => close(null),
            }, keep),
          ),
        ),
      )
    );
    let isClosed = false;
    /** @param {T | null} value */
    function close(value) {
      if (isClosed) return;
      isClosed = true;
      end();
      dialog.close();
      dialog.remove();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      else document.getElementById("main")?.focus({ preventScroll: true });
      resolve(value);
    }
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(null);
    });
    document.body.append(dialog);
    dialog.showModal();
    const first = dialog.querySelector(".dialog-body :is(input, select, textarea)") ?? dialog.querySelector("h2");
    if (first instanceof HTMLElement) first.focus();
  });
}
