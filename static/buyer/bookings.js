// @ts-check
/** Everything this buyer has booked, newest first. */
import { h, View } from "../lib/dom.js";
import { money, shortDate, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError, asApiError } from "../net/envelope.js";
import { bookingStatus, empty, entitle, failure, skeleton } from "../ui/frame.js";
import { icon } from "../ui/icons.js";
import { seatList } from "../ui/seat-words.js";

/** @typedef {import("../net/api.js").Booking} Booking */

const PAGE_SIZE = 10;

export class BookingsView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);

  /** @override */
  render() {
    const page = signal(1);
    const found = signal(/** @type {{ items: Booking[], page: { total: number } } | null} */ (null));
    const problem = signal(/** @type {ApiError | null} */ (null));
    const load = async () => {
      problem.value = null;
      try {
        found.value = await this.app.api.bookings(page.peek(), PAGE_SIZE);
      } catch (error) {
        problem.value = asApiError(error);
        if (!(error instanceof ApiError)) throw error;
      }
    };
    /** @param {number} step */
    const turn = (step) => {
      page.value += step;
      load();
    };
    load();
    entitle(this, t("bookings.title"));
    return () => {
      if (problem.value) return failure(problem.value, load);
      const find = h("p", null, h("a", { href: "#/find" }, t("find.open")));
      return h("div", { class: "page" }, h("h1", null, t("bookings.title")), find, () => {
        const shown = found.value;
        if (!shown) return skeleton("lines", 3);
        if (!shown.items.length) {
          return empty(
            t("bookings.empty"),
            t("bookings.emptyHelp"),
            h("a", { class: "button is-primary", href: "#/" }, t("error.home")),
          );
        }
        const pages = Math.max(1, Math.ceil(shown.page.total / PAGE_SIZE));
        return [
          h("ul", { class: "bookings" }, shown.items.map(row)),
          pages > 1
            ? h(
              "nav",
              { class: "pager", "aria-label": t("bookings.page", { n: page.peek(), all: pages }) },
              h(
                "button",
                {
                  class: "button is-secondary",
                  type: "button",
                  disabled: page.peek() <= 1,
                  onclick: () => turn(-1),
                },
                icon("back"),
                t("bookings.previous"),
              ),
              h("span", { class: "tabular" }, t("bookings.page", { n: page.peek(), all: pages })),
              h(
                "button",
                {
                  class: "button is-secondary",
                  type: "button",
                  disabled: page.peek() >= pages,
                  onclick: () => turn(1),
                },
                t("bookings.next"),
                icon("next"),
              ),
            )
            : null,
        ];
      });
    };
  }
}
customElements.define("bookings-view", BookingsView);

/** @param {Booking} booking */
function row(booking) {
  return h(
    "li",
    null,
    h(
      "a",
      {
        class: "booking-row",
        href: `#/bookings/${booking.bookingReference}`,
        "aria-label": t("bookings.open", { reference: booking.bookingReference }),
      },
      h(
        "span",
        { class: "booking-row-words" },
        h("strong", null, booking.event?.name ?? booking.bookingReference),
        h(
          "span",
          { class: "muted" },
          [booking.event ? shortDate(booking.event.startsAt, booking.event.timeZone) : "", booking.event?.venue ?? ""]
            .filter(Boolean).join(
              " · ",
            ),
        ),
        h("span", { class: "muted tabular" }, seatList(booking.seats)),
      ),
      h(
        "span",
        { class: "booking-row-facts" },
        bookingStatus(booking),
        h("strong", { class: "tabular" }, money(booking.totalAmount, booking.currency)),
        h("span", { class: "muted small", translate: "no" }, booking.bookingReference),
      ),
    ),
  );
}
