// @ts-check
/** What became of a booking's mail, said as it is: to buyers and to staff. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";

/** @typedef {import("../net/api.js").Delivery} Delivery */

/** Whether a mail can be had at all. @param {Delivery | null | undefined} delivery */
export const sendsMail = (delivery) => Boolean(delivery) && delivery?.state !== "off";

/** What to say once tickets were asked for. @param {{ to: string, delivery: Delivery["state"] }} answer */
export const asked = (answer) => t(answer.delivery === "off" ? "delivery.off" : "delivery.asked", { to: answer.to });

/** Good, bad or still open. @param {Delivery["state"]} state */
const tone = (state) => ({ waiting: "", deferred: "is-warning", sent: "", refused: "is-warning", off: "" })[state];

/**
 * One sentence, the mail server's code for staff, and a way to try again.
 * @param {Delivery | null | undefined} delivery
 * @param {{ again?: () => void, forStaff?: boolean }} [how]
 */
export function deliveryWords(delivery, { again, forStaff = false } = {}) {
  if (!delivery) return null;
  const key = forStaff && delivery.state === "off" ? "delivery.off.staff" : `delivery.${delivery.state}`;
  return h(
    "span",
    { class: `delivery ${tone(delivery.state)}`, role: "status" },
    t(key, { to: delivery.to }),
    forStaff && delivery.smtpCode
      ? h("span", { class: "small muted" }, ` ${t("delivery.code", { code: String(delivery.smtpCode) })}`)
      : null,
    again && delivery.state === "refused"
      ? h("button", { class: "link-button", type: "button", onclick: again }, t("delivery.again"))
      : null,
  );
}
