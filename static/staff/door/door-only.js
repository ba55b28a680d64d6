// @ts-check
/** The page of a phone that is signed in as a door: one event, letting in and undo, and no way elsewhere. */
import { h } from "../../lib/dom.js";
import { shortDate, t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { entitle } from "../../ui/frame.js";
import { doorPage } from "./door.js";
import { staffMenu } from "../staff-menu.js";

/** @param {{ staff: import("../staff.js").StaffRoom, view: HTMLElement }} parts */
export function doorOnlyPage({ staff, view }) {
  entitle(view, t("venue.tab.door"));
  const event = signal(/** @type {import("../../net/venue-api.js").DoorEvent | null} */ (null));
  return h(
    "div",
    { class: "venue venue-event is-door" },
    h(
      "header",
      { class: "venue-head" },
      h(
        "div",
        { class: "venue-title" },
        h("h1", null, () => event.value?.name ?? t("venue.tab.door")),
        h(
          "p",
          { class: "muted small" },
          () => event.value ? shortDate(event.value.startsAt, event.value.timeZone) : "",
        ),
      ),
      staffMenu(staff),
    ),
    h(
      "div",
      { class: "venue-body" },
      doorPage({
        staff,
        eventId: staff.identity.peek()?.event ?? 0,
        onEvent: (told) => (event.value = told),
      }),
    ),
  );
}
