// @ts-check
/** What an event keeps of a ticket that is given back, as fields and as the wire has it. */
import { t } from "../../lib/i18n.js";
import { readAmount } from "./prices.js";

/** @typedef {Omit<import("../../lib/wire-types.js").RefundTermsBody, "currency">} RefundTerms */

/** @type {RefundTerms} */
export const NEW_TERMS = { feePerTicket: "0", feePercent: 0, byTicket: false };

/** @param {RefundTerms} terms @param {string} [currency] @returns {import("../fields.js").FieldSpec[]} */
export const refundTermFields = (terms, currency = "") => [
  {
    name: "fee",
    label: t("venue.refundTerms.fee") + (currency && ` (${currency})`),
    value: Number(terms.feePerTicket) ? terms.feePerTicket : "",
    props: { inputmode: "decimal", autocomplete: "off" },
    fault: (text) => text && readAmount(text) === null ? t("venue.prices.wrong") : "",
  },
  {
    name: "percent",
    label: t("venue.refundTerms.percent"),
    value: terms.feePercent ? String(terms.feePercent) : "",
    props: { inputmode: "decimal", autocomplete: "off" },
    fault: (text) =>
      !text || /^\d{1,3}([.,]\d{1,2})?$/.test(text) && share(text) <= 100 ? "" : t("venue.percent.wrong"),
  },
  {
    name: "byTicket",
    label: t("venue.refundTerms.byTicket"),
    type: "select",
    value: terms.byTicket ? "1" : "",
    options: [["", t("venue.refundTerms.whole")], ["1", t("venue.refundTerms.single")]],
  },
];

/** @param {Record<string, string>} values */
export const readRefundTerms = ({ fee = "", percent = "", byTicket }) => ({
  feePerTicket: readAmount(fee) ?? "0",
  feePercent: share(percent),
  byTicket: Boolean(byTicket),
});

const share = (/** @type {string} */ text) => Number(text.replace(",", "."));
