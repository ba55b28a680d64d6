// @ts-check
/** A small still picture of the house with some seats marked: where to go on the night. */
import { h, svg } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { unpack } from "../state/geometry.js";

/**
 * @param {import("../state/geometry.js").Geometry} geometry
 * @param {readonly number[]} seatIds
 */
export function seatSketch(geometry, seatIds) {
  const { x, y, section, sections, box: [left, top, right, bottom] } = unpack(geometry);
  const [width, height] = [right - left, bottom - top];
  const pad = Math.max(width, height) * 0.04;
  const mine = seatIds.map((id) => id - geometry.firstSeatId).filter((i) => i >= 0 && i < geometry.count);
  const size = Math.max(width, height) / 60;
  const home = new Set(mine.map((i) => section[i]));
  const [stageX, stageY] = geometry.focalPoint ?? [];
  return h(
    "figure",
    { class: "sketch" },
    svg(
      "svg",
      {
        viewBox: `${left - pad} ${top - pad} ${width + 2 * pad} ${height + 2 * pad}`,
        role: "img",
        "aria-label": t("booking.where"),
      },
      ...geometry.areas.filter((area) => area.kind === "stage" && area.shape === "polygon").map((area) =>
        svg("polygon", { points: area.points.join(" "), class: "sketch-stage" })
      ),
      ...sections.map((part, index) =>
        svg("polygon", {
          points: [...part.outline].join(" "),
          class: home.has(index) ? "sketch-section is-home" : "sketch-section",
        })
      ),
      stageX !== undefined && stageY !== undefined
        ? svg("circle", { cx: stageX, cy: stageY, r: size * 0.8, class: "sketch-stage" })
        : null,
      ...mine.map((i) => svg("circle", { cx: x[i], cy: y[i], r: size * 1.5, class: "sketch-halo" })),
      ...mine.map((i) => svg("circle", { cx: x[i], cy: y[i], r: size * 0.75, class: "sketch-seat" })),
    ),
    h("figcaption", null, t("booking.where")),
  );
}
