// @ts-check
/** Finding a booking by reference, name, e-mail or seat, and all of them as a file. */
import { h } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { money, shortDate, t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { explain } from "../ui/explain.js";
import { bookingStatus, empty } from "../ui/frame.js";
import { icon } from "../ui/icons.js";
import { seatList } from "../ui/seat-words.js";
import { openBooking } from "./booking-detail.js";
import { field, input, select } from "./fields.js";
import { createPaged } from "./paged.js";
import { addressQuery, keepInAddress } from "../lib/address.js";

/** @typedef {import("../net/venue-api.js").StaffBooking} StaffBooking */

const PAGE_SIZE = 20;
const STATES = ["CONFIRMED", "PENDING", "REQUIRES_ACTION", "DECLINED", "CANCELLED", "REFUNDED"];
const TYPING_MS = 250;

/** @param {import("./venue.js").EventPlace} place */
export function bookingsPage({ staff, desk }) {
  const asked = addressQuery();
  const wanted = { q: asked.get("q") ?? "", status: asked.get("status") ?? "" };
  const paged = createPaged(
    (number) => staff.venue.bookings(desk.eventId, { ...wanted, number, size: PAGE_SIZE }),
    Number(asked.get("page")) || 1,
    (number) => keepInAddress({ page: number > 1 ? String(number) : "" }, true),
  );
  let isTyping = false;
  paged.load();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let typing;
  const find = input({
    type: "search",
    name: "q",
    value: wanted.q,
    autocomplete: "off",
    oninput: () => {
      clearTimeout(typing);
      typing = setTimeout(ask, TYPING_MS);
    },
  });
  const ask = () => {
    clearTimeout(typing);
    if (wanted.q === find.value.trim()) return;
    wanted.q = find.value.trim();
    keepInAddress({ q: wanted.q, page: "" }, !isTyping);
    isTyping = true;
    paged.restart();
  };
  const status = select({
    value: wanted.status,
    onchange: () => {
      wanted.status = status.value;
      isTyping = false;
      keepInAddress({ status: wanted.status, page: "" }, true);
      paged.restart();
    },
  }, [
    ["", t("venue.bookings.anyState")],
    ...STATES.map((state) => /** @type {const} */ ([state, t(`booking.${state}`)])),
  ]);
  /** @param {StaffBooking} booking */
  const open = (booking) => openBooking({ staff, desk, booking, onChange: () => void paged.load() });
  return h(
    "div",
    { class: "venue-page" },
    h(
      "form",
      {
        class: "venue-search",
        role: "search",
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          ask();
        },
      },
      field(t("venue.bookings.find"), find, t("venue.bookings.findHelp")),
      field(t("venue.bookings.state"), status),
      csvButton(staff, desk),
    ),
    h("p", { class: "unseen", role: "status" }, () => {
      const found = paged.found.value;
      return found ? t("venue.bookings.found", { n: found.page.total }) : "";
    }),
    paged.view(
      (items) =>
        h("ul", { class: "venue-list" }, items.map((booking) => row(booking, desk.zone(), () => open(booking)))),
      () => empty(t("venue.bookings.none"), wanted.q ? t("venue.bookings.noneHelp") : ""),
    ),
  );
}

/** @param {StaffBooking} booking @param {string} zone @param {() => void} open */
function row(booking, zone, open) {
  return h(
    "li",
    null,
    h(
      "button",
      { type: "button", class: "venue-row", onclick: open },
      h(
        "span",
        { class: "venue-row-words" },
        h("strong", null, booking.contact?.name || t("venue.bookings.noName")),
        h("span", { class: "muted small" }, booking.contact?.email ?? ""),
      ),
      h("span", { class: "tabular venue-row-seats" }, seatList(booking.seats)),
      h("span", { class: "tabular small", translate: "no" }, booking.bookingReference),
      h("span", { class: "muted small" }, shortDate(booking.createdAt, zone)),
      h("strong", { class: "tabular" }, money(booking.totalAmount, booking.currency)),
      bookingStatus(booking),
    ),
  );
}

/** @param {import("./staff.js").StaffRoom} staff @param {import("./board/desk.js").Desk} desk */
function csvButton(staff, desk) {
  const isBusy = signal(false);
  return h(
    "button",
    {
      type: "button",
      class: "button is-secondary",
      disabled: () => isBusy.value,
      onclick: async () => {
        isBusy.value = true;
        try {
          download(await staff.venue.bookingsCsv(desk.eventId), `bookings-${desk.eventId}.csv`);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          staff.app.toasts.show("error", explain.error(error));
        } finally {
          isBusy.value = false;
        }
      },
    },
    () => isBusy.value ? h("span", { class: "spinner" }) : icon("download"),
    t("venue.csv"),
  );
}
