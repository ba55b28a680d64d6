// @ts-check
/** Every event with a live bar of how its house stands. */
import { custom, each, h, listen, onEnd } from "../../lib/dom.js";
import { count, money, shortDate, t } from "../../lib/i18n.js";
import { computed, signal } from "../../lib/signals.js";
import { ApiError } from "../../net/envelope.js";
import { createStream } from "../../net/stream.js";
import { foldOverview, soldShare } from "../../state/occupancy.js";
import { empty, entitle, failure, skeleton } from "../../ui/frame.js";
import { act, reasonField } from "../act-dialog.js";
import { percent } from "./figures.js";
import { houseBar } from "../seats/house-bar.js";
import { openPaymentProblems } from "../payment-problems.js";
import { readiness } from "../readiness.js";
import { sign } from "../signs.js";
import { staffMenu } from "../staff-menu.js";

/** @typedef {import("../../state/occupancy.js").OverviewRow} OverviewRow */

/** @param {import("../venue.js").Place} place */
export function overviewPage({ staff, view }) {
  entitle(view, t("venue.title"));
  const rows = signal(/** @type {readonly OverviewRow[] | null} */ (null));
  const problem = signal(/** @type {ApiError | null} */ (null));
  const state = computed(() =>
    rows.value ? (rows.value.length ? "list" : "none") : problem.value ? "failed" : "loading"
  );
  const hasDemo = computed(() => Boolean(rows.value?.some(({ demo }) => demo)));
  const load = async () => {
    rows.value = await staff.venue.overview();
    problem.value = null;
  };
  const attempt = () =>
    load().catch((error) => {
      if (!(error instanceof ApiError)) throw error;
      if (!rows.peek()) problem.value = error;
    });
  const stream = createStream({
    path: "/occupancy",
    ticket: () => staff.api.webSocketTicket(),
    poll: load,
    onSignIn: () => staff.signOut(),
    onFrame: (frame) => {
      if (frame.type === "overview") rows.value = foldOverview(rows.peek() ?? [], frame);
    },
  });
  stream.start();
  onEnd(stream.stop);
  listen(globalThis, "online", () => stream.wake());
  attempt();
  return h(
    "div",
    { class: "venue venue-overview" },
    h(
      "header",
      { class: "venue-head" },
      h(
        "div",
        { class: "venue-title" },
        h("h1", null, t("venue.title")),
        h("p", { class: "muted small" }, t("venue.lead")),
      ),
      staffMenu(staff),
    ),
    custom("connection-banner", { app: staff.app, feed: () => stream }),
    h(
      "div",
      { class: "venue-body" },
      h(
        "div",
        { class: "venue-toolbar" },
        h("a", { class: "button is-primary is-small", href: "#/venue/new" }, sign("plus"), t("venue.new")),
        h(
          "a",
          { class: "button is-secondary is-small", href: "#/venue/discounts" },
          sign("tag"),
          t("venue.tab.discounts"),
        ),
        h("button", {
          type: "button",
          class: "button is-secondary is-small",
          onclick: () => void openPaymentProblems(staff, staff.app.config.peek().timeZone),
        }, t("venue.payments.button")),
        () =>
          hasDemo.value
            ? h("button", {
              type: "button",
              class: "button is-secondary is-small",
              onclick: () => void removeDemo(staff, load),
            }, t("venue.demo.remove"))
            : null,
      ),
      readiness(staff, true),
      () => {
        // Not the rows themselves are read here: the list must stay, and the focus in it.
        if (state.value === "failed" && problem.value) return failure(problem.value, () => void attempt());
        if (state.value === "loading") return skeleton("lines", 3);
        if (state.value === "none") return empty(t("venue.none"), t("venue.noneHelp"));
        return each(
          h("ul", { class: "venue-events" }),
          () => rows.value ?? [],
          (row) => row.eventId,
          (first) => eventRow(computed(() => rows.value?.find(({ eventId }) => eventId === first.eventId) ?? first)),
        );
      },
    ),
  );
}

/** @param {import("../staff.js").StaffRoom} staff @param {() => Promise<void>} load */
async function removeDemo(staff, load) {
  const done = await act({
    title: t("venue.demo.remove"),
    icon: "warning",
    tone: "warning",
    content: () => h("p", null, t("venue.demo.body")),
    fields: [reasonField()],
    confirm: t("venue.demo.remove"),
    keep: t("venue.demo.keep"),
    isDanger: true,
    run: ({ reason = "" }) => staff.venue.removeDemo(reason),
  });
  if (!done) return;
  const { eventIds, keptEventIds } = done;
  staff.app.toasts.show("success", t("venue.demo.done", { n: eventIds.length }));
  if (keptEventIds.length) staff.app.toasts.show("warning", t("venue.demo.kept", { n: keptEventIds.length }));
  await load();
}

/** @param {import("../../lib/signals.js").Computed<OverviewRow>} row */
function eventRow(row) {
  const { eventId } = row.peek();
  return h(
    "li",
    { class: "venue-event-row" },
    h(
      "div",
      { class: "venue-event-words" },
      h("h2", null, h("a", { href: `#/venue/${eventId}` }, () => row.value.name)),
      h(
        "p",
        { class: "muted small" },
        () => `${row.value.venue} · ${shortDate(row.value.startsAt, row.value.timeZone)}`,
      ),
    ),
    () => row.value.hidden ? h("span", { class: "pill" }, t("venue.hidden")) : null,
    h(
      "span",
      { class: () => `pill sale-pill is-${row.value.saleState}` },
      () => t(`venue.sale.${row.value.saleState}`),
    ),
    houseBar(() => row.value.totals, () => row.value.name),
    h(
      "dl",
      { class: "venue-event-facts" },
      fact("venue.sold", () => `${count(row.value.totals.booked)} / ${count(row.value.totals.total)}`),
      fact("venue.share", () => percent(soldShare(row.value.totals))),
      fact("venue.count.held", () => count(row.value.totals.reserved + row.value.totals.paying)),
      fact("venue.viewers", () => count(row.value.viewers)),
      fact("venue.revenue", () => money(row.value.revenue, row.value.currency)),
    ),
    h(
      "p",
      { class: "venue-event-links" },
      h("a", { class: "button is-secondary is-small", href: `#/venue/${eventId}` }, t("venue.open")),
      h("a", { class: "button is-secondary is-small", href: `#/venue/${eventId}/door` }, t("venue.tab.door")),
    ),
  );
}

/** @param {string} words @param {() => string} value */
const fact = (words, value) => h("div", null, h("dt", null, t(words)), h("dd", { class: "tabular" }, value));
