// @ts-check
/** What is picked and held, what it costs, and the button that goes on. On a phone a bottom sheet. */
import { each, h, View } from "../lib/dom.js";
import { money, t } from "../lib/i18n.js";
import { addDecimals } from "../lib/money.js";
import { go } from "../lib/routes.js";
import { computed, signal } from "../lib/signals.js";
import { icon } from "../ui/icons.js";
import { areaStepper } from "./area-stepper.js";
import { giveBackKindly } from "./lone-dialog.js";
import { unitStepper } from "./unit-stepper.js";

/** Whether its line has room for a number of people. @param {import("../app/purchase-state.js").HeldSeat} line */
const isStepped = ({ unit }) => unit !== null && unit.least < unit.most;

export class SeatCart extends View {
  /** @type {import("../app/purchase.js").Purchase} */
  purchase = /** @type {any} */ (null);
  /** @type {() => void} */
  onReserve = () => {};

  /** @override */
  render() {
    const { purchase } = this;
    const { machine, timer, places } = purchase;
    const currency = () => purchase.event.value?.currency ?? "EUR";
    const isOpen = signal(false);
    const picked = purchase.pickedLines;
    const held = purchase.heldSeats;
    const standing = computed(() => {
      const { areas } = purchase.house.value?.store ?? {};
      return areas?.list.filter((area) => places.of(area.id) > 0) ?? [];
    });
    /** @param {{ category: number }} area */
    const priceOf = (area) => purchase.house.value?.categories[area.category]?.price ?? "0.00";
    const subtotal = computed(() =>
      addDecimals([
        ...picked.value.map((seat) => seat.price),
        ...held.value.map((seat) => seat.price),
        ...standing.value.flatMap((area) => Array(places.of(area.id)).fill(priceOf(area))),
      ])
    );
    // As the server has it: an order that costs nothing carries no fee.
    const orderFee = computed(() => Number(subtotal.value) ? purchase.event.value?.orderFee ?? "0" : "0");
    const total = computed(() => addDecimals([subtotal.value, orderFee.value]));
    const number = computed(() =>
      [...picked.value, ...held.value].reduce((sum, line) => sum + line.seatIds.length, places.count())
    );
    const isPicked = () => picked.value.length > 0 || places.count() > 0;

    return h(
      "section",
      {
        class: () => `cart ${isOpen.value ? "is-open" : ""} ${number.value ? "" : "is-empty"}`,
        "aria-labelledby": "cart-title",
      },
      h(
        "div",
        { class: "cart-head" },
        h("h2", { id: "cart-title" }, t("cart.title"), h("span", { class: "badge tabular" }, () => number.value || "")),
        h("button", {
          class: "plain-button cart-toggle",
          type: "button",
          "aria-expanded": () => String(isOpen.value),
          "aria-controls": "cart-seats",
          "aria-label": () => t(isOpen.value ? "cart.hide" : "cart.show"),
          onclick: () => (isOpen.value = !isOpen.peek()),
        }, icon("up")),
      ),
      h(
        "div",
        { class: "cart-seats", id: "cart-seats" },
        () =>
          number.value ? null : h(
            "div",
            { class: "cart-empty" },
            h("p", null, h("strong", null, t("cart.empty"))),
            h("p", { class: "muted" }, t("cart.emptyHelp")),
          ),
        () =>
          held.value.length
            ? h(
              "div",
              { class: "cart-group is-held" },
              h(
                "h3",
                null,
                icon("lock"),
                t("cart.held"),
                h(
                  "span",
                  { class: () => `tabular timer-small ${timer.isWarning.value ? "is-urgent" : ""}` },
                  () => timer.timeRemainingFormatted.value,
                ),
              ),
              h(
                "ul",
                null,
                held.value.map((seat) =>
                  h(
                    "li",
                    { class: `ticket-line ${isStepped(seat) ? "is-unit" : ""}` },
                    h(
                      "span",
                      null,
                      h("strong", null, seat.place),
                      seat.category === seat.section ? null : h("span", { class: "muted" }, seat.category),
                    ),
                    seat.unit ? unitStepper(purchase, seat.unit) : null,
                    h("span", { class: "tabular" }, money(seat.price, currency())),
                    h("button", {
                      class: "plain-button",
                      type: "button",
                      "aria-label": t("cart.releaseOne", { seat: seat.place }),
                      onclick: () => giveBackKindly(purchase, seat.id),
                    }, icon("close")),
                  )
                ),
              ),
              h("button", {
                class: "link-button",
                type: "button",
                onclick: () => purchase.startOver(),
              }, t("cart.release")),
            )
            : null,
        () => isPicked() && held.value.length ? h("h3", null, t("cart.selected")) : null,
        each(h("ul", null), () => picked.value, (seat) => seat.id, (seat) =>
          h(
            "li",
            {
              class: () =>
                `ticket-line ${isStepped(seat) ? "is-unit" : ""} ${
                  machine.state.value === "RESERVING" ? "is-reserving" : ""
                }`,
            },
            h(
              "span",
              null,
              h("strong", null, seat.place),
              seat.category === seat.section ? null : h("span", { class: "muted" }, seat.category),
            ),
            seat.unit ? unitStepper(purchase, seat.unit) : null,
            h(
              "span",
              { class: "tabular" },
              () => money(picked.value.find(({ id }) => id === seat.id)?.price ?? seat.price, currency()),
            ),
            h("button", {
              class: "plain-button",
              type: "button",
              "aria-label": t("remove", { seat: seat.place }),
              onclick: () => purchase.dropSeats([seat.id]),
            }, icon("close")),
          )),
        each(h("ul", null), () => standing.value, (area) => area.id, (area) =>
          h(
            "li",
            { class: "ticket-line" },
            h(
              "span",
              null,
              h("strong", null, area.name),
              h("span", { class: "muted tabular" }, () => money(priceOf(area), currency())),
            ),
            areaStepper(purchase, area),
          )),
        this.losses(),
      ),
      h(
        "div",
        { class: "cart-foot" },
        h(
          "p",
          { class: "cart-total" },
          h(
            "span",
            null,
            t("cart.total"),
            () =>
              Number(orderFee.value)
                ? h("small", { class: "muted" }, " ", t("cart.orderFee", { fee: money(orderFee.value, currency()) }))
                : null,
          ),
          h("strong", { class: "tabular" }, () => money(total.value, currency())),
        ),
        () => {
          const isReserving = machine.state.value === "RESERVING";
          if (isPicked() || isReserving || !held.value.length) {
            return h("button", {
              class: "button is-primary is-wide",
              type: "button",
              "aria-disabled": () => String(!isPicked() || isReserving),
              onclick: () => isPicked() && this.onReserve(),
            }, isReserving ? [h("span", { class: "spinner" }), t("cart.reserving")] : t("cart.reserve"));
          }
          return h("button", {
            class: "button is-primary is-wide",
            type: "button",
            onclick: () => go(`/events/${purchase.eventId}/checkout`),
          }, t("cart.continue"));
        },
      ),
    );
  }

  /** Seats that someone else took while they were picked here, with the nearest equal one. */
  losses() {
    const { purchase } = this;
    return each(h("ul", { class: "losses" }), () => purchase.losses.value, (loss) => loss, (loss) =>
      h(
        "li",
        { class: "loss" },
        icon("warning"),
        h(
          "div",
          null,
          h("p", null, t("lost.one", { seat: loss.label })),
          loss.instead === null ? h("p", { class: "muted" }, t("lost.none")) : h("button", {
            class: "link-button",
            type: "button",
            onclick: () => purchase.settleLoss(loss, true),
          }, t("lost.offer", { seat: purchase.house.peek()?.fullPlace(loss.instead) ?? "" })),
        ),
        h("button", {
          class: "plain-button",
          type: "button",
          "aria-label": t("close"),
          onclick: () => purchase.settleLoss(loss, false),
        }, icon("close")),
      ));
  }
}
customElements.define("seat-cart", SeatCart);
