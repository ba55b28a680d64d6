// @ts-check
/** A number that is stepped: fewer, the number, more. */
import { h } from "../lib/dom.js";
import { icon } from "../ui/icons.js";

/**
 * @param {{
 *   label: string,
 *   fewer: string,
 *   more: string,
 *   number: () => number,
 *   said: (n: number) => string,
 *   canStep: (by: -1 | 1) => boolean,
 *   onStep: (by: -1 | 1) => void,
 * }} parts `said`: the number in words
 */
export function stepper({ label, fewer, more, number, said, canStep, onStep }) {
  const step = (/** @type {-1 | 1} */ by, /** @type {string} */ sign, /** @type {string} */ words) =>
    h("button", {
      type: "button",
      class: "plain-button",
      "aria-label": words,
      "aria-disabled": () => String(!canStep(by)),
      onclick: () => onStep(by),
    }, icon(sign));
  return h(
    "div",
    { class: "stepper", role: "group", "aria-label": label },
    step(-1, "minus", fewer),
    h("output", { class: "tabular", "aria-label": () => said(number()) }, () => number()),
    step(1, "plus", more),
  );
}
