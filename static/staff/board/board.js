// @ts-check
/** The live board of one event: figures, the house, charts, sections, and what just happened. */
import { h, listen, onEnd } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { activityList } from "./activity.js";
import { byNumber } from "../seats/block-number.js";
import { alertList } from "./alerts.js";
import { funnel } from "./funnel.js";
import { houseMap } from "../seats/house-map.js";
import { liveChart } from "./live-chart.js";
import { readiness } from "../readiness.js";
import { sectionTable } from "../seats/section-table.js";
import { sign } from "../signs.js";
import { tiles } from "./tiles.js";

/** @typedef {import("../../state/occupancy.js").Occupancy} Occupancy */

const SPANS = [15, 60, 120];

/** @param {import("../venue.js").EventPlace} place */
export function boardPage({ staff, desk }) {
  desk.loadHouse();
  const occupancy = () => /** @type {Occupancy} */ (desk.shown.value);
  const span = signal(60);
  const isWall = signal(false);
  const house = houseMap({ staff, desk });
  const root = h(
    "div",
    { class: () => `board ${isWall.value ? "is-wall" : ""}` },
    h(
      "div",
      { class: "venue-toolbar" },
      h("h2", { class: "wall-name" }, () => occupancy().name),
      pauseButton(desk),
      h("p", { class: "live-state" }, () => liveState(desk)),
      h(
        "div",
        { class: "segments", role: "group", "aria-label": t("venue.span") },
        SPANS.map((minutes) =>
          h("button", {
            type: "button",
            class: "segment",
            "aria-pressed": () => String(span.value === minutes),
            onclick: () => (span.value = minutes),
          }, t("venue.minutes", { n: minutes }))
        ),
      ),
      h(
        "button",
        {
          type: "button",
          class: "button is-secondary is-small wall-button",
          "aria-pressed": () => String(isWall.value),
          onclick: () => turnWall(root, isWall),
        },
        sign("wall"),
        () => t(isWall.value ? "venue.wall.leave" : "venue.wall"),
      ),
    ),
    readiness(staff, false),
    alertList(staff, desk.zone(), () => occupancy().alerts),
    tiles(occupancy),
    h(
      "div",
      { class: "board-house" },
      house.map,
      h(
        "div",
        { class: "board-side" },
        house.panel,
        activityList(() => occupancy().activity, desk.zone(), staff.app.announce),
      ),
    ),
    h(
      "div",
      { class: "board-charts" },
      liveChart({
        title: t("venue.chart.sales"),
        minutes: () => desk.minutes.value,
        span: () => span.value,
        zone: desk.zone(),
        series: [{ name: "booked", kind: "bar" }, { name: "reserved", kind: "line" }],
      }),
      liveChart({
        title: t("venue.chart.holds"),
        minutes: () => desk.minutes.value,
        span: () => span.value,
        zone: desk.zone(),
        series: [{ name: "held", kind: "area" }, { name: "expired", kind: "bar" }, { name: "refused", kind: "line" }],
      }),
      liveChart({
        title: t("venue.chart.flow"),
        minutes: () => desk.minutes.value,
        span: () => span.value,
        zone: desk.zone(),
        series: [{ name: "viewers", kind: "area" }, { name: "reserved", kind: "line" }, {
          name: "booked",
          kind: "line",
        }],
      }),
      funnel(occupancy),
    ),
    sectionTable(occupancy, house.show, (name) => {
      const house = /** @type {import("../../app/seating.js").House | null} */ (desk.house.value);
      const area = house?.store.areas.list.find((one) => one.name === name);
      return area ? () => void byNumber({ staff, desk }, "block", String(area.id)) : null;
    }),
  );
  listen(document, "fullscreenchange", () => {
    if (!document.fullscreenElement) isWall.value = false;
  });
  listen(globalThis, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape" && isWall.peek() && !document.fullscreenElement) isWall.value = false;
  });
  onEnd(() => document.fullscreenElement && document.exitFullscreen());
  return root;
}

/** Full screen where the browser allows it; the wall's look in any case. @param {HTMLElement} root @param {import("../../lib/signals.js").Signal<boolean>} isWall */
async function turnWall(root, isWall) {
  isWall.value = !isWall.peek();
  if (!isWall.peek()) return void (document.fullscreenElement && await document.exitFullscreen());
  await root.requestFullscreen?.().catch(() => undefined);
}

/** @param {import("./desk.js").Desk} desk */
function pauseButton(desk) {
  return h(
    "button",
    {
      type: "button",
      class: "button is-secondary is-small pause-button",
      "aria-pressed": () => String(desk.frozen.value !== null),
      onclick: () => desk.frozen.peek() ? desk.resume() : desk.pause(),
    },
    () => [sign(desk.frozen.value ? "play" : "pause"), t(desk.frozen.value ? "venue.resume" : "venue.pause")],
  );
}

/** Live, or how old what is shown has become. @param {import("./desk.js").Desk} desk */
function liveState(desk) {
  const frozen = desk.frozen.value;
  if (!frozen) {
    return desk.stream.connection.value === "live" ? [h("span", { class: "live-dot" }), t("connection.live")] : null;
  }
  const age = signal(0);
  const timer = setInterval(() => (age.value = Math.round((Date.now() - frozen.at) / 1000)), 1000);
  onEnd(() => clearInterval(timer));
  return h("span", { class: "is-paused tabular" }, () => t("venue.paused", { age: ageWords(age.value) }));
}

/** @param {number} seconds */
const ageWords = (seconds) =>
  seconds < 100 ? t("age.seconds", { n: seconds }) : t("age.minutes", { n: Math.round(seconds / 60) });
