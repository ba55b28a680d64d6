// @ts-check
/**
 * What just happened in the house, newest first. The list itself is silent; every now and then one
 * sentence sums it up for who listens rather than looks.
 */
import { each, h, onEnd, watch } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { hourOf } from "./figures.js";

/** @typedef {import("../../state/occupancy.js").Activity} Activity */

const SAID_EVERY_MS = 15_000;
const SHOWN = 14;

/**
 * @param {() => readonly Activity[]} activity
 * @param {string} zone the venue's
 * @param {(text: string) => void} announce
 */
export function activityList(activity, zone, announce) {
  tellNowAndThen(activity, announce);
  const list = each(
    h("ol", { class: "activity" }),
    () => activity().slice(0, SHOWN),
    (one) => one,
    (one) => row(one, zone),
  );
  return h(
    "section",
    { class: "card-box activity-box", "aria-labelledby": "venue-activity" },
    h("h2", { id: "venue-activity" }, t("venue.activity")),
    () => activity().length ? null : h("p", { class: "muted small" }, t("venue.activity.none")),
    list,
  );
}

/** @param {Activity} one @param {string} zone */
function row(one, zone) {
  return h(
    "li",
    { class: `is-${one.kind}` },
    hourOf(one.at, zone),
    h("span", { class: "activity-dot", "aria-hidden": "true" }),
    h(
      "span",
      null,
      t(`venue.did.${one.kind}`, { n: one.seats }),
      one.section ? h("span", { class: "muted" }, ` · ${one.section}`) : null,
    ),
  );
}

/** The same thing told again after a reconnect is not news. @param {Activity} one */
const keyOf = ({ at, kind, section, seats }) => `${at} ${kind} ${section} ${seats}`;

/** @param {() => readonly Activity[]} activity @param {(text: string) => void} announce */
function tellNowAndThen(activity, announce) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  let seen = new Set(activity().map(keyOf));
  watch(() => {
    const now = activity();
    for (const one of now) if (!seen.has(keyOf(one))) sums.set(one.kind, (sums.get(one.kind) ?? 0) + one.seats);
    seen = new Set(now.map(keyOf));
  });
  const timer = setInterval(() => {
    if (!sums.size) return;
    announce([...sums].map(([kind, n]) => t(`venue.did.${kind}`, { n })).join(", "));
    sums.clear();
  }, SAID_EVERY_MS);
  onEnd(() => clearInterval(timer));
}
