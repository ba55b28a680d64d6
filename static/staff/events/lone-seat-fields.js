// @ts-check
/** The lone seat rule of an event: whether buyers may leave a free seat alone, and when the rule rests. */
import { t } from "../../lib/i18n.js";
import { wholeNumber } from "../fields.js";

/** @typedef {import("../../lib/wire-types.js").LoneSeatRuleBody} LoneSeatRule */

export const MODES = /** @type {const} */ (["off", "aisle", "strict"]);
/** As the server has it for a new event. @type {LoneSeatRule} */
export const NEW_RULE = { rule: "off", offBelowFreePercent: 10, offHoursBefore: 24 };
const PERCENT = 100, HOURS = 8760;

/** @param {LoneSeatRule} rule @returns {import("../fields.js").FieldSpec[]} */
export const loneSeatFields = ({ rule, offBelowFreePercent, offHoursBefore }) => [
  {
    name: "loneRule",
    label: t("venue.lone"),
    help: t("venue.lone.help"),
    type: "select",
    value: rule,
    options: MODES.map((mode) => [mode, t(`venue.lone.${mode}`)]),
  },
  {
    name: "loneBelow",
    label: t("venue.lone.below"),
    type: "number",
    value: String(offBelowFreePercent),
    fault: wholeNumber(0, PERCENT),
    props: { min: 0, max: PERCENT, step: 1 },
  },
  {
    name: "loneHours",
    label: t("venue.lone.hours"),
    type: "number",
    value: String(offHoursBefore),
    fault: wholeNumber(0, HOURS),
    props: { min: 0, max: HOURS, step: 1 },
  },
];

/** @param {Record<string, string>} values as typed @returns {LoneSeatRule} */
export const readLoneSeats = ({ loneRule, loneBelow, loneHours }) => ({
  rule: MODES.find((mode) => mode === loneRule) ?? NEW_RULE.rule,
  offBelowFreePercent: Number(loneBelow),
  offHoursBefore: Number(loneHours),
});
