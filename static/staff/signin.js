// @ts-check
/** Where staff show their token: pasted, or out of the staff link that was followed. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { explain } from "../ui/explain.js";
import { entitle } from "../ui/frame.js";
import { icon } from "../ui/icons.js";
import { field, textArea } from "./fields.js";

/** @param {{ staff: import("./staff.js").StaffRoom, view: HTMLElement, offered: string, onDone: () => void }} parts */
export function signInPage({ staff, view, offered, onDone }) {
  entitle(view, t("venue.signin.title"));
  const fault = signal(staff.hasEnded.peek() ? t("venue.signin.ended") : "");
  const isBusy = signal(false);
  const token = textArea({ name: "token", rows: 4, required: true, autocomplete: "off", spellcheck: "false" });
  const signIn = async (/** @type {string} */ text) => {
    fault.value = "";
    isBusy.value = true;
    try {
      onDone();
      // The page turns by itself when the identity is known.
      await staff.signIn(text);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      fault.value = !(error instanceof ApiError)
        ? error.message
        : error.status === 401
        ? t("venue.signin.refused")
        : explain.error(error);
    } finally {
      isBusy.value = false;
    }
  };
  if (offered) signIn(offered);
  return h(
    "div",
    { class: "page venue-signin" },
    icon("lock", "big-icon"),
    h("h1", null, t("venue.signin.title")),
    h("p", { class: "muted" }, t("venue.signin.lead")),
    h(
      "form",
      {
        class: "venue-form",
        novalidate: true,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          if (token.value.trim()) signIn(token.value);
          else fault.value = t("venue.signin.noToken");
        },
      },
      field(t("venue.signin.token"), token, t("venue.signin.help")),
      () => fault.value ? h("p", { class: "fault", role: "alert" }, icon("error"), fault.value) : null,
      h(
        "button",
        { class: "button is-primary", type: "submit", disabled: () => isBusy.value },
        () => isBusy.value ? h("span", { class: "spinner" }) : null,
        t("venue.signin.go"),
      ),
    ),
  );
}
