// @ts-check
/** Who did what to this event, and why. */
import { h } from "../lib/dom.js";
import { hasWords, shortDate, t } from "../lib/i18n.js";
import { empty } from "../ui/frame.js";
import { clockTime } from "./figures.js";
import { createPaged } from "./paged.js";

/** @typedef {import("../net/venue-api.js").AuditEntry} AuditEntry */

const PAGE_SIZE = 50;

/** @param {import("./venue.js").EventPlace} place */
export function auditPage({ staff, desk }) {
  const paged = createPaged((number) => staff.venue.audit(desk.eventId, number, PAGE_SIZE));
  paged.load();
  return h(
    "div",
    { class: "venue-page" },
    h("p", { class: "muted" }, t("venue.audit.lead")),
    paged.view(
      (items) =>
        h(
          "div",
          { class: "table-scroll", tabindex: "0", role: "group", "aria-label": t("venue.tab.audit") },
          h(
            "table",
            { class: "venue-table is-words" },
            h(
              "thead",
              null,
              h(
                "tr",
                null,
                ["at", "who", "act", "reason", "details"].map((name) =>
                  h("th", { scope: "col" }, t(`venue.audit.${name}`))
                ),
              ),
            ),
            h("tbody", null, items.map(row)),
          ),
        ),
      () => empty(t("venue.audit.none"), ""),
    ),
  );
}

/** @param {AuditEntry} entry */
function row(entry) {
  return h(
    "tr",
    null,
    h(
      "td",
      { class: "tabular" },
      h("time", { datetime: entry.at }, `${shortDate(entry.at)}:${clockTime(entry.at).slice(-2)}`),
    ),
    h("td", { translate: "no" }, entry.who),
    h("td", null, hasWords(`venue.act.${entry.act}`) ? t(`venue.act.${entry.act}`) : entry.act),
    h("td", null, entry.reason ?? ""),
    h("td", { class: "small muted" }, [entry.bookingReference, words(entry.details)].filter(Boolean).join(" · ")),
  );
}

const LONGEST = 160;

/** @param {Record<string, unknown> | null} details */
function words(details) {
  const text = Object.entries(details ?? {})
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
