// @ts-check
/** Ready to sell? What `houseful doctor` would say, until all of it is well. */
import { at } from "../lib/base.js";
import { h } from "../lib/dom.js";
import { hasWords, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { icon } from "../ui/icons.js";

/** @typedef {import("../net/venue-api.js").Finding} Finding */

/**
 * @param {import("./staff.js").StaffRoom} staff
 * @param {boolean} isOpen whether the list stands open at first
 */
export function readiness(staff, isOpen) {
  const open = signal(/** @type {readonly Finding[]} */ ([]));
  staff.venue.readiness().then(
    ({ items }) => (open.value = items.filter(({ ok }) => !ok)),
    (error) => {
      // Not to know is no warning; the page's own banner says when the server does not answer.
      if (!(error instanceof ApiError)) throw error;
    },
  );
  return () => {
    if (!open.value.length) return null;
    const isBroken = open.value.some(({ severity }) => severity === "error");
    return h(
      "details",
      { class: `readiness is-${isBroken ? "error" : "warning"}`, open: isOpen },
      h(
        "summary",
        null,
        icon(isBroken ? "error" : "warning"),
        t("venue.ready", { n: open.value.length }),
      ),
      h("ul", null, open.value.map((one) => h("li", null, words(one)))),
      h("p", { class: "small" }, h("a", { href: at("docs/first-event") }, t("venue.ready.guide"))),
    );
  };
}

/** @param {Finding} finding */
const words = ({ code, subject, params }) =>
  hasWords(`venue.ready.${code}`) ? t(`venue.ready.${code}`, { subject, ...params }) : `${subject}: ${code}`;
