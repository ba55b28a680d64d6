// @ts-check
/** Calling an event off, and how far its refunds are. */
import { h, onEnd } from "../../lib/dom.js";
import { count, longDate, t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { ApiError } from "../../net/envelope.js";
import { act, reasonField } from "../act-dialog.js";

/** @typedef {import("../../lib/wire-types.js").CancellationBody} Cancellation */

const LOOK_MS = 2000;

/** @param {import("../venue.js").EventPlace} place */
export function cancellation({ staff, desk }) {
  const found = signal(/** @type {Cancellation | null} */ (null));
  const look = async () => {
    try {
      found.value = await staff.venue.cancellation(desk.eventId);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  };
  const isUnderWay = () => {
    const now = found.peek();
    return now !== null && now.live + now.onTheWay + now.disputed > 0;
  };
  if (desk.event.peek()?.cancelledAt) look();
  const timer = setInterval(() => isUnderWay() && look(), LOOK_MS);
  onEnd(() => clearInterval(timer));

  const callOff = async () => {
    const name = desk.latest.value?.name ?? "";
    const done = await act({
      title: t("venue.callOff"),
      icon: "warning",
      tone: "warning",
      content: () => h("p", null, t("venue.callOff.body", { name, n: desk.latest.peek()?.counts.booked ?? 0 })),
      fields: [reasonField()],
      confirm: t("venue.callOff"),
      keep: t("venue.callOff.keep"),
      isDanger: true,
      run: ({ reason = "" }) => staff.venue.cancelEvent(desk.eventId, reason),
    });
    if (!done) return;
    found.value = done;
    await Promise.all([desk.loadEvent(), desk.readWhole()]);
  };
  return () =>
    found.value ? progress(found.value, desk.zone()) : h(
      "button",
      { type: "button", class: "button is-danger is-small", onclick: callOff },
      t("venue.callOff"),
    );
}

/** @param {Cancellation} found @param {string} zone */
function progress(found, zone) {
  const ended = found.bookings - found.live - found.onTheWay - found.disputed;
  const lines = /** @type {const} */ (["refunded", "onTheWay", "live", "disputed", "failed"]);
  return h(
    "div",
    { class: "called-off", role: "status" },
    h("strong", null, t("venue.calledOff", { when: longDate(found.cancelledAt, zone) })),
    h("p", { class: "muted small" }, found.reason),
    h("progress", { max: Math.max(1, found.bookings), value: ended, "aria-label": t("venue.calledOff.progress") }),
    h(
      "dl",
      { class: "venue-facts" },
      lines.filter((name) => found[name] || name === "refunded").map((name) =>
        h(
          "div",
          null,
          h("dt", null, t(`venue.calledOff.${name}`)),
          h("dd", { class: "tabular" }, count(found[name])),
        )
      ),
    ),
  );
}
