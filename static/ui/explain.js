// @ts-check
/**
 * What a refusal means, in the reader's words. The server sends codes and facts; the words are made here.
 * Never: shows a sentence of the server's, which is for logs and developers.
 */
import { hasWords, t } from "../lib/i18n.js";

export const explain = {
  /** @param {import("../net/envelope.js").ApiError} error */
  error(error) {
    if (error.code === "broken") return t("error.broken");
    if (error.status === 0) return t("error.network");
    if (error.status === 402) return explain.decline(error.details.declineCode);
    const { field } = error.details;
    // `contact.email` → the word for `email`; what has none is not worth naming to a reader.
    const name = `field.${String(field ?? "").split(".").at(-1)}`;
    if (error.code === "invalid_request" && hasWords(name)) return t("fault.invalid_request.field", { field: t(name) });
    const key = `fault.${error.code}`;
    return hasWords(key)
      ? t(key, { n: Math.ceil((error.retryAfterMs ?? 1000) / 1000) })
      : t("fault.other", { code: error.code });
  },

  /** Why one seat was refused. @param {{ code?: string }} seat */
  seat: (seat) => hasWords(`reason.${seat.code}`) ? t(`reason.${seat.code}`) : t("reason.other"),

  /** Why a payment came to nothing: the card's fault, or another's. @param {string | undefined | null} code */
  decline(code) {
    const key = [`decline.${code}`, `fault.${code}`].find(hasWords);
    return t(key ?? "decline.card_declined");
  },
};
