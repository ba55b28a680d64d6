// @ts-check
/** When the sale opens and closes, and what tickets cost: changed with a reason, told to every buyer at once. */
import { h } from "../lib/dom.js";
import { longDate, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { instantOf, wallTime } from "../lib/time.js";
import { ApiError } from "../net/envelope.js";
import { skeleton } from "../ui/frame.js";
import { act, reasonField } from "./act-dialog.js";
import { zoneOptions } from "./fields.js";
import { eventActs } from "./events/event-acts.js";
import { leftOut } from "./events/left-out.js";
import { loneSeatFields, readLoneSeats } from "./events/lone-seat-fields.js";
import { isStartMeant } from "./events/past-start.js";
import { priceLists } from "./events/price-lists.js";
import { BOOKINGS, PRICES, tableOptions } from "./events/table-options.js";

/** @typedef {import("../net/api.js").EventDetails} EventDetails */
/** @typedef {import("./act-dialog.js").FieldSpec} FieldSpec */

/** @param {import("./venue.js").EventPlace} place */
export function salePage(place) {
  const { desk, staff } = place;
  const plan = signal(
    /** @type {import("../net/venue-api.js").Plan | null} */ (null),
  );
  staff.venue.planOf(desk.eventId).then(
    (found) => (plan.value = found),
    (error) => {
      // The sale can be changed without it; the page's own banner says when the server does not answer.
      if (!(error instanceof ApiError)) throw error;
    },
  );
  desk.loadHouse();
  /** Whether the plan has tables or boxes. @param {EventDetails} event */
  const hasTables = (event) =>
    (event.units?.length ?? 0) > 0 ||
    (desk.house.value?.rows.some((/** @type {{ kind: string }} */ { kind }) => kind === "table") ?? false);
  return h("div", { class: "venue-page sale-page" }, () => {
    const event = /** @type {EventDetails | null} */ (desk.event.value);
    if (!event) return skeleton("lines", 3);
    return [
      eventActs(place),
      leftOut(plan.value),
      h(
        "section",
        { class: "card-box", "aria-labelledby": "venue-window" },
        h("h2", { id: "venue-window" }, t("venue.window")),
        h(
          "dl",
          { class: "venue-facts" },
          line("venue.field.timeZone", event.timeZone.replaceAll("_", " ")),
          line("venue.new.startsAt", longDate(event.startsAt, event.timeZone)),
          line(
            "venue.onSaleAt",
            event.onSaleAt ? longDate(event.onSaleAt, event.timeZone) : t("venue.onSaleAt.always"),
          ),
          line(
            "venue.offSaleAt",
            event.offSaleAt ? longDate(event.offSaleAt, event.timeZone) : t("venue.offSaleAt.never"),
          ),
        ),
        h(
          "div",
          { class: "pick-acts" },
          button("venue.window.change", () => void changeWindow(place, event)),
          event.saleState === "upcoming" ? button("venue.window.openNow", () => void turn(place, "open")) : null,
          event.saleState === "open" ? button("venue.window.closeNow", () => void turn(place, "close")) : null,
        ),
      ),
      priceLists(place),
      loneSeats(place, event),
      hasTables(event) || event.tableBooking !== "inherit"
        ? h(
          "section",
          { class: "card-box", "aria-labelledby": "venue-tables" },
          h("h2", { id: "venue-tables" }, t("venue.tables")),
          h(
            "dl",
            { class: "venue-facts" },
            line("venue.tables.booking", t(`venue.tables.${event.tableBooking}`)),
            line("venue.tables.prices", t(`venue.tables.${event.tablePrices}`)),
          ),
          h("div", { class: "pick-acts" }, button("venue.tables.change", () => void changeTables(place, event))),
        )
        : null,
    ];
  });
}

/** @param {import("./venue.js").EventPlace} place @param {EventDetails} event */
function loneSeats(place, { loneSeats: rule }) {
  const isOff = rule.rule === "off";
  return h(
    "section",
    { class: "card-box", "aria-labelledby": "venue-lone" },
    h("h2", { id: "venue-lone" }, t("venue.lone")),
    h("p", null, t(`venue.lone.${rule.rule}`)),
    isOff ? null : h(
      "p",
      { class: "muted small" },
      t("venue.lone.rests", { percent: rule.offBelowFreePercent, hours: rule.offHoursBefore }),
    ),
    h(
      "div",
      { class: "pick-acts" },
      button(
        "venue.lone.change",
        () =>
          void change(place, "venue.lone.change", loneSeatFields(rule), (values) => ({
            loneSeats: readLoneSeats(values),
          })),
      ),
    ),
  );
}

/** @param {string} words @param {string} value */
const line = (words, value) => h("div", null, h("dt", null, t(words)), h("dd", null, value));

/** @param {string} words @param {() => void} run */
const button = (words, run) =>
  h("button", {
    type: "button",
    class: "button is-secondary is-small",
    onclick: run,
  }, t(words));

/**
 * @param {import("./venue.js").EventPlace} place
 * @param {string} title
 * @param {FieldSpec[]} fields
 * @param {(values: Record<string, string>) => Record<string, unknown>} changes
 */
async function change({ staff, desk }, title, fields, changes) {
  const done = await act({
    title: t(title),
    icon: "calendar",
    fields: [...fields, reasonField()],
    confirm: t("venue.save"),
    run: async ({ reason = "", ...values }) => {
      const changed = changes(values);
      const isMeant = await isStartMeant(
        /** @type {string | null} */ (changed.startsAt ?? null),
        staff.app.clock.now(),
        /** @type {string} */ (changed.timeZone ?? desk.zone()),
      );
      return isMeant ? await staff.venue.changeEvent(desk.eventId, { ...changed, reason }) : undefined;
    },
  });
  if (!done) return;
  staff.app.toasts.show("success", t("venue.saved"));
  await Promise.all([desk.loadEvent(), desk.readWhole()]);
}

/** @param {import("./venue.js").EventPlace} place @param {EventDetails} event */
function changeWindow(place, event) {
  const zone = signal(event.timeZone);
  /** @param {"startsAt" | "onSaleAt" | "offSaleAt"} name @param {string} label @param {string} [help] @returns {FieldSpec} */
  const time = (name, label, help) => ({
    name,
    label: t(label),
    help,
    type: "datetime-local",
    value: event[name] ? wallTime(event[name], event.timeZone) : "",
    zone: () => zone.value,
  });
  /** @type {FieldSpec[]} */
  const fields = [
    {
      name: "timeZone",
      label: t("venue.field.timeZone"),
      help: t("venue.zone.change"),
      type: "select",
      value: event.timeZone,
      options: zoneOptions(event.timeZone),
      props: {
        onchange: (
          /** @type {any} */ { target },
        ) => (zone.value = target.value),
      },
    },
    { ...time("startsAt", "venue.new.startsAt"), required: true },
    time("onSaleAt", "venue.onSaleAt", t("venue.onSaleAt.help")),
    time("offSaleAt", "venue.offSaleAt", t("venue.offSaleAt.help")),
  ];
  return change(
    place,
    "venue.window.change",
    fields,
    ({ timeZone = event.timeZone, ...values }) => {
      /** @type {Record<string, string | null>} */
      const changed = timeZone === event.timeZone ? {} : { timeZone };
      for (
        const name of /** @type {const} */ (["startsAt", "onSaleAt", "offSaleAt"])
      ) {
        const before = event[name] ? wallTime(event[name], timeZone) : "";
        // A field cut to the minute that nobody touched must not move the time.
        if (values[name] !== before) {
          changed[name] = instantOf(
            values[name] ?? "",
            timeZone,
          );
        }
      }
      return changed;
    },
  );
}

/** How tables and boxes are sold. @param {import("./venue.js").EventPlace} place @param {EventDetails} event */
function changeTables(place, event) {
  /** @type {FieldSpec[]} */
  const fields = [
    {
      name: "tableBooking",
      label: t("venue.tables.booking"),
      help: t("venue.tables.help"),
      type: "select",
      value: event.tableBooking,
      options: tableOptions(BOOKINGS),
    },
    {
      name: "tablePrices",
      label: t("venue.tables.prices"),
      type: "select",
      value: event.tablePrices,
      options: tableOptions(PRICES),
    },
  ];
  return change(place, "venue.tables.change", fields, (values) =>
    Object.fromEntries(
      Object.entries(values).filter(([name, value]) => value !== event[/** @type {"tableBooking"} */ (name)]),
    ));
}

/** Opens or closes at once: the window's edge becomes now. @param {import("./venue.js").EventPlace} place @param {"open" | "close"} way */
function turn(place, way) {
  const at = () => new Date(place.staff.app.clock.now()).toISOString();
  return change(
    place,
    `venue.window.${way}Now`,
    [],
    () => way === "open" ? { onSaleAt: at() } : { offSaleAt: at() },
  );
}
