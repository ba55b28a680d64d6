// @ts-check
/**
 * So many seats off sale without picking them: the best there are, for an order by telephone, say, or
 * places of a standing area; and such places back on sale.
 */
import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { act, reasonField } from "../act-dialog.js";
import { wholeNumber } from "../fields.js";
import { sign } from "../signs.js";

/** @typedef {{ staff: import("../staff.js").StaffRoom, desk: import("../board/desk.js").Desk }} Place */

const MOST = 1000;

/** @param {Place} place */
export function numberButtons(place) {
  const areas = () => place.desk.house.value?.store.areas.list ?? [];
  return [
    button("block", () => void byNumber(place, "block")),
    () => areas().length ? button("unblock", () => void byNumber(place, "unblock")) : null,
  ];
}

/** @param {"block" | "unblock"} name @param {() => void} run */
const button = (name, run) =>
  h(
    "button",
    { type: "button", class: "button is-secondary is-small", onclick: run },
    sign(name === "block" ? "block" : "check"),
    t(`venue.${name}.number`),
  );

/** @param {Place} place @param {"block" | "unblock"} name @param {string} [area] the id of the one that is meant */
export async function byNumber({ staff, desk }, name, area) {
  const house = /** @type {import("../../app/seating.js").House | null} */ (desk.house.peek());
  const areas = house?.store.areas.list.map((one) => /** @type {const} */ ([`a${one.id}`, one.name])) ?? [];
  const sections = house?.sections.map((one, at) => /** @type {const} */ ([`s${at}`, one.name])) ?? [];
  const seats = name === "block" ? [/** @type {const} */ (["", t("venue.number.anywhere")]), ...sections] : [];
  const done = await act({
    title: t(`venue.${name}.number`),
    icon: name === "block" ? "lock" : "check",
    fields: [
      {
        name: "where",
        label: t("venue.number.where"),
        help: name === "block" ? t("venue.number.help") : "",
        type: "select",
        value: area ? `a${area}` : undefined,
        options: [...seats, ...areas],
      },
      {
        name: "quantity",
        label: t("venue.number"),
        type: "number",
        value: "1",
        fault: wholeNumber(1, MOST),
        props: { min: 1, max: MOST, step: 1 },
      },
      reasonField(),
    ],
    confirm: t(`venue.${name}`),
    run({ where = "", quantity, reason = "" }) {
      const number = Number(quantity), id = Number(where.slice(1));
      if (where.startsWith("a")) {
        return staff.venue[name](desk.eventId, { area: { areaId: id, quantity: number } }, reason);
      }
      const sections = where ? { sections: [house?.sections[id]?.name ?? ""] } : {};
      return staff.venue.block(desk.eventId, { best: { quantity: number, ...sections } }, reason);
    },
  });
  if (!done) return;
  const words = done.seatIds.length > 12 ? "" : done.seatIds.map((id) => {
    const index = house?.store.indexOf(id) ?? -1;
    return index >= 0 ? house?.fullPlace(index) : "";
  }).filter(Boolean).join("; ");
  staff.app.toasts.show("success", `${t(`venue.${name}.done`, { n: done.seatIds.length })} ${words}`.trim(), 10_000);
}
