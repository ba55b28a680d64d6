// @ts-check
/** A new event: a plan that is there or a file of one, what it is, when, and what seats cost. */
import { at as inApp } from "../../lib/base.js";
import { h } from "../../lib/dom.js";
import { count, t } from "../../lib/i18n.js";
import { go } from "../../lib/routes.js";
import { signal } from "../../lib/signals.js";
import { instantOf } from "../../lib/time.js";
import { ApiError } from "../../net/envelope.js";
import { explain } from "../../ui/explain.js";
import { entitle } from "../../ui/frame.js";
import { icon } from "../../ui/icons.js";
import { field, fieldSet, input, select, timeField, zoneOptions } from "../fields.js";
import { leftOut } from "./left-out.js";
import { loneSeatFields, NEW_RULE, readLoneSeats } from "./lone-seat-fields.js";
import { isStartMeant } from "./past-start.js";
import { priceFields } from "./prices.js";
import { NEW_TERMS, readRefundTerms, refundTermFields } from "./refund-term-fields.js";
import { pageHead } from "../staff-menu.js";
import { BOOKINGS, PRICES, tableOptions } from "./table-options.js";

/** @typedef {import("../../net/venue-api.js").Plan} Plan */

const CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "PLN", "JPY"];
/** A small hall in pretix's format, to try an import with. */
const SAMPLE = inApp("static/docs/sample-plan.json");
const FILE_MAX = 32 * 1024 * 1024;

/** @param {import("../venue.js").Place} place */
export function eventFormPage({ staff, view }) {
  entitle(view, t("venue.new"));
  const plans = signal(/** @type {readonly Plan[]} */ ([]));
  const plan = signal(/** @type {Plan | null} */ (null));
  const fault = signal(""), isBusy = signal(false);
  /** Whose clocks the times are told by: those of a venue that is known, else what is chosen. */
  const zone = signal(staff.app.config.peek().timeZone);
  const venues = signal(
    /** @type {Map<string, string>} name → its zone */ (new Map()),
  );
  const knownVenue = signal("");
  const told = {
    name: signal(""),
    venue: signal(""),
    startsAt: signal(""),
    plan: signal(""),
  };
  const controls = {
    name: input({ autocomplete: "off", maxlength: 200 }),
    venue: input({
      autocomplete: "off",
      maxlength: 200,
      oninput: () => lookUpVenue(),
    }),
    timeZone: select({
      value: zone.peek(),
      disabled: () => knownVenue.value !== "",
      onchange: () => (zone.value = controls.timeZone.value),
    }, zoneOptions(zone.peek())),
    startsAt: input({ type: "datetime-local" }),
    onSaleAt: input({ type: "datetime-local" }),
    offSaleAt: input({ type: "datetime-local" }),
    currency: select({ value: "EUR" }, CURRENCIES.map((code) => [code, code])),
    tableBooking: select({ value: "inherit" }, tableOptions(BOOKINGS)),
    tablePrices: select({ value: "per_head" }, tableOptions(PRICES)),
  };
  /** @type {ReturnType<typeof priceFields> | null} */
  let prices = null;
  const loneSeats = fieldSet(loneSeatFields(NEW_RULE));
  const refunds = fieldSet(refundTermFields(NEW_TERMS));

  /** What the server says of a failure stands on the page. @param {() => Promise<void>} work */
  const attempt = async (work) => {
    fault.value = "";
    isBusy.value = true;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fault.value = explain.error(error);
    } finally {
      isBusy.value = false;
    }
  };
  const loadPlans = () => attempt(async () => void (plans.value = await staff.venue.plans()));
  loadPlans();
  attempt(async () => {
    venues.value = new Map(
      (await staff.venue.overview()).map((
        { venue, timeZone },
      ) => [venue, timeZone]),
    );
    lookUpVenue();
  });
  /** A venue has one zone: that of one with events is changed there. */
  function lookUpVenue() {
    const name = controls.venue.value.trim(), found = venues.peek().get(name);
    knownVenue.value = found ? name : "";
    if (!found) return;
    if (![...controls.timeZone.options].some(({ value }) => value === found)) {
      controls.timeZone.add(new Option(found));
    }
    zone.value = controls.timeZone.value = found;
  }

  /** @param {File | undefined} file */
  const upload = (file) => {
    if (!file) return;
    if (file.size > FILE_MAX) {
      return void (fault.value = t("venue.plan.tooLarge"));
    }
    attempt(async () => {
      const made = await staff.venue.addPlan(file);
      choose(made);
      plans.value = [
        made,
        ...plans.peek().filter(({ planId }) => planId !== made.planId),
      ];
      staff.app.toasts.show(
        "success",
        t("venue.plan.added", { name: made.name, n: made.seatCount }),
      );
    });
  };
  /** @param {Plan | null} next */
  const choose = (next) => {
    plan.value = next;
    told.plan.value = "";
    if (next && !controls.venue.value) controls.venue.value = next.name;
    lookUpVenue();
  };

  /** @param {"startsAt" | "onSaleAt" | "offSaleAt"} name */
  const at = (name) => instantOf(controls[name].value, zone.peek());
  const save = (/** @type {Event} */ event) => {
    event.preventDefault();
    const chosen = plan.peek();
    for (const name of /** @type {const} */ (["name", "venue", "startsAt"])) {
      told[name].value = controls[name].value.trim() ? "" : t("checkout.required");
    }
    told.plan.value = chosen ? "" : t("venue.plan.choose");
    const sums = prices?.read(), rule = loneSeats.read(), terms = refunds.read();
    if (Object.values(told).some((one) => one.peek()) || !chosen || !sums || !rule || !terms || isBusy.peek()) return;
    attempt(async () => {
      if (
        !await isStartMeant(at("startsAt"), staff.app.clock.now(), zone.peek())
      ) return;
      const made = await staff.venue.addEvent({
        name: controls.name.value.trim(),
        venue: controls.venue.value.trim(),
        planId: chosen.planId,
        startsAt: /** @type {string} */ (at("startsAt")),
        onSaleAt: at("onSaleAt") ?? undefined,
        offSaleAt: at("offSaleAt") ?? undefined,
        timeZone: zone.peek(),
        currency: controls.currency.value,
        ...sums,
        loneSeats: readLoneSeats(rule),
        tableBooking:
          /** @type {import("../../lib/wire-types.js").EventBody["tableBooking"]} */ (controls.tableBooking.value),
        tablePrices:
          /** @type {import("../../lib/wire-types.js").EventBody["tablePrices"]} */ (controls.tablePrices.value),
      });
      await staff.venue.setRefundTerms(made.id, { ...readRefundTerms(terms), reason: t("venue.new") });
      staff.app.toasts.show("success", t("venue.new.done"));
      go(`/venue/${made.id}`);
    });
  };

  return h(
    "div",
    { class: "venue" },
    pageHead(staff, t("venue.new")),
    h(
      "form",
      { class: "venue-page venue-form", novalidate: true, onsubmit: save },
      h("h2", null, t("venue.plan")),
      () => planChoice(plans.value, plan.peek(), choose, told.plan),
      () => leftOut(plan.value),
      field(
        t("venue.plan.file"),
        input({
          type: "file",
          accept: ".json,application/json",
          onchange: (/** @type {Event} */ event) => upload(/** @type {HTMLInputElement} */ (event.target).files?.[0]),
        }),
        t("venue.plan.fileHelp"),
      ),
      h(
        "p",
        { class: "small" },
        h(
          "a",
          { href: SAMPLE, download: "sample-plan.json" },
          t("venue.plan.sample"),
        ),
      ),
      h("h2", null, t("venue.new.what")),
      field(t("venue.new.name"), controls.name, "", told.name),
      field(t("venue.new.venue"), controls.venue, "", told.venue),
      field(
        t("venue.field.timeZone"),
        controls.timeZone,
        () => knownVenue.value ? t("venue.zone.known", { venue: knownVenue.value }) : t("venue.zone.help"),
      ),
      timeField(
        t("venue.new.startsAt"),
        controls.startsAt,
        () => zone.value,
        "",
        told.startsAt,
      ),
      h(
        "div",
        { class: "two-fields" },
        timeField(
          t("venue.onSaleAt"),
          controls.onSaleAt,
          () => zone.value,
          t("venue.onSaleAt.help"),
        ),
        timeField(
          t("venue.offSaleAt"),
          controls.offSaleAt,
          () => zone.value,
          t("venue.offSaleAt.help"),
        ),
      ),
      field(t("venue.currency"), controls.currency),
      () => {
        const chosen = plan.value;
        prices = chosen &&
          priceFields(
            chosen.categories.map(({ name, seats }) => ({
              name,
              note: t("venue.plan.seats", { n: seats }),
            })),
          );
        return prices ? prices.element : h("p", { class: "muted" }, t("venue.prices.later"));
      },
      h("h2", null, t("venue.refundTerms")),
      refunds.elements,
      h("h2", null, t("venue.lone.title")),
      loneSeats.elements,
      h(
        "div",
        { class: "two-fields" },
        field(t("venue.tables.booking"), controls.tableBooking, t("venue.tables.new")),
        field(t("venue.tables.prices"), controls.tablePrices),
      ),
      h("div", { role: "alert" }, () => fault.value ? h("p", { class: "fault" }, icon("error"), fault.value) : null),
      h(
        "button",
        {
          type: "submit",
          class: "button is-primary",
          "aria-disabled": () => String(isBusy.value),
        },
        () => isBusy.value ? h("span", { class: "spinner" }) : null,
        t("venue.new.save"),
      ),
    ),
  );
}

/**
 * @param {readonly Plan[]} plans @param {Plan | null} chosen
 * @param {(plan: Plan | null) => void} choose @param {import("../../lib/signals.js").Signal<string>} fault
 */
function planChoice(plans, chosen, choose, fault) {
  const control = select({
    value: String(chosen?.planId ?? ""),
    onchange: () =>
      choose(
        plans.find(({ planId }) => String(planId) === control.value) ?? null,
      ),
  }, [
    ["", t("venue.plan.none")],
    ...plans.map((
      one,
    ) => /** @type {const} */ ([
      String(one.planId),
      t("venue.plan.option", { name: one.name, n: count(one.seatCount) }),
    ])),
  ]);
  return field(t("venue.plan.choose"), control, "", fault);
}
