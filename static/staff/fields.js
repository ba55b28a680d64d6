// @ts-check
/** Form fields with their labels, hints and faults tied to them. */
import { h, watch } from "../lib/dom.js";
import { signal } from "../lib/signals.js";
import { icon } from "../ui/icons.js";

let made = 0;

/** @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Input */

/** @param {Record<string, any>} [props] */
export const input = (props = {}) => h("input", { type: "text", ...props });

/** @param {Record<string, any>} [props] */
export const textArea = (props = {}) => h("textarea", { rows: 2, ...props });

/** @param {Record<string, any>} props @param {readonly (readonly [value: string, words: string])[]} options */
export const select = (props, options) =>
  h("select", props, options.map(([value, words]) => h("option", { value, selected: value === props.value }, words)));

/**
 * A label above a control, a hint and a fault below it.
 * @param {string} words
 * @param {Input} control
 * @param {string} [help]
 * @param {import("../lib/signals.js").Signal<string>} [fault]
 */
export function field(words, control, help = "", fault = signal("")) {
  const id = control.id ||= `venue-field-${++made}`;
  const notes = [help && `${id}-help`, `${id}-fault`].filter(Boolean).join(" ");
  control.setAttribute("aria-describedby", notes);
  watch(() => {
    if (fault.value) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  });
  return h(
    "div",
    { class: "field" },
    h("label", { for: id }, words),
    control,
    help ? h("p", { id: `${id}-help`, class: "muted small" }, help) : null,
    h("p", { id: `${id}-fault`, class: "fault" }, () => fault.value ? [icon("error"), fault.value] : null),
  );
}

/** A time as `<input type=datetime-local>` wants it, in the reader's own time. @param {string | null | undefined} at */
export function toLocal(at) {
  if (!at) return "";
  const when = new Date(at);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What such a field holds as the wire has it; null when empty. @param {string} text */
export const fromLocal = (text) => text ? new Date(text).toISOString() : null;
