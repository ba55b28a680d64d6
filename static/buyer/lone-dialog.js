// @ts-check
/**
 * What the lone seat rule asks of a buyer: other seats as near as possible, or giving back a seat at the
 * end. One press takes what is offered.
 */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { ask } from "../ui/dialog.js";
import { seatList } from "../ui/seat-words.js";

/** @typedef {import("../app/purchase.js").Purchase} Purchase */

/**
 * A choice that leaves seats alone: whether the offered ones are picked now in place of it.
 * @param {Purchase} purchase
 * @param {import("../lib/wire-types.js").ReserveRefusedBody} refusal
 */
export async function askInstead(purchase, { lone = [], instead = [], mayReturn }) {
  const seats = seatList(instead);
  const choice = await ask({
    title: t("lone.title", { n: lone.length }),
    icon: "info",
    content: () => [
      h("p", null, t("lone.body", { n: lone.length, lone: seatList(lone) })),
      mayReturn ? h("p", { class: "muted" }, t("lone.mayReturn")) : null,
      h("p", null, t("lone.instead"), " ", h("strong", null, seats)),
    ],
    actions: [
      { label: t("lone.take", { n: instead.length }), value: true, kind: "primary" },
      { label: t("lone.other"), value: false, kind: "secondary" },
    ],
  });
  purchase.leftAlone.value = null;
  if (choice) purchase.pickInstead(instead);
  return choice === true;
}

/** Gives one held seat back; one from the middle only after its neighbour at the end was offered.
 * @param {Purchase} purchase @param {number} seatId */
export async function giveBackKindly(purchase, seatId) {
  const better = purchase.betterToGiveBack(seatId);
  if (better === null) return purchase.giveBack(seatId);
  const place = (/** @type {number} */ id) => purchase.describe(id)?.place ?? "";
  const choice = await ask({
    title: t("lone.title", { n: 1 }),
    icon: "info",
    content: () => h("p", null, t("lone.giveBack", { seat: place(seatId), end: place(better) })),
    actions: [
      { label: t("cart.releaseOne", { seat: place(better) }), value: better, kind: "primary" },
      { label: t("lone.giveBackAll", { seat: place(seatId) }), value: seatId, kind: "secondary" },
    ],
  });
  if (choice !== null) await purchase.giveBack(choice);
}
