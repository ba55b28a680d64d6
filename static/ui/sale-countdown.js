// @ts-check
/** "opens in 04:59", by the server's clock; empty where the sale stays as it is. */
import { h, onEnd } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { formatLongCountdown, nextTurn } from "../state/sale-clock.js";

const A_DAY_S = 86_400;

/**
 * @param {import("../lib/time.js").ServerClock} clock
 * @param {() => import("../state/sale-clock.js").Sale | null} sale
 */
export function saleCountdown(clock, sale) {
  const now = signal(clock.now());
  const timer = setInterval(() => (now.value = clock.now()), 1000);
  onEnd(() => clearInterval(timer));
  return h("span", { class: "muted small tabular sale-countdown" }, () => {
    const told = sale(), turn = told && nextTurn(told);
    if (turn === null) return "";
    const seconds = (turn - now.value) / 1000;
    // A sale that ends in months is no countdown.
    if (told?.saleState === "open" && seconds > A_DAY_S) return "";
    const left = formatLongCountdown(seconds, t("sale.days"));
    return t(told?.saleState === "upcoming" ? "sale.opensIn" : "sale.closesIn", { left });
  });
}
