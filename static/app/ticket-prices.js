// @ts-check
/**
 * What the basket's tickets are sold as and cost: the types of each seat and place, what each costs under
 * the price list it is held under, and what the numbers of a type allow, said before the server refuses.
 * Owns: the choice of a type. Never: what is charged; the server's quote says that.
 */
import { t } from "../lib/i18n.js";
import { addDecimals } from "../lib/money.js";
import { computed, effect, signal } from "../lib/signals.js";

/**
 * @typedef {ReturnType<typeof createTicketPrices>} TicketPrices
 * @typedef {{ id: number, name: string, note: string, price: string, least: number, most: number | null, requires: number | null }} SoldType
 * @typedef {import("./purchase-state.js").HeldSeat} HeldSeat
 * @typedef {{ key: number | string, category: string, isHeld: boolean }} Line a seat by its id, a picked place as "area:number"
 */

/**
 * @param {Pick<import("./purchase-state.js").PurchaseParts, "api">} app
 * @param {import("./purchase-state.js").PurchaseState} state
 */
export function createTicketPrices({ api }, state) {
  const { eventId, event, house, machine, places, tickets, heldIds, heldSeats, pickedLines } = state;
  /** What the held seats cost, where that is another list than the one of now. */
  const kept = signal(/** @type {import("../net/api.js").Quote | null} */ (null));

  effect(() => {
    const ids = heldIds.value, list = machine.reservationData.value?.priceList ?? 0;
    if (!ids.length || !list || list === event.value?.priceList) return void (kept.value = null);
    // Until it is here, and where it does not come, the prices of now are shown; the checkout asks again.
    api.quote(eventId, [...ids], undefined, []).then((quote) => (kept.value = quote), () => undefined);
  });

  const standing = computed(() => house.value?.store.areas.list.filter((area) => places.of(area.id) > 0) ?? []);
  const isPerTable = () => (kept.value ?? event.value)?.tablePrices === "per_table";
  /** The tickets of a line: one each for the people at a table, none of their own where it has one price. @param {HeldSeat} line @param {boolean} isHeld @returns {Line[]} */
  const ticketsOf = ({ unit, seatIds, category }, isHeld) =>
    unit && isPerTable() ? [] : seatIds.map((key) => ({ key, category, isHeld }));
  /** @param {HeldSeat} line @param {boolean} isHeld */
  const lineTotal = (line, isHeld) => {
    const sold = ticketsOf(line, isHeld);
    return sold.length ? addDecimals(sold.map(priceOf)) : line.price;
  };
  const tables = computed(() => [...pickedLines.value, ...heldSeats.value].filter(({ unit }) => unit && isPerTable()));
  const lines = computed(() => [
    ...pickedLines.value.flatMap((line) => ticketsOf(line, false)),
    ...heldSeats.value.flatMap((line) => ticketsOf(line, true)),
    ...standing.value.flatMap((area) =>
      Array.from({ length: places.of(area.id) }, (_, n) => ({
        key: placeKey(area.id, n),
        category: house.value?.categories[area.category]?.name ?? "",
        isHeld: false,
      }))
    ),
  ]);

  /** The types a line may be sold as, the default first. @param {Pick<Line, "category" | "isHeld">} line @returns {SoldType[]} */
  function typesOf({ category, isHeld }) {
    const terms = isHeld && kept.value || event.value;
    const offers = isHeld && kept.value?.offers.find((one) => one.category === category)?.tickets ||
      event.value?.categories.find((one) => one.name === category)?.tickets || [];
    return offers.flatMap(({ ticketTypeId, price }) => {
      const kind = terms?.ticketTypes.find((one) => one.id === ticketTypeId);
      return kind ? [{ ...kind, price }] : [];
    });
  }

  /** @param {Line} line */
  const chosen = (line) => {
    const types = typesOf(line), wanted = tickets.value.get(line.key);
    return types.find((one) => one.id === wanted) ?? types[0] ?? null;
  };
  /** @param {Line} line */
  const priceOf = (line) => chosen(line)?.price ?? "0";
  const subtotal = computed(() =>
    addDecimals([...lines.value.map(priceOf), ...tables.value.map(({ price }) => price)])
  );
  // As the server has it: an order that costs nothing carries no fee.
  const orderFee = computed(() => Number(subtotal.value) ? kept.value?.orderFee ?? event.value?.orderFee ?? "0" : "0");
  const total = computed(() => addDecimals([subtotal.value, orderFee.value]));

  /** Which rule about the numbers of types the basket breaks, in words; "" for none. */
  const fault = computed(() => {
    const sold = lines.value.map(chosen).filter((one) => one !== null);
    const count = (/** @type {number | null} */ id) => sold.filter((one) => one.id === id).length;
    for (const { id, name, least, most, requires } of sold) {
      const n = count(id);
      if (n < least) return t("tickets.least", { name, n: least });
      if (most !== null && n > most) return t("tickets.most", { name, n: most });
      if (requires !== null && n > count(requires)) {
        const other = event.value?.ticketTypes.find((one) => one.id === requires)?.name ?? "";
        return t("tickets.requires", { name, other });
      }
    }
    return "";
  });

  return {
    standing,
    typesOf,
    ticketsOf,
    lineTotal,
    chosen,
    priceOf,
    subtotal,
    orderFee,
    total,
    fault,
    /** @param {number | string} key @param {number} type */
    choose: (key, type) => void (tickets.value = new Map(tickets.peek()).set(key, type)),
    /** The picked places have become these seats: each keeps the type it was picked with. @param {readonly number[]} seatIds */
    placesHeld(seatIds) {
      const next = new Map(tickets.peek());
      for (const area of standing.peek()) {
        const mine = seatIds.filter((id) => house.peek()?.store.areas.of(id)?.id === area.id);
        mine.forEach((id, n) => {
          const type = next.get(placeKey(area.id, n));
          if (type !== undefined) next.set(id, type);
        });
        for (let n = 0; n < places.of(area.id); n++) next.delete(placeKey(area.id, n));
      }
      tickets.value = next;
    },
  };
}

/** @param {number} areaId @param {number} n */
export const placeKey = (areaId, n) => `${areaId}:${n}`;
