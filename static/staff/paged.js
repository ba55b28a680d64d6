// @ts-check
/** A list that comes page by page: loading, failing, being empty, and turning the pages. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { failure, skeleton } from "../ui/frame.js";
import { icon } from "../ui/icons.js";

/**
 * @template T
 * @param {(number: number) => Promise<{ items: T[], page: import("../net/venue-api.js").Page }>} fetchPage
 * @param {number} [first] the page to begin with
 * @param {(number: number) => void} [onTurn] told of each page that the reader turns to
 */
export function createPaged(fetchPage, first = 1, onTurn = () => {}) {
  const found = signal(/** @type {Awaited<ReturnType<typeof fetchPage>> | null} */ (null));
  const problem = signal(/** @type {ApiError | null} */ (null));
  let number = first, asked = 0;

  async function load() {
    const mine = ++asked;
    try {
      const next = await fetchPage(number);
      if (mine !== asked) return; // a newer question is under way
      problem.value = null;
      found.value = next;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (mine === asked) problem.value = error;
    }
  }

  /** @param {number} to */
  function turn(to) {
    number = Math.max(1, to);
    return load();
  }

  return {
    found,
    load,
    /** From the first page on, for a new question. */
    restart: () => turn(1),
    /** @param {(items: T[]) => import("../lib/dom.js").Child} show @param {() => import("../lib/dom.js").Child} none */
    view: (show, none) => () => {
      if (problem.value) return failure(problem.value, () => void load());
      const shown = found.value;
      if (!shown) return skeleton("lines", 3);
      if (!shown.items.length) return none();
      return [
        show(shown.items),
        pager(shown.page, (to) => {
          onTurn(to);
          turn(to);
        }),
      ];
    },
  };
}

/** @param {import("../net/venue-api.js").Page} page @param {(to: number) => void} turn */
function pager({ number, size, total }, turn) {
  const all = Math.max(1, Math.ceil(total / Math.max(1, size)));
  if (all < 2) return null;
  /** @param {number} to @param {string} words @param {boolean} isEnd @param {import("../lib/dom.js").Child[]} content */
  const button = (to, words, isEnd, ...content) =>
    h("button", {
      type: "button",
      class: "button is-secondary is-small",
      "aria-label": words,
      disabled: isEnd,
      onclick: () => turn(to),
    }, ...content);
  return h(
    "nav",
    { class: "pager", "aria-label": t("bookings.page", { n: number, all }) },
    button(number - 1, t("venue.page.before"), number <= 1, icon("back")),
    h("span", { class: "tabular" }, t("bookings.page", { n: number, all })),
    button(number + 1, t("venue.page.after"), number >= all, icon("next")),
  );
}
