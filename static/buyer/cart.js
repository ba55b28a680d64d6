// @ts-check
/** What is picked and held, what it costs, and the button that goes on. On a phone a bottom sheet. */
import { each, h, View } from "../lib/dom.js";
import { money, t } from "../lib/i18n.js";
import { go } from "../lib/routes.js";
import { computed, signal } from "../lib/signals.js";
import { icon } from "../ui/icons.js";
import { placeKey } from "../app/ticket-prices.js";
import { areaStepper } from "./area-stepper.js";
import { giveBackKindly } from "./lone-dialog.js";
import { typeChoice } from "./type-choice.js";
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
    const { prices } = purchase;
    const { standing, orderFee, total } = prices;
    /** @param {import("../app/ticket-prices.js").Line} ticket @param {string} label */
    const choice = (ticket, label) =>
      typeChoice({
        label: t("checkout.ticketFor", { seat: label }),
        types: () => prices.typesOf(ticket),
        chosen: () => purchase.tickets.value.get(ticket.key),
        currency: currency(),
        onChoose: (type) => prices.choose(ticket.key, type),
      });
    /** What a line is bought as, and for how much. @param {() => import("../app/purchase-state.js").HeldSeat} line @param {boolean} isHeld */
    const bought = (line, isHeld) => ({
      types: each(
        h("span", { class: "ticket-types" }),
        () => prices.ticketsOf(line(), isHeld),
        (ticket) => ticket.key,
        (ticket) => h("span", null, choice(ticket, line().place)),
      ),
      price: h("span", { class: "tabular" }, () => money(prices.lineTotal(line(), isHeld), currency())),
    });
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
                held.value.map((seat) => {
                  const line = bought(() => seat, true);
                  return h(
                    "li",
                    { class: `ticket-line ${isStepped(seat) ? "is-unit" : ""}` },
                    h(
                      "span",
                      null,
                      h("strong", null, seat.place),
                      seat.category === seat.section ? null : h("span", { class: "muted" }, seat.category),
                      line.types,
                    ),
                    seat.unit ? unitStepper(purchase, seat.unit) : null,
                    line.price,
                    h("button", {
                      class: "plain-button",
                      type: "button",
                      "aria-label": t("cart.releaseOne", { seat: seat.place }),
                      onclick: () => giveBackKindly(purchase, seat.id),
                    }, icon("close")),
                  );
                }),
              ),
              h("button", {
                class: "link-button",
                type: "button",
                onclick: () => purchase.startOver(),
              }, t("cart.release")),
            )
            : null,
        () => isPicked() && held.value.length ? h("h3", null, t("cart.selected")) : null,
        each(h("ul", null), () => picked.value, (seat) => seat.id, (seat) => {
          const line = bought(() => picked.value.find(({ id }) => id === seat.id) ?? seat, false);
          return h(
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
              line.types,
            ),
            seat.unit ? unitStepper(purchase, seat.unit) : null,
            line.price,
            h("button", {
              class: "plain-button",
              type: "button",
              "aria-label": t("remove", { seat: seat.place }),
              onclick: () => purchase.dropSeats([seat.id]),
            }, icon("close")),
          );
        }),
        each(h("ul", null), () => standing.value, (area) => area.id, (area) => {
          const category = purchase.house.peek()?.categories[area.category]?.name ?? "";
          const lines = computed(() => Array.from({ length: places.of(area.id) }, (_, n) => placeKey(area.id, n)));
          return h(
            "li",
            { class: "ticket-line" },
            h("span", null, h("strong", null, area.name)),
            areaStepper(purchase, area),
            // Each place has a type of its own, as each seat has.
            each(h("ul", { class: "place-lines" }), () => lines.value, (key) => key, (key) => {
              const ticket = { key, category, isHeld: false };
              const price = () => money(prices.priceOf(ticket), currency());
              return h(
                "li",
                { class: "ticket-line" },
                h("span", null, choice(ticket, area.name)),
                h("span", { class: "tabular" }, price),
              );
            }),
          );
        }),
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
        h(
          "p",
          { class: "fault", role: "status" },
          () => prices.fault.value ? [icon("error"), prices.fault.value] : null,
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
            "aria-disabled": () => String(prices.fault.value !== ""),
            onclick: () => !prices.fault.peek() && go(`/events/${purchase.eventId}/checkout`),
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
