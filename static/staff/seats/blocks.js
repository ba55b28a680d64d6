// @ts-check
/** The seats kept off sale: which, why and by whom; and putting them back. */
import { h } from "../../lib/dom.js";
import { shortDate, t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { ApiError } from "../../net/envelope.js";
import { explain } from "../../ui/explain.js";
import { seatList } from "../../ui/seat-words.js";
import { act, reasonField } from "../act-dialog.js";

/** @typedef {import("../../net/venue-api.js").Block} Block */
/** @typedef {{ key: string, first: Block, seats: Block[] }} Group blocked in one go, in one section */

const NAMED = 24;

/** @param {readonly Block[]} blocks @returns {Group[]} newest first */
export function grouped(blocks) {
  /** @type {Map<string, Group>} */
  const groups = new Map();
  for (const block of blocks) {
    const key = [block.at, block.who, block.reason, block.section].join("\n");
    const group = groups.get(key) ?? { key, first: block, seats: [] };
    group.seats.push(block);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => (a.first.at < b.first.at ? 1 : -1));
}

/** @param {import("../venue.js").EventPlace} place */
export function blockList({ staff, desk }) {
  const groups = signal(/** @type {readonly Group[]} */ ([]));
  const fault = signal("");
  const load = async () => {
    try {
      groups.value = grouped(await staff.venue.blocks(desk.eventId));
      fault.value = "";
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fault.value = explain.error(error);
    }
  };
  load();
  /** @param {Group} group */
  const free = async ({ seats }) => {
    const done = await act({
      title: t("venue.unblock.title", { n: seats.length }),
      icon: "check",
      content: () => h("p", null, names(seats)),
      fields: [reasonField()],
      confirm: t("venue.unblock"),
      keep: t("venue.unblock.keep"),
      run: ({ reason = "" }) =>
        staff.venue.unblock(desk.eventId, { seatIds: seats.map(({ seatId }) => seatId) }, reason),
    });
    if (!done) return;
    staff.app.toasts.show("success", t("venue.unblock.done", { n: done.seatIds.length }));
    load();
  };
  return h(
    "section",
    { class: "block-list", "aria-labelledby": "venue-blocks" },
    h("h2", { id: "venue-blocks" }, t("venue.blocks")),
    () => fault.value ? h("p", { class: "fault", role: "alert" }, fault.value) : null,
    () => groups.value.length ? null : h("p", { class: "muted" }, t("venue.blocks.none")),
    () =>
      h("ul", { class: "venue-list" }, groups.value.map((group) => row(group, desk.zone(), () => void free(group)))),
  );
}

/** @param {Group} group @param {string} zone @param {() => void} free */
function row({ first, seats }, zone, free) {
  return h(
    "li",
    { class: "venue-row is-block" },
    h(
      "span",
      { class: "venue-row-words" },
      h("strong", null, first.reason || "–"),
      h("span", { class: "muted small" }, `${first.who} · ${shortDate(first.at, zone)}`),
    ),
    h("span", { class: "tabular venue-row-seats" }, names(seats)),
    h("button", {
      type: "button",
      class: "button is-secondary is-small",
      "aria-label": t("venue.unblock.of", { seats: names(seats) }),
      onclick: free,
    }, t("venue.unblock")),
  );
}

/** @param {Block[]} seats */
const names = (seats) =>
  seatList(seats.slice(0, NAMED)) +
  (seats.length > NAMED ? ` ${t("venue.blocks.more", { n: seats.length - NAMED })}` : "");
