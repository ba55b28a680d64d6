// @ts-check
/**
 * The frame around every view: header, connection banner, held-seats bar, the view itself, notices.
 * Owns: the address, the title with the countdown, where the focus goes, and the expiry dialog.
 */
import { at } from "./lib/base.js";
import { custom, h, listen, View, watch } from "./lib/dom.js";
import { t } from "./lib/i18n.js";
import { go, routeOf } from "./lib/routes.js";
import { computed, signal } from "./lib/signals.js";
import { ask } from "./ui/dialog.js";
import { icon } from "./ui/icons.js";
import "./buyer/connection.js";
import "./ui/settings.js";
import "./app/toasts.js";

/**
 * View name → its element, where it comes from, and whether it is about one event's purchase.
 * A view is fetched when it is first needed: nobody waits for the checkout to see what is on.
 * @type {Record<string, { tag: string, load: () => Promise<unknown>, isPurchase?: boolean }>}
 */
const VIEWS = {
  home: { tag: "home-view", load: () => import("./buyer/home.js") },
  event: { tag: "event-view", load: () => import("./buyer/event.js"), isPurchase: true },
  seats: { tag: "seats-view", load: () => import("./buyer/seats.js"), isPurchase: true },
  checkout: { tag: "checkout-view", load: () => import("./buyer/checkout/checkout.js"), isPurchase: true },
  bookings: { tag: "bookings-view", load: () => import("./buyer/bookings.js") },
  booking: { tag: "booking-view", load: () => import("./buyer/booking.js") },
  find: { tag: "find-view", load: () => import("./buyer/find.js") },
  signin: { tag: "signin-view", load: () => import("./buyer/signin.js") },
  venue: { tag: "venue-view", load: () => import("./staff/venue.js") },
  missing: { tag: "missing-view", load: () => Promise.resolve() },
};

export class AppShell extends View {
  /** @type {import("./app/app.js").App} */
  app = /** @type {any} */ (null);

  /** @override */
  render() {
    const { app } = this;
    const route = signal(routeOf(location.hash));
    const title = signal("");
    const main = h("main", { id: "main", tabindex: "-1" });
    let isFirst = true;

    listen(globalThis, "hashchange", () => (route.value = routeOf(location.hash)));
    listen(main, "view-title", (event) => (title.value = event.detail));
    listen(main, "view-broken", () => main.replaceChildren(unreachable("error.broken")));
    // A fault in our own code: the console has it, and the reader hears that a press came to nothing.
    listen(globalThis, "unhandledrejection", () => app.toasts.show("error", t("error.broken"), 0, "broken"));
    listen(document, "visibilitychange", () => {
      for (const purchase of app.known.peek()) purchase.timer.tick();
    });
    listen(globalThis, "online", () => app.known.peek().forEach((one) => one.live.peek()?.wake()));
    listen(globalThis, "offline", () => app.known.peek().forEach((one) => one.live.peek()?.lost()));
    listen(globalThis, "pageshow", (event) => {
      if (event.persisted) app.known.peek().forEach((one) => one.live.peek()?.wake());
    });
    app.tabs.on("signed-out", () => {
      app.forgetAll();
      app.session.reload();
      go("/signin");
    });

    watch(() => {
      const shown = route.value;
      const { tag, load, isPurchase } = VIEWS[shown.view] ?? VIEWS.missing;
      const eventId = isPurchase ? Number(shown.params.event) : null;
      for (const other of app.known.peek()) if (other.eventId !== eventId) other.leave();
      document.body.dataset.view = shown.view;
      app.said.value = "";
      /** @param {Node} content */
      const show = (content) => {
        if (route.peek() !== shown) return;
        main.replaceChildren(content);
        globalThis.scrollTo({ top: 0, behavior: "instant" });
        if (!isFirst) main.focus({ preventScroll: true });
        isFirst = false;
      };
      Promise.all([eventId === null ? null : app.purchase(eventId), load()]).then(
        ([purchase]) => show(custom(tag, { app, purchase, params: shown.params })),
        () => show(unreachable("error.network")),
      );
    });

    const holding = computed(() => app.known.value.find((purchase) => purchase.heldIds.value.length > 0) ?? null);
    watch(() => {
      const left = holding.value?.timer.isRunning.value ? `(${holding.value.timer.timeRemainingFormatted.value}) ` : "";
      document.title = `${left}${title.value ? `${title.value} – ` : ""}${t("app.name")}`;
    });
    watch(() => {
      for (const purchase of app.known.value) {
        if (purchase.machine.state.value === "EXPIRED") this.tellExpired(purchase);
        if (purchase.isWithdrawn.value) this.tellWithdrawn(purchase);
      }
    });
    this.start();

    return [
      h("a", { class: "skip", href: "#main", onclick: skipTo(main) }, t("app.skip")),
      h(
        "header",
        { class: "site-header" },
        h(
          "a",
          { class: "brand", href: "#/", "aria-label": t("app.name") },
          brandMark(),
          h("span", { translate: "no" }, t("app.name")),
        ),
        h(
          "nav",
          { "aria-label": t("nav.main") },
          navLink("#/", "nav.events", () => route.value.view === "home"),
          navLink("#/bookings", "nav.bookings", () => route.value.view === "bookings"),
        ),
        custom("settings-menu", { app }),
      ),
      custom("connection-banner", { app }),
      () => {
        const purchase = holding.value;
        const { view } = route.value;
        if (!purchase || view === "seats" || view === "checkout") return null;
        return holdBar(purchase);
      },
      main,
      h(
        "footer",
        { class: "site-footer" },
        h("p", null, t("app.footer")),
        () => app.config.value.gateway === "demo" ? h("p", { class: "demo-note" }, icon("info"), t("app.demo")) : null,
      ),
      custom("toast-shelf", { app }),
    ];
  }

  async start() {
    const { app } = this;
    app.config.value = await app.api.config().catch(() => app.config.peek());
    // Holds of earlier visits go on counting, whatever view is open.
    for (const id of Object.keys(app.holds.all())) (await app.purchase(Number(id))).load();
  }

  /** Staff ended this buyer's hold. @param {import("./app/purchase.js").Purchase} purchase */
  async tellWithdrawn(purchase) {
    purchase.isWithdrawn.value = false;
    this.app.toasts.dismiss(`warning-${purchase.eventId}`);
    const isAgain = await ask({
      title: t("withdrawn.title"),
      icon: "info",
      tone: "warning",
      content: () => [h("p", null, t("withdrawn.body")), h("p", null, t("withdrawn.nothing"))],
      actions: [{ label: t("expired.again"), value: true, kind: "primary" }],
    });
    if (isAgain) go(`/events/${purchase.eventId}/seats`);
  }

  /** @type {Set<import("./app/purchase.js").Purchase>} */
  #telling = new Set();

  /** Brief §4.1: blocking, and its button leads back to the seats. @param {import("./app/purchase.js").Purchase} purchase */
  async tellExpired(purchase) {
    if (this.#telling.has(purchase)) return;
    this.#telling.add(purchase);
    const seconds = purchase.holdSeconds();
    const words = seconds % 60 ? t("expired.bodySeconds", { n: seconds }) : t("expired.body", { n: seconds / 60 });
    this.app.toasts.dismiss(`warning-${purchase.eventId}`);
    await ask({
      title: t("expired.title"),
      icon: "clock",
      tone: "error",
      isBlocking: true,
      content: () => [h("p", null, words), h("p", null, t("expired.released"))],
      actions: [{ label: t("expired.again"), value: "again", kind: "primary" }],
      // Another tab may have answered already.
      isOver: () => purchase.machine.state.peek() !== "EXPIRED",
    });
    this.#telling.delete(purchase);
    const wasHere = purchase.machine.state.peek() === "EXPIRED";
    if (!wasHere) return;
    purchase.forget();
    go(`/events/${purchase.eventId}/seats`);
  }
}
customElements.define("app-shell", AppShell);

export class MissingView extends View {
  /** @override */
  render() {
    this.dispatchEvent(new CustomEvent("view-title", { detail: t("error.notFound"), bubbles: true }));
    return h(
      "div",
      { class: "page empty" },
      h("h1", null, t("error.notFound")),
      h("p", null, t("error.notFoundHelp")),
      h("a", { class: "button is-primary", href: "#/" }, t("error.home")),
    );
  }
}
customElements.define("missing-view", MissingView);

/** A view's own code could not be fetched, or failed. @param {string} words */
function unreachable(words) {
  return h(
    "div",
    { class: "page empty", role: "alert" },
    h("h1", null, t("error.title")),
    h("p", null, t(words)),
    h("button", { class: "button is-primary", type: "button", onclick: () => location.reload() }, t("error.again")),
    h("a", { class: "button is-secondary", href: "#/" }, t("error.home")),
  );
}

/** @param {HTMLElement} main */
function skipTo(main) {
  return (/** @type {Event} */ event) => {
    event.preventDefault();
    main.focus();
  };
}

/** @param {string} href @param {string} words @param {() => boolean} isCurrent */
function navLink(href, words, isCurrent) {
  return h("a", { href, "aria-current": () => (isCurrent() ? "page" : null) }, t(words));
}

/** @param {import("./app/purchase.js").Purchase} purchase */
function holdBar(purchase) {
  const { timer } = purchase;
  return h(
    "aside",
    { class: "hold-bar", "aria-label": t("cart.held") },
    icon("ticket"),
    h(
      "span",
      null,
      () => timer.isRunning.value ? t("hold.bar", { n: purchase.heldIds.value.length }) : t("timer.paused"),
    ),
    h(
      "strong",
      { class: () => `tabular ${timer.isWarning.value ? "is-urgent" : ""}`, hidden: () => !timer.isRunning.value },
      () => timer.timeRemainingFormatted.value,
    ),
    h("a", { class: "button is-primary is-small", href: `#/events/${purchase.eventId}/checkout` }, t("hold.go")),
  );
}

function brandMark() {
  return h("img", { src: at("/static/icon.svg"), alt: "", width: 28, height: 28 });
}
