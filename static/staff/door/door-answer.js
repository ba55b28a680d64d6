// @ts-check
/** Yes or no, so large that it is read across a doorway; never by colour alone. */
import { h } from "../../lib/dom.js";
import { clockTime, hasWords, shortDate, t } from "../../lib/i18n.js";
import { explain } from "../../ui/explain.js";
import { icon } from "../../ui/icons.js";
import { seatInRow, seatName } from "../../ui/seat-words.js";

/** @param {() => import("./door.js").Answer} answer @param {() => string} zone the venue's */
export function doorAnswer(answer, zone) {
  return h("div", { class: "door-answer", role: "status", "aria-live": "assertive" }, () => {
    const told = answer();
    if (!told) return h("div", { class: "door-wait muted" }, icon("ticket", "big-icon"), t("venue.door.waiting"));
    if ("item" in told) return yes(told.item);
    return no(told.error, zone());
  });
}

/** @param {import("../../net/venue-api.js").CheckIn} item */
function yes(item) {
  return h(
    "div",
    { class: "door-yes" },
    icon("check", "door-sign"),
    h("p", { class: "door-word" }, t("venue.door.yes")),
    h("p", { class: "door-seat" }, item.section),
    h("p", { class: "door-place" }, seatInRow(item)),
    item.note ? h("p", { class: "door-note" }, item.ticketType ? `${item.ticketType}: ${item.note}` : item.note) : null,
    h("p", null, [item.name, item.category, item.note ? "" : item.ticketType].filter(Boolean).join(" · ")),
    h("p", { class: "small tabular", translate: "no" }, item.bookingReference),
  );
}

/** @param {import("../../net/envelope.js").ApiError} error @param {string} zone */
function no(error, zone) {
  const { usedAt, door, event } = error.details;
  const why = `venue.door.why.${error.status ? error.code : "network"}`;
  return h(
    "div",
    { class: "door-no" },
    icon("close", "door-sign"),
    h("p", { class: "door-word" }, t("venue.door.no")),
    h("p", { class: "door-seat" }, hasWords(why) ? t(why) : explain.error(error)),
    usedAt
      ? h(
        "p",
        { class: "tabular" },
        t(door ? "venue.door.usedAtDoor" : "venue.door.usedAt", {
          time: clockTime(usedAt, zone),
          door,
          seat: seatName(error.details),
        }),
      )
      : null,
    event
      ? h("p", null, t("venue.door.otherEvent", { name: event.name, when: shortDate(event.startsAt, event.timeZone) }))
      : null,
  );
}
