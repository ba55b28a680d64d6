// @ts-check
/** Form fields with their labels, hints and faults tied to them. */
import { h, watch } from "../lib/dom.js";
import { longDate, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { allZones, instantOf } from "../lib/time.js";
import { icon } from "../ui/icons.js";

let made = 0;

/**
 * @typedef {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} Input
 * @typedef {object} FieldSpec
 * @property {string} name
 * @property {string} label
 * @property {"text" | "email" | "number" | "reason" | "select" | "datetime-local"} [type]
 * @property {string} [value]
 * @property {string} [help]
 * @property {boolean} [required]
 * @property {readonly (readonly [string, string])[]} [options] of a select
 * @property {() => string} [zone] of a time: whose clocks it is told by
 * @property {(value: string) => string} [fault] what is wrong with a value, in words; "" for nothing
 * @property {Record<string, any>} [props]
 */

export const REASON_MAX = 500;

/** @param {Record<string, any>} [props] */
export const input = (props = {}) => h("input", { type: "text", ...props });

/** @param {Record<string, any>} [props] */
export const textArea = (props = {}) => h("textarea", { rows: 2, ...props });

/** @param {Record<string, any>} props @param {readonly (readonly [value: string, words: string])[]} options */
export const select = (props, options) =>
  h("select", props, options.map(([value, words]) => h("option", { value, selected: value === props.value }, words)));

/**
 * A label above a control, a hint and a fault below it.
 * @param {import("../lib/dom.js").Child} words
 * @param {Input} control
 * @param {import("../lib/dom.js").Child} [help]
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

/** The zones to choose from. @param {readonly string[]} given which are among them @returns {(readonly [string, string])[]} */
export const zoneOptions = (...given) => allZones(given).map((zone) => [zone, zone.replaceAll("_", " ")]);

/**
 * A time at the venue. What is typed is said in full below it, with the zone's name and the reader's own time.
 * @param {string} words
 * @param {HTMLInputElement} control
 * @param {() => string} zone
 * @param {string} [help]
 * @param {import("../lib/signals.js").Signal<string>} [fault]
 */
export function timeField(words, control, zone, help = "", fault) {
  const typed = signal(control.value);
  control.addEventListener("input", () => (typed.value = control.value));
  const told = () => {
    const at = instantOf(typed.value, zone());
    return at ? longDate(at, zone()) : t("venue.zone.of", { zone: zone().replaceAll("_", " ") });
  };
  return field(words, control, [help && h("span", null, help, " "), h("span", { class: "field-time" }, told)], fault);
}

/**
 * Several fields, and what is typed in them.
 * @param {readonly FieldSpec[]} specs
 */
export function fieldSet(specs) {
  const controls = specs.map((spec) => ({ spec, control: controlOf(spec), wrong: signal("") }));
  return {
    elements: controls.map(({ spec, control, wrong }) =>
      spec.zone && control instanceof HTMLInputElement
        ? timeField(spec.label, control, spec.zone, spec.help, wrong)
        : field(spec.label, control, spec.help, wrong)
    ),
    /** What is typed, or null with the faults shown and the first one focused. @returns {Record<string, string> | null} */
    read() {
      for (const { spec, control, wrong } of controls) {
        const value = control.value.trim();
        wrong.value = spec.required && !value ? t("checkout.required") : spec.fault?.(value) ?? "";
      }
      const first = controls.find(({ wrong }) => wrong.peek());
      first?.control.focus();
      return first ? null : Object.fromEntries(controls.map(({ spec, control }) => [spec.name, control.value.trim()]));
    },
  };
}

/** @param {FieldSpec} spec */
function controlOf({ name, type = "text", value = "", required = false, options = [], props = {} }) {
  const own = { name, "aria-required": required ? "true" : null, ...props };
  if (type === "select") return select({ ...own, value }, options);
  if (type === "reason") return textArea({ ...own, value, maxlength: REASON_MAX });
  return input({ ...own, type, value });
}

/** A whole number, said to be wrong outside of these bounds. @param {number} least @param {number} most */
export const wholeNumber = (least, most) => (/** @type {string} */ text) =>
  /^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most
    ? ""
    : t("venue.number.wrong", { least, most });
