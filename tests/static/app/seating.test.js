// @ts-check
import { leastPrice } from "../../../static/app/seating.js";
import { equal, test } from "../check.js";

test("prices begin at the cheapest ticket that needs no other beside it", () => {
  /** @type {any} */
  const event = {
    ticketTypes: [{ id: 1, requires: null }, { id: 2, requires: null }, { id: 3, requires: 1 }],
    categories: [
      {
        name: "Stalls",
        tickets: [{ ticketTypeId: 1, price: "83.00" }, { ticketTypeId: 2, price: "9.00" }, {
          ticketTypeId: 3,
          price: "0.00",
        }],
      },
    ],
  };
  equal(leastPrice(event, "Stalls"), "9.00");
  equal(leastPrice(event, "Nowhere"), "0.00");
});
