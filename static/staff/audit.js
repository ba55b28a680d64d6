// @ts-check
/** Who did what to this event, and why. */
import { h } from "../lib/dom.js";
import { money, shortDate, t } from "../lib/i18n.js";
import { empty } from "../ui/frame.js";
import { seatList } from "../ui/seat-words.js";
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
            h("tbody", null, items.map((entry) => row(entry, desk.zone()))),
          ),
        ),
      () => empty(t("venue.audit.none"), ""),
    ),
  );
}

/** @param {AuditEntry} entry @param {string} zone */
function row(entry, zone) {
  return h(
    "tr",
    null,
    h("td", { class: "tabular" }, h("time", { datetime: entry.at }, shortDate(entry.at, zone))),
    h("td", { translate: "no" }, entry.who),
    h("td", null, t(`venue.act.${entry.act}`)),
    h("td", null, entry.reason),
    h(
      "td",
      { class: "small" },
      h("ul", { class: "audit-details" }, details(entry, zone).map((text) => h("li", null, text))),
    ),
  );
}

/** @param {AuditEntry} entry @param {string} zone @returns {string[]} */
function details({ act, bookingReference, seats, seatCount, changes, amount, currency, details: more }, zone) {
  const { code, to, door, endsAt, name } = /** @type {Record<string, string | undefined>} */ (more);
  const all = [
    bookingReference,
    seatList(seats),
    seatCount > seats.length && t("venue.blocks.more", { n: seatCount - seats.length }),
    ...changes.map((one) => changeWords(one, currency, zone)),
    amount !== null && money(amount, currency),
    code,
    to,
    act === "add_event" && name,
    door && t("venue.audit.door", { door }),
    endsAt && t("venue.audit.until", { when: shortDate(endsAt, zone) }),
  ];
  return /** @type {string[]} */ (all.filter((text) => typeof text === "string" && text !== ""));
}

const TIMES = new Set(["startsAt", "onSaleAt", "offSaleAt", "pricesFrom"]);

/** "Starts: Fri, 9 Jan, 19:30 → Sat, 10 Jan, 19:30" @param {AuditEntry["changes"][number]} change @param {string} currency @param {string} zone */
function changeWords({ field, category, before, after }, currency, zone) {
  /** @param {string | null} value */
  const words = (value) =>
    value === null
      ? t("venue.audit.unset")
      : field === "price"
      ? money(value, currency)
      : TIMES.has(field)
      ? shortDate(value, zone)
      : field === "hidden"
      ? t(`venue.${value === "true" ? "yes" : "no"}`)
      : value;
  return t("venue.audit.change", {
    field: category ?? t(`venue.field.${field}`),
    before: words(before),
    after: words(after),
  });
}
