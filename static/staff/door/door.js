// @ts-check
/** Letting people in: a code scanned or typed, one large answer, what was let in last, and undo. */
import { each, h, onEnd } from "../../lib/dom.js";
import { count, shortDate, t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { ApiError } from "../../net/envelope.js";
import { explain } from "../../ui/explain.js";
import { icon } from "../../ui/icons.js";
import { seatName } from "../../ui/seat-words.js";
import { act, reasonField } from "../act-dialog.js";
import { answerSound } from "./answer-sound.js";
import { doorAnswer } from "./door-answer.js";
import { field, input } from "../fields.js";
import { hourOf, percent } from "../board/figures.js";
import { scanner } from "./scanner.js";
import { sign } from "../signs.js";

/** @typedef {import("../../net/venue-api.js").CheckIn} CheckIn */
/** @typedef {{ item: CheckIn } | { error: ApiError, code: string } | null} Answer */

const RECENT = 20;
const DOOR = "houseful.door";
const REFRESH_MS = 10_000;
/** Doors open some hours before the start and close some after it. */
const TONIGHT_MS = 12 * 3_600_000;

/** @param {{ startsAt: string }} event @param {number} now by the server's clock */
const isTonight = ({ startsAt }, now) => Math.abs(Date.parse(startsAt) - now) < TONIGHT_MS;

/** The door of another day's event: whoever stands here may have taken the wrong one. @param {{ name: string, startsAt: string, timeZone: string }} event */
const anotherDay = ({ name, startsAt, timeZone }) =>
  h(
    "p",
    { class: "venue-alert is-warning", role: "status" },
    icon("warning"),
    h("span", null, t("venue.door.anotherDay", { name, when: shortDate(startsAt, timeZone) })),
  );

/** @typedef {{ checkedIn: number, booked: number }} Inside */

/**
 * @param {{ staff: import("../staff.js").StaffRoom, eventId: number, inside?: () => Inside,
 *   onEvent?: (event: import("../../net/venue-api.js").DoorEvent) => void }} parts
 *   `inside`: how many are in, where that is pushed; else it is asked for
 */
export function doorPage({ staff, eventId, inside, onEvent = () => {} }) {
  const { shelf, toasts, clock } = staff.app;
  const told = signal(/** @type {Inside} */ ({ checkedIn: 0, booked: 0 }));
  const event = signal(/** @type {import("../../net/venue-api.js").DoorEvent | null} */ (null));
  const answer = signal(/** @type {Answer} */ (null));
  const zone = () => event.peek()?.timeZone ?? staff.app.config.peek().timeZone;
  const isBusy = signal(false);
  const recent = signal(/** @type {readonly CheckIn[]} */ ([]));
  const sound = answerSound(shelf);
  const code = input({
    name: "code",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    enterkeyhint: "done",
  });
  const door = input({
    name: "door",
    autocomplete: "off",
    maxlength: 60,
    value: staff.doorName.peek() || shelf.getItem(DOOR) || "",
    onchange: () => shelf.setItem(DOOR, door.value.trim()),
  });
  const load = async () => {
    try {
      const found = await staff.venue.checkIns(eventId, RECENT);
      if (!event.peek()) onEvent(found.event);
      event.value = found.event;
      recent.value = found.recent;
      told.value = found;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      toasts.show("error", explain.error(error));
    }
  };
  load();
  if (!inside) {
    // Other doors let people in too, and a door alone is pushed nothing.
    const timer = setInterval(() => document.hidden || load(), REFRESH_MS);
    onEnd(() => clearInterval(timer));
  }

  /** @param {string} text */
  async function letIn(text) {
    if (isBusy.peek() || !text.trim()) return code.focus();
    isBusy.value = true;
    try {
      const item = await staff.venue.checkIn(eventId, text.trim(), door.value.trim());
      answer.value = { item };
      told.value = { ...told.peek(), checkedIn: told.peek().checkedIn + 1 };
      recent.value = [item, ...recent.peek()].slice(0, RECENT);
      sound.good();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer.value = { error, code: text.trim() };
      sound.bad();
    } finally {
      isBusy.value = false;
      code.value = "";
      code.focus();
    }
  }

  /** @param {CheckIn} item */
  async function undo(item) {
    const done = await act({
      title: t("venue.door.undo.title", { seat: seatName(item) }),
      icon: "warning",
      tone: "warning",
      content: () => h("p", null, t("venue.door.undo.body", { name: item.name, reference: item.bookingReference })),
      fields: [reasonField()],
      confirm: t("venue.door.undo"),
      keep: t("venue.door.undo.keep"),
      run: ({ reason = "" }) => staff.venue.undoCheckIn(eventId, item.ticketId, reason),
    });
    if (!done) return;
    const shown = answer.peek();
    if (shown && "item" in shown && shown.item.ticketId === item.ticketId) answer.value = null;
    toasts.show("success", t("venue.door.undone", { seat: seatName(item) }));
    load();
  }

  const list = each(
    h("ol", { class: "venue-list door-list" }),
    () => recent.value,
    (item) => item,
    (item) => recentRow(item, zone(), () => void undo(item)),
  );
  return h(
    "div",
    { class: "venue-page door-page" },
    h(
      "div",
      { class: "door-desk" },
      () => event.value && !isTonight(event.value, clock.now()) ? anotherDay(event.value) : null,
      doorAnswer(() => answer.value, zone),
      h(
        "form",
        {
          class: "door-form",
          novalidate: true,
          onsubmit: (/** @type {Event} */ event) => {
            event.preventDefault();
            letIn(code.value);
          },
        },
        field(t("venue.door.code"), code, t("venue.door.codeHelp")),
        h(
          "button",
          { type: "submit", class: "button is-primary is-large", "aria-disabled": () => String(isBusy.value) },
          () => isBusy.value ? h("span", { class: "spinner" }) : icon("check"),
          t("venue.door.check"),
        ),
      ),
      scanner((text) => void letIn(text), (jpeg) => staff.venue.readFrame(eventId, jpeg)),
      h(
        "div",
        { class: "door-more" },
        field(t("venue.door.name"), door, t("venue.door.nameHelp")),
        sound.button,
      ),
    ),
    h(
      "section",
      { class: "door-recent", "aria-labelledby": "venue-recent" },
      h(
        "div",
        { class: "box-head" },
        h("h2", { id: "venue-recent" }, t("venue.door.recent")),
        h("p", { class: "tabular", role: "status" }, () => {
          const { checkedIn, booked } = inside?.() ?? told.value;
          return t("venue.door.inside", {
            checkedIn: count(checkedIn),
            booked: count(booked),
            share: percent(booked ? checkedIn / booked : 0),
          });
        }),
      ),
      list,
      () => recent.value.length ? null : h("p", { class: "muted" }, t("venue.door.none")),
    ),
  );
}

/** @param {CheckIn} item @param {string} zone @param {() => void} undo */
function recentRow(item, zone, undo) {
  return h(
    "li",
    { class: "venue-row" },
    item.usedAt ? hourOf(item.usedAt, zone) : null,
    h(
      "span",
      { class: "venue-row-words" },
      h("strong", null, seatName(item)),
      h(
        "span",
        { class: "muted small" },
        [item.name, item.ticketType, item.note, item.door].filter(Boolean).join(" · "),
      ),
    ),
    h(
      "button",
      {
        type: "button",
        class: "button is-secondary is-small",
        "aria-label": t("venue.door.undo.title", { seat: seatName(item) }),
        onclick: undo,
      },
      sign("undo"),
      t("venue.door.undo"),
    ),
  );
}
