// @ts-check
/** What the map says, in the page's language. */
import { t } from "../lib/i18n.js";
import { rowName, seatInRow } from "./seat-words.js";

const STATES = /** @type {const} */ ({
  available: "AVAILABLE",
  held: "RESERVED",
  sold: "BOOKED",
  blocked: "BLOCKED",
  selected: "selected",
  reserving: "reserving",
  mine: "mine",
});

/** @returns {Partial<import("../map/words.js").Words>} */
export const mapWords = () => ({
  map: t("map.map"),
  zoomIn: t("map.zoomIn"),
  zoomOut: t("map.zoomOut"),
  fit: t("map.fit"),
  overview: t("map.overview"),
  keys: t("map.keys"),
  stage: t("map.stage"),
  full: t("seats.none"),
  row: (row, kind) => rowName(row, kind),
  free: (free) => t("seats.free", { n: free }),
  section: (section, available, total) => `${section}: ${t("seats.freeOf", { available, total })}`,
  seat: (facts) =>
    [
      seatInRow({ row: facts.row, rowKind: facts.kind, label: facts.label }),
      facts.category,
      facts.note || facts.price,
      t(`status.${STATES[facts.state]}`),
      facts.accessible && t("flag.accessible"),
      facts.companion && t("flag.companion"),
      facts.restrictedView && t("flag.restricted"),
      facts.aisle && t("seats.aisle"),
    ].filter(Boolean).join(", "),
});
