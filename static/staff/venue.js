// @ts-check
/**
 * The staff's part of the page, fetched only by those who go there: `#/venue…`. Its words and
 * styles come with it, so that a buyer never loads them.
 */
import { at } from "../lib/base.js";
import { h, listen, onEnd, View } from "../lib/dom.js";
import { addWords, currentLanguage } from "../lib/i18n.js";
import { untracked } from "../lib/signals.js";
import { auditPage } from "./audit.js";
import { boardPage } from "./board/board.js";
import { bookingsPage } from "./bookings.js";
import { discountsPage } from "./events/discounts.js";
import { doorPage } from "./door/door.js";
import { doorOnlyPage } from "./door/door-only.js";
import { doorPassButton } from "./door/door-pass.js";
import { eventFormPage } from "./events/event-form.js";
import { eventFrame } from "./events/event-frame.js";
import { holdsPage } from "./seats/holds.js";
import { overviewPage } from "./board/overview.js";
import { salePage } from "./sale.js";
import { signInPage } from "./signin.js";
import { staffOf } from "./staff.js";

const SHEETS = ["frame", "board", "acts"].map((name) => at(`/static/styles/venue/${name}.css`));

/** @typedef {{ staff: import("./staff.js").StaffRoom, view: HTMLElement, eventId: number | null }} Place */
/** @typedef {{ staff: import("./staff.js").StaffRoom, view: HTMLElement, desk: import("./board/desk.js").Desk }} EventPlace */

/** @type {Record<string, (place: Place) => import("../lib/dom.js").Child>} */
const PAGES = { "": overviewPage, new: eventFormPage, discounts: discountsPage };

/** The tabs of one event, in their order. @type {Record<string, (place: EventPlace) => import("../lib/dom.js").Child>} */
const EVENT_PAGES = {
  "": boardPage,
  bookings: bookingsPage,
  holds: holdsPage,
  door: ({ staff, desk }) => [
    doorPassButton({ staff, desk }),
    doorPage({ staff, eventId: desk.eventId, inside: () => desk.latest.value?.totals ?? { checkedIn: 0, booked: 0 } }),
  ],
  sale: salePage,
  discounts: ({ staff, view, desk }) => discountsPage({ staff, view, eventId: desk.eventId }),
  audit: auditPage,
};

export class VenueView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** @type {{ event?: string, page?: string }} */
  params = {};

  /** @override */
  render() {
    const staff = staffOf(this.app);
    const offered = tokenInAddress();
    if (offered.door) staff.doorName.value = offered.door;
    return () => {
      const who = staff.identity.value;
      // Who is here decides what is shown; what is shown follows its own figures.
      return untracked(() => who && !offered.token ? this.content(staff) : this.signIn(staff, offered));
    };
  }

  /** @param {import("./staff.js").StaffRoom} staff @param {{ token: string }} offered */
  signIn(staff, offered) {
    return signInPage({ staff, view: this, offered: offered.token, onDone: () => (offered.token = "") });
  }

  /** @param {import("./staff.js").StaffRoom} staff */
  content(staff) {
    const { event, page = "" } = this.params;
    if (staff.identity.peek()?.role === "door") return doorOnlyPage({ staff, view: this });
    if (event === undefined) {
      const build = Object.hasOwn(PAGES, page) ? PAGES[page] : overviewPage;
      return build({ staff, view: this, eventId: null });
    }
    const tab = Object.hasOwn(EVENT_PAGES, page) ? page : "", build = EVENT_PAGES[tab];
    const desk = staff.desk(Number(event));
    desk.enter();
    onEnd(() => desk.leave());
    listen(globalThis, "online", () => desk.stream.wake());
    return eventFrame({ staff, view: this, desk, page: tab }, () => build({ staff, view: this, desk }));
  }
}

/** A staff link carries its token; it leaves the address at once, so that nobody reads or bookmarks it. */
function tokenInAddress() {
  const [path, query] = location.hash.split("?");
  const given = new URLSearchParams(query ?? "");
  const token = given.get("token") ?? "";
  if (token) history.replaceState(history.state, "", path);
  return { token, door: token ? given.get("door") ?? "" : "" };
}

/** @param {string} href */
const sheet = (href) =>
  new Promise((resolve, reject) => {
    document.head.append(h("link", { rel: "stylesheet", href, onload: resolve, onerror: reject }));
  });

const words = await Promise.all([
  currentLanguage() === "de" ? import("../strings/venue/de.js") : import("../strings/venue/en.js"),
  ...SHEETS.map(sheet),
]);
addWords(words[0].default);
customElements.define("venue-view", VenueView);
