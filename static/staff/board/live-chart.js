// @ts-check
/**
 * A chart of the last minutes that moves as news comes: bars and lines over one scale, what a pointer
 * is on in words, and the same figures as a table for who sees no picture.
 */
import { each, h, listen, onEnd, svg } from "../../lib/dom.js";
import { count, minuteTime, t } from "../../lib/i18n.js";
import { computed, signal } from "../../lib/signals.js";
import { areaPath, barPath, linePath, scaleOf, ticks } from "../../state/chart-geometry.js";
import { evenly } from "../../state/minutes.js";

/**
 * @typedef {import("../../state/minutes.js").Minute} Minute
 * @typedef {{ name: Exclude<keyof Minute, "at">, kind: "bar" | "line" | "area" }} Series
 */

const FRAME = { width: 480, height: 190, left: 36, right: 6, top: 10, bottom: 22 };
const TABLE_ROWS = 15;
const TIME_LABELS = 4;
let made = 0;

/**
 * @param {{ title: string, minutes: () => readonly Minute[], series: readonly Series[],
 *   span: () => number, zone: string }} parts `zone`: the venue's
 */
export function liveChart({ title, minutes, series, span, zone }) {
  const id = `venue-chart-${++made}`;
  const points = computed(() => evenly(minutes(), span()));
  const values = computed(() => series.map(({ name }) => points.value.map((point) => point[name])));
  const marks = computed(() => ticks(values.value.flat().reduce((most, value) => Math.max(most, value), 0)));
  /** Drawn in the window's own pixels, so that words keep their size. */
  const frame = signal(FRAME);
  const scale = computed(() => scaleOf(frame.value, points.value.length, marks.value.at(-1) ?? 1));
  const hovered = signal(-1);
  const isTable = signal(false);
  const bars = series.filter(({ kind }) => kind === "bar").length;

  const picture = svg(
    "svg",
    {
      viewBox: () => `0 0 ${frame.value.width} ${FRAME.height}`,
      class: "chart",
      role: "img",
      "aria-labelledby": `${id} ${id}-now`,
    },
    () => marks.value.map((mark) => gridLine(mark, scale.value, frame.value)),
    () => timeLabels(points.value, scale.value, frame.value, zone),
    series.map(({ name, kind }, n) => {
      const place = series.slice(0, n).filter((other) => other.kind === "bar").length;
      const own = () => values.value[n] ?? [];
      if (kind === "bar") {
        return svg("path", {
          class: `is-bar is-${name}`,
          d: () => barPath(own(), scale.value, place, bars),
        });
      }
      return [
        kind === "area" ? svg("path", { class: `is-area is-${name}`, d: () => areaPath(own(), scale.value) }) : null,
        svg("path", { class: `is-line is-${name}`, d: () => linePath(own(), scale.value) }),
      ];
    }),
    svg("line", {
      class: "chart-cursor",
      visibility: () => hovered.value < 0 ? "hidden" : "visible",
      x1: () => scale.value.x(hovered.value),
      x2: () => scale.value.x(hovered.value),
      y1: FRAME.top,
      y2: FRAME.height - FRAME.bottom,
    }),
  );
  listen(picture, "pointermove", (/** @type {PointerEvent} */ event) => {
    const box = picture.getBoundingClientRect();
    hovered.value = scale.peek().at(event.clientX - box.left);
  });
  const sizes = new ResizeObserver(() => {
    if (picture.clientWidth) frame.value = { ...FRAME, width: picture.clientWidth };
  });
  sizes.observe(picture);
  onEnd(() => sizes.disconnect());
  listen(picture, "pointerleave", () => (hovered.value = -1));

  const shown = () => points.value[hovered.value] ?? points.value.at(-1);
  return h(
    "section",
    { class: "card-box chart-box", "aria-labelledby": id },
    h(
      "div",
      { class: "box-head" },
      h("h2", { id }, title),
      h("button", {
        type: "button",
        class: "link-button",
        "aria-pressed": () => String(isTable.value),
        "aria-label": `${t("venue.chart.table")}: ${title}`,
        onclick: () => (isTable.value = !isTable.peek()),
      }, () => t(isTable.value ? "venue.chart.picture" : "venue.chart.table")),
    ),
    h(
      "p",
      { class: "chart-now small", id: `${id}-now` },
      h("span", { class: "muted tabular" }, () => {
        const point = shown();
        return point ? minuteTime(point.at, zone) : "";
      }),
      series.map(({ name }) =>
        h(
          "span",
          { class: `chart-key is-${name}` },
          t(`venue.chart.${name}`),
          " ",
          h("strong", { class: "tabular" }, () => count(shown()?.[name] ?? 0)),
        )
      ),
    ),
    () => isTable.value ? table(points, series, title, zone) : picture,
  );
}

/** @param {number} mark @param {import("../../state/chart-geometry.js").Scale} scale @param {typeof FRAME} frame */
function gridLine(mark, scale, frame) {
  const y = scale.y(mark);
  return [
    svg("line", { class: "chart-grid", x1: FRAME.left, x2: frame.width - FRAME.right, y1: y, y2: y }),
    svg("text", { x: FRAME.left - 6, y: y + 4, "text-anchor": "end" }, count(mark)),
  ];
}

/** @param {readonly Minute[]} points @param {import("../../state/chart-geometry.js").Scale} scale @param {typeof FRAME} frame @param {string} zone */
function timeLabels(points, scale, frame, zone) {
  const step = Math.max(1, Math.ceil(points.length / TIME_LABELS));
  const places = points.map((_, n) => n).filter((n) => (points.length - 1 - n) % step === 0);
  return places.map((n) =>
    svg(
      "text",
      {
        x: Math.min(frame.width - FRAME.right - 16, Math.max(FRAME.left + 16, scale.x(n))),
        y: FRAME.height - 6,
        "text-anchor": "middle",
      },
      minuteTime(/** @type {Minute} */ (points[n]).at, zone),
    )
  );
}

/** @param {import("../../lib/signals.js").Computed<Minute[]>} points @param {readonly Series[]} series @param {string} title @param {string} zone */
function table(points, series, title, zone) {
  const rows = computed(() => points.value.slice(-TABLE_ROWS).reverse());
  const body = each(h("tbody"), () => rows.value, (point) => point, (point) =>
    h(
      "tr",
      null,
      h("th", { scope: "row" }, minuteTime(point.at, zone)),
      series.map(({ name }) => h("td", null, count(point[name]))),
    ));
  return h(
    "div",
    { class: "table-scroll chart-table", tabindex: "0", role: "group", "aria-label": title },
    h(
      "table",
      { class: "venue-table tabular" },
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          h("th", { scope: "col" }, t("venue.chart.minute")),
          series.map(({ name }) => h("th", { scope: "col", class: "is-number" }, t(`venue.chart.${name}`))),
        ),
      ),
      body,
    ),
  );
}
