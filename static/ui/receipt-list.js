// @ts-check
/** The receipt of a booking and the credit notes of what went back, each a button that gives its PDF. */
import { h } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { money, t } from "../lib/i18n.js";
import { ApiError } from "../net/envelope.js";
import { explain } from "./explain.js";
import { icon } from "./icons.js";

/** @typedef {import("../lib/wire-types.js").ReceiptBody} Receipt */

/**
 * @param {readonly Receipt[]} receipts
 * @param {string} currency
 * @param {(path: string) => Promise<Blob>} file
 * @param {{ show: (kind: "error", words: string, ms?: number) => unknown }} toasts
 */
export function receiptList(receipts, currency, file, toasts) {
  if (!receipts.length) return null;
  const open = async (/** @type {Receipt} */ { number, pdfUrl }) => {
    try {
      download(await file(pdfUrl), `${number}.pdf`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toasts.show("error", explain.error(error), 8000);
    }
  };
  return h(
    "ul",
    { class: "receipt-list", "aria-label": t("receipt.list") },
    receipts.map((receipt) =>
      h(
        "li",
        null,
        h(
          "button",
          { type: "button", class: "link-button", onclick: () => open(receipt) },
          icon("download"),
          h("span", { class: "tabular" }, t(`receipt.${receipt.kind}`, { number: receipt.number })),
        ),
        " ",
        h("span", { class: "tabular muted" }, money(receipt.total, currency)),
      )
    ),
  );
}
