// @ts-check
/** Every section's figures, sorted as the reader likes. */
import { addressQuery, keepInAddress } from "../../lib/address.js";
import { each, h } from "../../lib/dom.js";
import { count, money, t } from "../../lib/i18n.js";
import { computed, signal } from "../../lib/signals.js";
import { soldShare } from "../../state/occupancy.js";
import { pressed, sorted } from "../../state/sorting.js";
import { percent } from "../board/figures.js";
import { houseBar } from "./house-bar.js";

/** @typedef {import("../../state/occupancy.js").SectionRow} SectionRow */

const NUMBERS = /** @type {const} */ (["available", "reserved", "paying", "booked", "blocked", "checkedIn"]);
const COLUMNS = ["name", "share", ...NUMBERS, "revenue"];

/** @param {SectionRow} row @param {string} by */
function valueOf(row, by) {
  if (by === "share") return soldShare(row);
  if (by === "revenue") return Number(row.revenue);
  return /** @type {any} */ (row)[by];
}

/**
 * @param {() => import("../../state/occupancy.js").Occupancy} occupancy
 * @param {(name: string) => void} onSection shows it on the map
 * @param {(name: string) => (() => void) | null} blocking what takes places of a standing area off sale
 */
export function sectionTable(occupancy, onSection, blocking) {
  const asked = addressQuery(), by = asked.get("sort") ?? "name";
  const order = signal(
    /** @type {import("../../state/sorting.js").Order} */ ({
      by: COLUMNS.includes(by) ? by : "name",
      down: asked.get("down") === "1",
    }),
  );
  const rows = computed(() => sorted(occupancy().sections, order.value, valueOf));
  const body = each(h("tbody"), () => rows.value, (row) => row.name, (first) => {
    const row = computed(() => occupancy().sections.find(({ name }) => name === first.name) ?? first);
    return h(
      "tr",
      null,
      h(
        "th",
        { scope: "row" },
        h("button", { type: "button", class: "link-button", onclick: () => onSection(first.name) }, first.name || "–"),
        () => {
          const block = blocking(first.name);
          return block &&
            h("button", {
              type: "button",
              class: "link-button area-block",
              "aria-label": t("venue.area.block", { area: first.name }),
              onclick: block,
            }, t("venue.block"));
        },
      ),
      h(
        "td",
        { class: "is-share" },
        h("div", null, houseBar(() => row.value, () => first.name), () => percent(soldShare(row.value))),
      ),
      NUMBERS.map((name) => h("td", null, () => count(row.value[name]))),
      h("td", null, () => money(row.value.revenue, occupancy().currency)),
    );
  });
  return h(
    "section",
    { class: "card-box section-box", "aria-labelledby": "venue-sections" },
    h("h2", { id: "venue-sections" }, t("venue.sections")),
    h(
      "div",
      { class: "table-scroll", tabindex: "0", role: "group", "aria-labelledby": "venue-sections" },
      h(
        "table",
        { class: "venue-table tabular" },
        h("thead", null, h("tr", null, COLUMNS.map((by) => head(by, order)))),
        body,
      ),
    ),
  );
}

/** @param {string} by @param {import("../../lib/signals.js").Signal<import("../../state/sorting.js").Order>} order */
function head(by, order) {
  return h(
    "th",
    {
      scope: "col",
      class: by === "name" ? "" : "is-number",
      "aria-sort": () => order.value.by !== by ? null : order.value.down ? "descending" : "ascending",
    },
    h(
      "button",
      {
        type: "button",
        onclick: () => {
          order.value = pressed(order.peek(), by, by !== "name");
          keepInAddress({ sort: order.peek().by, down: order.peek().down ? "1" : "" }, false);
        },
      },
      t(`venue.column.${by}`),
      h(
        "span",
        { class: "sort-mark", "aria-hidden": "true" },
        () => order.value.by !== by ? "" : order.value.down ? "▼" : "▲",
      ),
    ),
  );
}
