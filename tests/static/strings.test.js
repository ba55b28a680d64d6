// @ts-check
import de from "../../static/strings/de.js";
import en from "../../static/strings/en.js";
import faultsDe from "../../static/strings/faults/de.js";
import faultsEn from "../../static/strings/faults/en.js";
import venueDe from "../../static/strings/venue/de.js";
import venueEn from "../../static/strings/venue/en.js";
import { addWords, currentLanguage, pickLanguage, speak, t } from "../../static/lib/i18n.js";
import { equal, test } from "./check.js";

/** @param {string | { one: string, other: string }} entry */
const forms = (entry) => (typeof entry === "string" ? [entry] : [entry.one, entry.other]);
/** @param {string} text */
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test("both languages say the same things, to buyers and to staff", () => {
  equal(Object.keys(de).sort(), Object.keys(en).sort());
  equal(Object.keys(faultsDe).sort(), Object.keys(faultsEn).sort());
  equal(Object.keys(venueDe).sort(), Object.keys(venueEn).sort());
});

test("staff's words come later and never replace a buyer's", () => {
  equal(Object.keys({ ...faultsEn, ...venueEn }).filter((key) => key in en), []);
  speak("en", en);
  equal(t("venue.tab.door"), "venue.tab.door");
  addWords(venueEn);
  equal([t("venue.tab.door"), t("close")], ["Door", "Close"]);
});

test("both languages fill in the same facts", () => {
  const german = { ...de, ...faultsDe, ...venueDe };
  for (const [key, entry] of Object.entries({ ...en, ...faultsEn, ...venueEn })) {
    const expected = [...new Set(forms(entry).flatMap(names))].sort();
    const other = german[key];
    if (!other) throw new Error(`${key} has no German`);
    equal([key, [...new Set(forms(other).flatMap(names))].sort()], [key, expected]);
  }
});

test("the sentences that the contract fixes stand word for word", () => {
  speak("en", en);
  equal(t("partial.title"), "Partial Reservation");
  equal(t("partial.proceed", { n: 2, total: "$100.00" }), "Proceed with 2 Seats ($100.00)");
  equal(t("partial.more"), "Select More Seats");
  equal(t("partial.cancel"), "Cancel & Start Over");
  equal(t("partial.got", { n: 2 }), "Reserved (2 seats)");
  equal(t("partial.failed", { n: 1 }), "Unavailable (1 seat)");
  equal(t("toast.partial", { got: 2, all: 3, n: 1 }), "Reserved 2 of 3 seats. 1 seat unavailable.");
  equal(
    t("toast.stale"),
    "Some seats were just reserved by another user. Refreshing seat map...",
  );
  equal(t("expired.body", { n: 10 }), "Your seat reservation has expired after 10 minutes.");
  equal(
    t("declined.help", { time: "09:27" }),
    "Please check your payment details and try again. Your seat reservation is still active for 09:27.",
  );
  equal(t("toast.replay"), "Booking already confirmed (duplicate request prevented).");
  equal(t("toast.warning"), "1 minute remaining! Complete checkout to secure your seats.");
  equal(t("reason.stale_version"), "Seat was modified by another user (stale version)");
});

test("numbers and plurals follow the language", () => {
  speak("de", de, ["de-DE"]);
  equal([t("home.available", { n: 1 }), t("home.available", { n: 50000 })], [
    "1 Platz frei",
    "50.000 Plätze frei",
  ]);
  equal(currentLanguage(), "de");
  speak("en", en, ["en-GB"]);
  equal(t("home.available", { n: 50000 }), "50,000 seats free");
});

test("the chosen language wins, then the browser's, then English", () => {
  equal([pickLanguage("de", ["en"]), pickLanguage(null, ["fr-FR", "de-AT"]), pickLanguage("xx", ["fr"])], [
    "de",
    "de",
    "en",
  ]);
});
