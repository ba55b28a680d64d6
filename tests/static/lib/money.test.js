// @ts-check
import { addDecimals, formatMoney, formatRange, toMinor, toUnits } from "../../../static/lib/money.js";
import { equal, test, throws } from "../check.js";

test("sums are exact and keep the digits", () => {
  equal([addDecimals([]), addDecimals(["0.10", "0.20"]), addDecimals(["5", "2.5", "-0.25"])], [
    "0",
    "0.30",
    "7.25",
  ]);
});

test("money is written as its reader writes it", () => {
  equal(formatMoney("202.50", "USD", "en-US"), "$202.50");
  equal(formatMoney("1202.5", "EUR", "de-DE"), "1.202,50\u00a0€");
  equal(formatRange("50.00", "50.00", "USD", "en-US"), "$50.00");
  equal(formatRange("50.00", "100.00", "USD", "en-US"), "$50.00 – $100.00");
});

test("minor units have the digits that the server wrote, not those of Intl", () => {
  // An ariary has two digits in ISO 4217 and none at Stripe; a shilling none and two.
  equal(["202.50", "5000", "1.230", "5000.00"].map(toMinor), [20250, 5000, 1230, 500000]);
});

test("what is no amount is refused", () => {
  throws(() => toUnits("1,50", 2), /expected an amount/);
  throws(() => toUnits("1.505", 2), /at most 2 fraction digits/);
});
