// @ts-check
/** The network is back: says so, and goes on with what it had interrupted. */
import { watch } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { untracked } from "../lib/signals.js";

/** @typedef {"reserve" | "pay"} Interrupted what was under way when no answer came any more */

/**
 * Watches the connection as long as the view that is being built. Trying again is safe: a reservation
 * that was made is the buyer's own, and a payment goes on under its key.
 * @param {import("./toasts.js").Toasts} toasts
 * @param {Pick<import("./purchase-state.js").PurchaseState, "live" | "interrupted">} purchase
 * @param {Interrupted} kind
 * @param {() => void} resume
 */
export function onComeback(toasts, { live, interrupted }, kind, resume) {
  let isAway = false;
  watch(() => {
    const state = live.value?.connection.value;
    const isOpen = interrupted.value === kind;
    if (state !== "live" && state !== "polling") {
      isAway ||= state === "offline" || state === "stale" || (state === "reconnecting" && isOpen);
      return;
    }
    if (!isAway) return;
    isAway = false;
    untracked(() => {
      toasts.show("success", t(isOpen ? `connection.back.${kind}` : "connection.back"), 6000, "comeback");
      interrupted.value = null;
      if (isOpen) resume();
    });
  });
}
