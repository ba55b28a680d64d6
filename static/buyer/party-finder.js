// @ts-check
/**
 * "How many?", then the best seats there are: held at once, and others for the asking. Where no row has
 * room for all, the places where the party could sit apart are named before they are held.
 */
import { h, View, watch } from "../lib/dom.js";
import { currentLocale, money, t } from "../lib/i18n.js";
import { addDecimals } from "../lib/money.js";
import { icon } from "../ui/icons.js";
import { seatList } from "../ui/seat-words.js";
import { stepper } from "./stepper.js";

/** @typedef {import("../app/party.js").Found} Found */

export class PartyFinder extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** @type {import("../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);
  /** Seats are held. @type {(found: Found) => void} */
  onFound = () => {};
  /** Whether what was found is shown here; else the page goes on to where it is. */
  isHere = true;

  /** @override */
  render() {
    const { party, event, machine } = this.purchase;
    watch(() => this.say(party.apart.value ? this.offerWords(party.apart.value) : party.fault.value));
    const isBusy = () => machine.state.value === "RESERVING";
    return h(
      "section",
      { class: "party", "aria-labelledby": "party-title", hidden: () => event.value?.saleState !== "open" },
      h(
        "div",
        { class: "party-ask" },
        h("h2", { id: "party-title" }, t("party.title")),
        stepper({
          label: t("party.title"),
          fewer: t("party.fewer"),
          more: t("party.more"),
          number: () => party.quantity.value,
          said: (n) => t("party.people", { n }),
          canStep: (by) => by < 0 ? party.quantity.value > 1 : party.quantity.value < party.maxSeats(),
          onStep: party.step,
        }),
        h(
          "button",
          {
            type: "button",
            class: "button is-primary",
            "aria-disabled": () => String(isBusy()),
            onclick: () => this.act(party.find),
          },
          () => isBusy() ? h("span", { class: "spinner" }) : null,
          t("party.find"),
        ),
      ),
      this.wishes(),
      this.offer(),
      h("p", { class: "party-fault", tabindex: "-1", hidden: () => !party.fault.value }, () => party.fault.value),
      this.isHere ? this.found() : null,
    );
  }

  /** @param {() => Promise<Found | null>} ask @param {boolean} [isGone] the button goes: the focus moves on */
  async act(ask, isGone = false) {
    const found = await ask();
    const next = found ? ".party-found p" : ".party-fault";
    if (isGone) /** @type {HTMLElement | null} */ (this.querySelector(next))?.focus();
    if (found && !this.isHere) this.onFound(found);
  }

  /** Price, section and wheelchairs, where the house has such a choice. */
  wishes() {
    const { party } = this.purchase;
    return () => {
      const house = this.purchase.house.value;
      const names = (this.purchase.geometry.value?.sections ?? []).map((/** @type {any} */ one) => one.name);
      const hasSpaces = house?.store.flags.some((flags) => flags & 1);
      const seated =
        house?.categories.map((one, at) => ({ ...one, at })).filter(({ at }) => house.store.counts.categoryTotal[at]) ??
          [];
      const hasSections = names.length > 1, hasPrices = seated.length > 1;
      if (!house || !(hasSpaces || hasSections || hasPrices)) return null;
      const currency = this.purchase.event.peek()?.currency ?? "EUR";
      return h(
        "details",
        { class: "party-wishes" },
        h("summary", null, t("party.wishes")),
        hasPrices
          ? choice(
            "party-category",
            t("party.category"),
            [
              ["", t("party.anyCategory")],
              ...seated.map((
                { name, price, at },
              ) => /** @type {[string, string]} */ ([String(at), `${name} · ${money(price, currency)}`])),
            ],
            () => [...party.filter.value.categories ?? [""]].join(),
            (value) => {
              const categories = value === "" ? null : new Set([Number(value)]);
              party.filter.value = { ...party.filter.peek(), categories };
            },
          )
          : null,
        hasSections
          ? choice(
            "party-section",
            t("party.section"),
            [
              ["-1", t("party.anySection")],
              ...names.map((/** @type {string} */ name, /** @type {number} */ at) => [String(at), name]),
            ],
            () => String(party.section.value),
            (value) => (party.section.value = Number(value)),
          )
          : null,
        hasSpaces
          ? h(
            "div",
            { class: "party-spaces" },
            h("span", null, icon("wheelchair"), t("party.spaces")),
            stepper({
              label: t("party.spaces"),
              fewer: t("party.fewerSpaces"),
              more: t("party.moreSpaces"),
              number: () => party.spaces.value,
              said: (n) => t("party.spacesOf", { n }),
              canStep: (by) => by < 0 ? party.spaces.value > 0 : party.spaces.value < party.quantity.value,
              onStep: party.stepSpaces,
            }),
            h("p", { class: "muted small" }, t("party.companions")),
          )
          : null,
      );
    };
  }

  /** No row has room for all: where they could sit, and the one press that takes it. */
  offer() {
    const { party } = this.purchase;
    return h(
      "div",
      { class: "party-offer", hidden: () => !party.apart.value },
      h("p", null, h("strong", null, () => party.apart.value ? this.offerWords(party.apart.value) : "")),
      h("ul", null, () => party.apart.value?.map((place) => h("li", null, this.words(place)))),
      h(
        "div",
        { class: "party-acts" },
        h(
          "button",
          { type: "button", class: "button is-primary is-small", onclick: () => this.act(party.takeApart, true) },
          () => t("party.takeApart", { sizes: sizes(party.apart.value ?? []) }),
        ),
        h(
          "button",
          {
            type: "button",
            class: "button is-secondary is-small",
            onclick: () => {
              party.apart.value = null;
              /** @type {HTMLElement | null} */ (this.querySelector(".party-ask .button"))?.focus();
            },
          },
          t("party.notApart"),
        ),
      ),
    );
  }

  /** What is held now, and the way to others. */
  found() {
    const { party } = this.purchase;
    watch(() => {
      const found = party.found.value;
      if (!found || found === party.told) return;
      party.told = found;
      this.say(`${t("cart.held")}: ${this.foundWords(found)}`);
      this.app.nextFrame(() => this.onFound(found));
    });
    return h(
      "div",
      { class: "party-found", hidden: () => !party.found.value },
      h("p", { tabindex: "-1" }, icon("check"), () => party.found.value ? this.foundWords(party.found.value) : ""),
      h("button", {
        type: "button",
        class: "button is-secondary is-small",
        onclick: () => this.act(party.others),
      }, t("party.others")),
    );
  }

  /** @param {readonly number[][]} places */
  offerWords(places) {
    return t("party.apart", { n: places.flat().length, sizes: sizes(places) });
  }

  /** @param {Found} found */
  foundWords({ seatIds, isSplit }) {
    const house = this.purchase.house.value;
    const total = addDecimals(seatIds.map((id) => house?.price(house.store.indexOf(id)) ?? "0.00"));
    return t(isSplit ? "party.foundApart" : "party.found", {
      n: seatIds.length,
      seats: this.words(seatIds),
      total: money(total, this.purchase.event.peek()?.currency ?? "EUR"),
    });
  }

  /** @param {readonly number[]} seatIds */
  words(seatIds) {
    const house = this.purchase.house.value;
    return house ? seatList(seatIds.map((id) => house.nameOf(house.store.indexOf(id)))) : "";
  }

  /** @param {string} text */
  say(text) {
    if (text) this.app.announce(text);
  }
}
customElements.define("party-finder", PartyFinder);

/** "2 and 2" @param {readonly (readonly number[])[]} places */
const sizes = (places) => new Intl.ListFormat(currentLocale()).format(places.map((place) => String(place.length)));

/**
 * @param {string} id
 * @param {string} label
 * @param {[string, string][]} options
 * @param {() => string} value one that is no option shows none as chosen
 * @param {(value: string) => void} onChoice
 */
function choice(id, label, options, value, onChoice) {
  const control = h(
    "select",
    { id, onchange: () => onChoice(control.value) },
    options.map(([key, text]) => h("option", { value: key }, text)),
  );
  watch(() => void (control.value = value()));
  return h("div", { class: "party-choice" }, h("label", { for: id }, label), control);
}
