// @ts-check
/** A start that is over is seldom meant: a year or an hour mistyped. So it is asked about. */
import { h } from "../../lib/dom.js";
import { longDate, t } from "../../lib/i18n.js";
import { ask } from "../../ui/dialog.js";

/**
 * Whether to go on with this start.
 * @param {string | null} startsAt
 * @param {number} now by the server's clock
 * @param {string} zone the venue's
 */
export async function isStartMeant(startsAt, now, zone) {
  if (!startsAt || Date.parse(startsAt) > now) return true;
  const answer = await ask({
    title: t("venue.past.title"),
    icon: "warning",
    tone: "warning",
    content: () => h("p", null, t("venue.past.body", { when: longDate(startsAt, zone) })),
    actions: [
      { label: t("venue.past.change"), value: "change", kind: "primary" },
      { label: t("venue.past.keep"), value: "keep", kind: "secondary" },
    ],
  });
  return answer === "keep";
}
