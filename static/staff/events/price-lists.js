// @ts-check
/** An event's price lists: what changed when, by whom, what is held under each, and what is to begin. */
import { h, onEnd } from "../../lib/dom.js";
import { count, money, shortDate, t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { instantOf, wallTime } from "../../lib/time.js";
import { ApiError } from "../../net/envelope.js";
import { failure, skeleton } from "../../ui/frame.js";
import { act, reasonField } from "../act-dialog.js";
import { priceFields } from "./prices.js";

/** @typedef {import("../../lib/wire-types.js").PriceListBody} PriceList */

const MONEY = new Set(["price", "perTicket", "perOrder"]);
const RATES = new Set(["percent", "vatPercent"]);
/** What is held moves all the time, and nobody is pushed it by list. */
const REFRESH_MS = 10_000;

/** @param {import("../venue.js").EventPlace} place */
export function priceLists(place) {
  const { staff, desk } = place;
  const lists = signal(/** @type {readonly PriceList[] | null} */ (null));
  const problem = signal(/** @type {ApiError | null} */ (null));
  const load = async () => {
    try {
      lists.value = await staff.venue.priceLists(desk.eventId);
      problem.value = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!lists.peek()) problem.value = error;
    }
  };
  load();
  const timer = setInterval(() => document.hidden || load(), REFRESH_MS);
  onEnd(() => clearInterval(timer));

  const done = async () => {
    staff.app.toasts.show("success", t("venue.saved"));
    await Promise.all([load(), desk.loadEvent(), desk.readWhole()]);
  };
  /** @param {PriceList} base what it is made of; one that is to begin is replaced */
  const change = async (base) => {
    const isReplaced = base.state === "scheduled";
    const event = /** @type {import("../../net/api.js").EventDetails | null} */ (desk.event.peek());
    const zone = desk.zone();
    /** @type {ReturnType<typeof priceFields> | undefined} */
    let prices;
    const begins = isReplaced && base.startsAt ? wallTime(base.startsAt, zone) : "";
    const changed = await act({
      title: t("venue.prices.change"),
      icon: "ticket",
      isWide: true,
      content: () => {
        prices = priceFields((event?.categories ?? []).map(({ name }) => ({ name, note: "" })), base);
        return prices.element;
      },
      fields: [
        {
          name: "from",
          label: t("venue.prices.from"),
          help: t("venue.prices.fromHelp"),
          type: "datetime-local",
          value: begins,
          required: isReplaced,
          zone: () => zone,
        },
        reasonField(),
      ],
      confirm: t("venue.save"),
      run: async ({ from = "", reason = "" }) => {
        const read = prices?.read();
        if (!read) return undefined;
        // A field cut to the minute that nobody touched must not move the time.
        const at = from === begins ? base.startsAt : instantOf(from, zone);
        return await staff.venue.changeEvent(desk.eventId, {
          ...read,
          ...(from && at ? { pricesFrom: at } : {}),
          ...(isReplaced ? { replacesPriceList: base.number } : {}),
          reason,
        });
      },
    });
    if (changed) await done();
  };
  /** @param {PriceList} list */
  const withdraw = async (list) => {
    const withdrawn = await act({
      title: t("venue.prices.withdraw.title", { n: list.number }),
      icon: "warning",
      tone: "warning",
      fields: [reasonField()],
      confirm: t("venue.prices.withdraw"),
      keep: t("venue.prices.keep"),
      isDanger: true,
      run: ({ reason = "" }) => staff.venue.withdrawPrices(desk.eventId, list.number, reason),
    });
    if (withdrawn) await done();
  };

  return h(
    "section",
    { class: "card-box price-lists", "aria-labelledby": "venue-prices" },
    h("h2", { id: "venue-prices" }, t("venue.prices")),
    () => {
      if (problem.value) return failure(problem.value, () => void load());
      const found = lists.value;
      if (!found) return skeleton("lines", 3);
      const current = found.find((one) => one.state === "on_sale") ?? found[0];
      return [
        current ? cells(current) : null,
        h(
          "div",
          { class: "pick-acts" },
          button(t("venue.prices.change"), () => void (current && change(current))),
        ),
        h("h3", null, t("venue.prices.lists")),
        h(
          "ol",
          { class: "venue-list" },
          found.map((one) =>
            h(
              "li",
              { class: `price-list is-${one.state}` },
              h(
                "p",
                null,
                h("strong", null, t("venue.prices.list", { n: one.number })),
                " ",
                h(
                  "span",
                  { class: `pill ${one.state === "on_sale" ? "is-confirmed" : ""}` },
                  stateWords(one, desk.zone()),
                ),
              ),
              h(
                "p",
                { class: "muted small" },
                [
                  t("venue.prices.held", { n: one.heldSeats }),
                  t("venue.prices.sold", { n: one.soldSeats }),
                  one.createdAt &&
                  t("venue.prices.made", { who: one.createdBy, when: shortDate(one.createdAt, desk.zone()) }),
                ].filter(Boolean).join(" · "),
              ),
              one.changes.length
                ? h(
                  "ul",
                  { class: "audit-details small" },
                  one.changes.map((each) => h("li", null, changeWords(each, one.currency))),
                )
                : null,
              one.state === "scheduled"
                ? h(
                  "div",
                  { class: "pick-acts" },
                  button(t("venue.prices.replace", { n: one.number }), () => void change(one)),
                  button(t("venue.prices.withdraw.title", { n: one.number }), () => void withdraw(one)),
                )
                : null,
            )
          ),
        ),
      ];
    },
  );
}

/** What each ticket costs, as buyers are shown it. @param {PriceList} list */
const cells = (list) =>
  h(
    "dl",
    { class: "venue-facts" },
    list.ticketPrices.map(({ category, ticketType, price }) =>
      h(
        "div",
        null,
        h("dt", null, ticketType ? `${category}, ${ticketType}` : category),
        h("dd", { class: "tabular" }, money(price, list.currency)),
      )
    ),
  );

/** @param {PriceList} list @param {string} zone */
function stateWords({ state, startsAt, withdrawnAt }, zone) {
  const at = state === "withdrawn" ? withdrawnAt : startsAt;
  return at ? t(`venue.prices.state.${state}`, { when: shortDate(at, zone) }) : t(`venue.prices.state.${state}.ever`);
}

/** "Stalls, Child: €12.00 → €15.00" @param {PriceList["changes"][number]} change @param {string} currency */
function changeWords({ field, category, ticketType, before, after }, currency) {
  const words = (/** @type {string | null} */ value) =>
    !value
      ? t("venue.audit.unset")
      : MONEY.has(field)
      ? money(value, currency)
      : RATES.has(field)
      ? `${count(Number(value))} %`
      : value;
  const what = [category, ticketType].filter(Boolean).join(", ");
  const name = field === "price" && what ? what : [what, t(`venue.prices.field.${field}`)].filter(Boolean).join(": ");
  return t("venue.audit.change", { field: name, before: words(before), after: words(after) });
}

/** @param {string} words @param {() => void} run */
const button = (words, run) =>
  h("button", { type: "button", class: "button is-secondary is-small", onclick: run }, words);
