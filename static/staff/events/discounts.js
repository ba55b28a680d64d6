// @ts-check
/** Discount codes: what each takes off, where it holds, how often it was used; new ones, and ending one. */
import { h } from "../../lib/dom.js";
import { count, money, shortDate, t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { instantOf } from "../../lib/time.js";
import { ApiError } from "../../net/envelope.js";
import { empty, entitle, failure, skeleton } from "../../ui/frame.js";
import { act, reasonField } from "../act-dialog.js";
import { sign } from "../signs.js";
import { pageHead } from "../staff-menu.js";

/** @typedef {import("../../net/venue-api.js").Discount} Discount */

/** @param {import("../venue.js").Place} place */
export function discountsPage({ staff, view, eventId }) {
  const found = signal(/** @type {readonly Discount[] | null} */ (null));
  const problem = signal(/** @type {ApiError | null} */ (null));
  const load = async () => {
    try {
      found.value = await staff.venue.discounts(eventId);
      problem.value = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error;
    }
  };
  load();
  const currency = () => (eventId === null ? null : staff.desk(eventId).latest.peek()?.currency) ?? "EUR";
  /** The event, for the names of what its codes may be for. */
  const known = async () => {
    const desk = staff.desk(/** @type {number} */ (eventId));
    if (!desk.event.peek()) await desk.loadEvent();
    return desk.event.peek();
  };
  /** Of the venue; for codes that hold at every event, of the house. */
  const zone = () => eventId === null ? staff.app.config.peek().timeZone : staff.desk(eventId).zone();
  const add = async () => {
    const event = eventId === null ? null : await known();
    const chosen = onlyFor(event);
    const done = await act({
      title: t("venue.discount.new"),
      icon: "ticket",
      fields: fields(zone),
      content: () => chosen.element,
      confirm: t("venue.discount.save"),
      keep: t("venue.discount.addNone"),
      run: (values) => staff.venue.addDiscount({ ...read(values, eventId, currency(), zone()), ...chosen.read() }),
    });
    if (!done) return;
    staff.app.toasts.show("success", t("venue.discount.added", { code: done.code }));
    load();
  };
  /** @param {Discount} discount */
  const end = async ({ code }) => {
    const done = await act({
      title: t("venue.discount.end.title", { code }),
      icon: "warning",
      tone: "warning",
      fields: [reasonField()],
      confirm: t("venue.discount.end"),
      keep: t("venue.discount.keep"),
      isDanger: true,
      run: async ({ reason = "" }) => {
        await staff.venue.endDiscount(code, reason);
        return true;
      },
    });
    if (!done) return;
    staff.app.toasts.show("success", t("venue.discount.ended", { code }));
    load();
  };
  const content = h(
    "div",
    { class: "venue-page" },
    h(
      "div",
      { class: "venue-toolbar" },
      h(
        "button",
        { type: "button", class: "button is-primary is-small", onclick: add },
        sign("plus"),
        t("venue.discount.new"),
      ),
    ),
    () => {
      if (problem.value) return failure(problem.value, () => void load());
      if (!found.value) return skeleton("lines", 3);
      if (!found.value.length) return empty(t("venue.discount.none"), t("venue.discount.noneHelp"));
      return h(
        "ul",
        { class: "venue-list" },
        found.value.map((discount) => row(discount, zone(), () => void end(discount))),
      );
    },
  );
  if (eventId !== null) return content;
  entitle(view, t("venue.tab.discounts"));
  return h(
    "div",
    { class: "venue" },
    pageHead(staff, t("venue.tab.discounts")),
    content,
  );
}

/** @param {Discount} discount @param {string} zone @param {() => void} end */
function row(discount, zone, end) {
  const { code, percent, amount, currency, used, maxUses, active, startsAt, endsAt, minimum } = discount;
  const off = percent !== null ? `−${count(percent)} %` : `−${money(amount ?? "0", currency ?? "EUR")}`;
  const limits = [
    startsAt ? t("venue.discount.from", { when: shortDate(startsAt, zone) }) : "",
    endsAt ? t("venue.discount.until", { when: shortDate(endsAt, zone) }) : "",
    Number(minimum) ? t("venue.discount.least", { amount: money(minimum ?? "0", currency ?? "EUR") }) : "",
    discount.maxUsesPerUser ? t("venue.discount.perBuyer", { n: discount.maxUsesPerUser }) : "",
    discount.eventId === null ? t("venue.discount.everywhere") : "",
    discount.categories.length ? t("venue.discount.only", { names: discount.categories.join(", ") }) : "",
    discount.ticketTypes.length ? t("venue.discount.only", { names: discount.ticketTypes.join(", ") }) : "",
  ].filter(Boolean);
  return h(
    "li",
    { class: "venue-row is-discount" },
    h(
      "span",
      { class: "venue-row-words" },
      h("strong", { class: "tabular", translate: "no" }, code),
      h("span", { class: "muted small" }, limits.join(" · ")),
    ),
    h("strong", { class: "tabular" }, off),
    h(
      "span",
      { class: "tabular" },
      maxUses === null ? t("venue.discount.used", { n: used }) : t("venue.discount.usedOf", { n: used, all: maxUses }),
    ),
    h(
      "span",
      { class: `pill ${active ? "is-confirmed" : ""}` },
      t(active ? "venue.discount.active" : "venue.discount.inactive"),
    ),
    active
      ? h("button", {
        type: "button",
        class: "button is-secondary is-small",
        "aria-label": t("venue.discount.end.title", { code }),
        onclick: end,
      }, t("venue.discount.end"))
      : null,
  );
}

/**
 * Which categories and ticket types a code is for; none chosen: all. Codes of every event name none.
 * @param {import("../../net/api.js").EventDetails | null} event
 */
function onlyFor(event) {
  /** @param {string} name @param {readonly string[]} names */
  const group = (name, names) => {
    const boxes = names.map((value) => h("input", { type: "checkbox", name, value }));
    return {
      boxes,
      element: names.length < 2 ? null : h(
        "fieldset",
        { class: "check-fields" },
        h("legend", null, t(`venue.discount.${name}`)),
        boxes.map((box) => h("label", null, box, " ", box.value)),
      ),
    };
  };
  const categories = group("categories", event?.categories.map(({ name }) => name) ?? []);
  const types = group("ticketTypes", event?.ticketTypes.map(({ name }) => name).filter(Boolean) ?? []);
  const checked = (/** @type {readonly any[]} */ boxes) => boxes.filter((box) => box.checked).map((box) => box.value);
  return {
    element: [categories.element, types.element],
    read: () => ({ categories: checked(categories.boxes), ticketTypes: checked(types.boxes) }),
  };
}

/** @param {() => string} zone @returns {import("../act-dialog.js").FieldSpec[]} */
const fields = (zone) => [
  { name: "code", label: t("venue.discount.code"), required: true, props: { autocomplete: "off", maxlength: 40 } },
  {
    name: "kind",
    label: t("venue.discount.kind"),
    type: "select",
    value: "percent",
    options: [["percent", t("venue.discount.percent")], ["amount", t("venue.discount.amount")]],
  },
  { name: "value", label: t("venue.discount.value"), required: true, props: { inputmode: "decimal" } },
  { name: "maxUses", label: t("venue.discount.maxUses"), type: "number", props: { min: 1 } },
  { name: "maxUsesPerUser", label: t("venue.discount.maxUsesPerUser"), type: "number", props: { min: 1 } },
  { name: "minimum", label: t("venue.discount.minimum"), props: { inputmode: "decimal" } },
  { name: "startsAt", label: t("venue.discount.startsAt"), type: "datetime-local", zone },
  { name: "endsAt", label: t("venue.discount.endsAt"), type: "datetime-local", zone },
];

/** @param {Record<string, string>} values @param {number | null} eventId @param {string} currency @param {string} zone @returns {import("../../lib/wire-types.js").DiscountRequest} */
function read(values, eventId, currency, zone) {
  const whole = (/** @type {string | undefined} */ text) => text ? Number(text) : undefined;
  const sum = (/** @type {string | undefined} */ text) => text ? text.replace(",", ".") : undefined;
  const isPercent = values.kind === "percent";
  return {
    code: values.code,
    percent: isPercent ? Number(sum(values.value)) : undefined,
    amount: isPercent ? undefined : sum(values.value),
    currency: isPercent && !values.minimum ? undefined : currency,
    eventId: eventId ?? undefined,
    startsAt: instantOf(values.startsAt ?? "", zone) ?? undefined,
    endsAt: instantOf(values.endsAt ?? "", zone) ?? undefined,
    maxUses: whole(values.maxUses),
    maxUsesPerUser: whole(values.maxUsesPerUser),
    minimum: sum(values.minimum),
  };
}
