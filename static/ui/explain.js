// @ts-check
/** What a failure means, in the reader's words. The server's sentence stands where we have none. */
import { hasWords, t } from "../lib/i18n.js";

export const explain = {
  /** @param {import("../net/envelope.js").ApiError} error */
  error(error) {
    if (error.status === 0) return t("error.network");
    if (error.code === "rate_limited") {
      return t("error.rate", { n: Math.ceil((error.retryAfterMs ?? 1000) / 1000) });
    }
    if (error.status === 402) return explain.decline(error.details.declineCode, error.message);
    return error.message;
  },

  /** @param {{ code?: string, reason: string }} seat */
  seat: (seat) => hasWords(`reason.${seat.code}`) ? t(`reason.${seat.code}`) : seat.reason,

  /** @param {string | undefined | null} code @param {string} fallback */
  decline: (code, fallback) => hasWords(`decline.${code}`) ? t(`decline.${code}`) : fallback,
};
