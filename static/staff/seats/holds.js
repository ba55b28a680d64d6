// @ts-check
/** Who holds seats now and until when, and letting them go; below it what is kept off sale. */
import { each, h, onEnd } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { computed, signal } from "../../lib/signals.js";
import { formatCountdown } from "../../lib/time.js";
import { ApiError } from "../../net/envelope.js";
import { empty, failure, skeleton } from "../../ui/frame.js";
import { seatList } from "../../ui/seat-words.js";
import { act, reasonField } from "../act-dialog.js";
import { blockList } from "./blocks.js";

/** @typedef {import("../../net/venue-api.js").Hold} Hold */

const REFRESH_MS = 3000;

/** @param {import("../venue.js").EventPlace} place */
export function holdsPage(place) {
  const { staff, desk } = place;
  const holds = signal(/** @type {readonly Hold[] | null} */ (null));
  const problem = signal(/** @type {ApiError | null} */ (null));
  const state = computed(() =>
    problem.value ? "failed" : !holds.value ? "loading" : holds.value.length ? "list" : "none"
  );
  const now = signal(staff.app.clock.now());
  let told = "", askedAt = 0;
  const load = async () => {
    askedAt = Date.now();
    try {
      holds.value = await staff.venue.holds(desk.eventId);
      problem.value = null;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!holds.peek()) problem.value = error;
    }
  };
  load();
  const timer = setInterval(() => {
    now.value = staff.app.clock.now();
    // The pushed figures say when there is something new to ask for.
    const { reserved = 0, paying = 0 } = desk.latest.peek()?.totals ?? {};
    const next = `${reserved} ${paying} ${desk.latest.peek()?.seq}`;
    if (next === told || document.hidden || Date.now() - askedAt < REFRESH_MS) return;
    told = next;
    load();
  }, 500);
  onEnd(() => clearInterval(timer));
  /** @param {string} title @param {string} body @param {(reason: string) => Promise<{ releasedSeatIds: number[] }>} run */
  const giveBack = async (title, body, run) => {
    const done = await act({
      title,
      icon: "warning",
      tone: "warning",
      content: () => h("p", null, body),
      fields: [reasonField()],
      confirm: t("venue.release"),
      keep: t("venue.release.keep"),
      isDanger: true,
      run: ({ reason = "" }) => run(reason),
    });
    if (!done) return;
    staff.app.toasts.show("success", t("venue.release.done", { n: done.releasedSeatIds.length }));
    load();
  };
  /** @param {Hold} hold */
  const release = (hold) =>
    giveBack(
      t("venue.release.title"),
      t("venue.release.body", { seats: seatList(hold.seats) }),
      (reason) => staff.venue.release(desk.eventId, hold.id, reason),
    );
  /** @param {string} address @param {number} n */
  const releaseAddress = (address, n) =>
    giveBack(
      t("venue.hoard.title"),
      t("venue.hoard.body", { address, n }),
      (reason) => staff.venue.releaseAddress(desk.eventId, address, reason),
    );
  const list = () => {
    // Not the holds themselves are read here: the list must stay, and the focus in it.
    if (state.value === "failed" && problem.value) return failure(problem.value, () => void load());
    if (state.value === "loading") return skeleton("lines", 3);
    if (state.value === "none") return empty(t("venue.holds.none"), "");
    return each(
      h("ul", { class: "venue-list" }),
      () => holds.value ?? [],
      (hold) => `${hold.id} ${hold.status} ${hold.expiresAt} ${hold.addressSeats}`,
      (hold) => row(hold, () => now.value, () => void release(hold), releaseAddress),
    );
  };
  return h(
    "div",
    { class: "venue-page" },
    h("p", { class: "muted" }, t("venue.holds.lead")),
    list,
    blockList(place),
  );
}

/**
 * @param {Hold} hold @param {() => number} now @param {() => void} release
 * @param {(address: string, n: number) => void} releaseAddress
 */
function row(hold, now, release, releaseAddress) {
  const { address, addressSeats: n } = hold;
  const isHoard = address !== null && n !== null && n > hold.seatIds.length;
  return h(
    "li",
    { class: "venue-row is-hold" },
    h("strong", { class: "tabular venue-row-seats" }, seatList(hold.seats)),
    h("span", { class: `pill is-hold-${hold.status.toLowerCase()}` }, t(`venue.hold.${hold.status}`)),
    h("span", { class: "muted small venue-row-user", translate: "no", title: hold.userId }, hold.userId),
    h(
      "span",
      { class: "tabular" },
      () => formatCountdown((Date.parse(hold.expiresAt) - now()) / 1000),
    ),
    h("button", {
      type: "button",
      class: "button is-secondary is-small",
      "aria-label": t("venue.release.of", { seats: seatList(hold.seats) }),
      onclick: release,
    }, t("venue.release")),
    isHoard && h("button", {
      type: "button",
      class: "button is-quiet is-small venue-row-hoard",
      title: address,
      onclick: () => releaseAddress(address, n),
    }, t("venue.hoard.of", { n })),
  );
}
