// @ts-check
/** The figures that matter most, one tile each. */
import { h } from "../../lib/dom.js";
import { count, money, t } from "../../lib/i18n.js";
import { soldShare } from "../../state/occupancy.js";
import { percent } from "./figures.js";

/** @typedef {import("../../state/occupancy.js").Occupancy} Occupancy */

/** @type {[name: string, value: (o: Occupancy) => string, note?: (o: Occupancy) => string][]} */
const TILES = [
  [
    "booked",
    (o) => count(o.totals.booked),
    (o) => t("venue.tile.sold", { share: percent(soldShare(o.totals)), n: o.rates.booked }),
  ],
  ["available", (o) => count(o.totals.available), (o) => t("venue.tile.of", { n: o.totals.total })],
  ["reserved", (o) => count(o.totals.reserved), (o) => t("venue.tile.perMinute", { n: o.rates.reserved })],
  ["paying", (o) => count(o.totals.paying)],
  ["expiring", (o) => count(o.expiringSoon.seats), (o) => t("venue.tile.holds", { n: o.expiringSoon.holds })],
  ["blocked", (o) => count(o.totals.blocked)],
  [
    "lone",
    (o) => count(o.loneSeats.seats),
    (o) => o.loneSeats.rule === "off" ? t("venue.lone.off") : t("venue.tile.loneRefused", { n: o.loneSeats.refused }),
  ],
  [
    "checkedIn",
    (o) => count(o.totals.checkedIn),
    (o) => t("venue.tile.share", { share: percent(o.totals.booked ? o.totals.checkedIn / o.totals.booked : 0) }),
  ],
  [
    "revenue",
    (o) => money(o.revenue, o.currency),
    (o) => Number(o.refunded) ? t("venue.tile.refunded", { amount: money(o.refunded, o.currency) }) : "",
  ],
  ["viewers", (o) => count(o.viewers)],
];

/** @param {() => Occupancy} occupancy */
export function tiles(occupancy) {
  return h(
    "dl",
    { class: "tiles", "aria-label": t("venue.tiles") },
    TILES.map(([name, value, note]) =>
      h(
        "div",
        { class: `tile is-${name}` },
        h("dt", null, t(`venue.tile.${name}`)),
        h("dd", { class: "tile-value tabular" }, () => value(occupancy())),
        note ? h("dd", { class: "tile-note muted" }, () => note(occupancy())) : null,
      )
    ),
  );
}
