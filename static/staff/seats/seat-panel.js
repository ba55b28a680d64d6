// @ts-check
/**
 * What is picked, and what to do with it. Seats are picked on the map, or here by section and rows,
 * which needs neither mouse nor eyesight.
 */
import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { computed, signal } from "../../lib/signals.js";
import { seatsOfRows, tally } from "../../state/lasso.js";
import { explain } from "../../ui/explain.js";
import { act, reasonField } from "../act-dialog.js";
import { numberButtons } from "./block-number.js";
import { field, select } from "../fields.js";
import { PICK_MAX } from "../pick.js";
import { sign } from "../signs.js";

const NAMED = 12; // seats called by name in the dialog

/** @param {{ staff: import("../staff.js").StaffRoom, desk: import("../board/desk.js").Desk, pick: import("../pick.js").Pick }} parts */
export function seatPanel({ staff, desk, pick }) {
  const counts = computed(() => {
    const store = desk.house.value?.store;
    desk.latest.value; // seats changed
    return store ? tally(store, pick.indexes.value) : { available: 0, reserved: 0, booked: 0, blocked: 0, total: 0 };
  });
  const isTooMany = () => counts.value.total > PICK_MAX;
  return h(
    "section",
    { class: "card-box pick-box", "aria-labelledby": "venue-pick" },
    h("h2", { id: "venue-pick" }, t("venue.pick")),
    h(
      "p",
      { class: "small", role: "status" },
      () => {
        const { total, available, reserved, booked, blocked } = counts.value;
        return total ? t("venue.pick.count", { n: total, available, reserved, booked, blocked }) : t("venue.pick.none");
      },
    ),
    () => isTooMany() ? h("p", { class: "fault" }, t("venue.pick.tooMany", { n: PICK_MAX })) : null,
    () => desk.house.value ? rowPicker(desk.house.value, pick) : null,
    h(
      "div",
      { class: "pick-acts" },
      actButton(
        "block",
        () => counts.value.available > 0 && !isTooMany(),
        () => change({ staff, desk, pick }, "block"),
      ),
      actButton(
        "unblock",
        () => counts.value.blocked > 0 && !isTooMany(),
        () => change({ staff, desk, pick }, "unblock"),
      ),
      h("button", {
        type: "button",
        class: "link-button",
        hidden: () => !counts.value.total,
        onclick: pick.clear,
      }, t("venue.pick.clear")),
    ),
    h("div", { class: "pick-acts" }, numberButtons({ staff, desk })),
  );
}

/** @param {"block" | "unblock"} name @param {() => boolean} isPossible @param {() => void} run */
const actButton = (name, isPossible, run) =>
  h(
    "button",
    { type: "button", class: "button is-secondary is-small", disabled: () => !isPossible(), onclick: run },
    sign(name === "block" ? "block" : "check"),
    t(`venue.${name}`),
  );

/** Section, and from which row to which. @param {import("../../app/seating.js").House} house @param {import("../pick.js").Pick} pick */
function rowPicker(house, pick) {
  const section = signal(0);
  const names = house.sections.map(({ name }, s) => /** @type {const} */ ([String(s), name]));
  const where = select({
    value: "0",
    onchange: (/** @type {Event} */ event) => (section.value = Number(/** @type {any} */ (event.target).value)),
  }, names);
  return h(
    "details",
    { class: "row-picker" },
    h("summary", null, t("venue.pick.byList")),
    field(t("venue.pick.section"), where),
    () => {
      const rows = house.sections[section.value]?.rows ?? [];
      const options = rows.map((row) => /** @type {const} */ ([String(row.index), t("seats.row", { row: row.label })]));
      const from = select({ value: options[0]?.[0] }, options);
      const to = select({ value: options.at(-1)?.[0] }, options);
      const found = () => seatsOfRows(house.store, Number(from.value), Number(to.value));
      return [
        h("div", { class: "row-range" }, field(t("venue.pick.from"), from), field(t("venue.pick.to"), to)),
        h(
          "div",
          { class: "pick-acts" },
          h(
            "button",
            { type: "button", class: "button is-secondary is-small", onclick: () => pick.add(found()) },
            t("venue.pick.add"),
          ),
          h(
            "button",
            { type: "button", class: "link-button", onclick: () => pick.take(found()) },
            t("venue.pick.take"),
          ),
        ),
      ];
    },
  );
}

/**
 * Blocks or frees what is picked, and says what could not be.
 * @param {{ staff: import("../staff.js").StaffRoom, desk: import("../board/desk.js").Desk, pick: import("../pick.js").Pick }} parts
 * @param {"block" | "unblock"} name
 */
async function change({ staff, desk, pick }, name) {
  const { toasts } = staff.app;
  const house = /** @type {import("../../app/seating.js").House} */ (desk.house.peek());
  const indexes = [...pick.indexes.peek()];
  const done = await act({
    title: t(`venue.${name}.title`, { n: indexes.length }),
    icon: name === "block" ? "lock" : "check",
    content: () => h("p", null, whichSeats(house, indexes)),
    fields: [reasonField()],
    confirm: t(`venue.${name}`),
    keep: t(`venue.${name}.keep`),
    run: ({ reason = "" }) => staff.venue[name](desk.eventId, { seatIds: pick.seatIds() }, reason),
  });
  if (!done) return;
  toasts.show("success", t(`venue.${name}.done`, { n: done.seatIds.length }));
  if (done.failedSeats.length) {
    const reasons = new Map(done.failedSeats.map((seat) => [explain.seat(seat), 0]));
    for (const seat of done.failedSeats) reasons.set(explain.seat(seat), (reasons.get(explain.seat(seat)) ?? 0) + 1);
    const words = [...reasons].map(([why, n]) => `${why} (${n})`).join(", ");
    toasts.show("warning", t("venue.failed", { n: done.failedSeats.length, words }), 10_000);
  }
  pick.clear();
}

/** A few seats by name, many by section. @param {import("../../app/seating.js").House} house @param {number[]} indexes */
function whichSeats(house, indexes) {
  if (indexes.length <= NAMED) return indexes.map((i) => house.fullPlace(i)).join("; ");
  /** @type {Map<string, number>} */
  const sections = new Map();
  for (const i of indexes) {
    const name = house.store.sectionName(i);
    sections.set(name, (sections.get(name) ?? 0) + 1);
  }
  return [...sections].map(([name, n]) => t("venue.pick.inSection", { name, n })).join("; ");
}
