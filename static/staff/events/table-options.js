// @ts-check
/** How an event sells its tables and boxes, in words. */
import { t } from "../../lib/i18n.js";

export const BOOKINGS = ["inherit", "by_table", "by_seat"], PRICES = ["per_head", "per_table"];

/** @param {readonly string[]} words @returns {[string, string][]} options of a select */
export const tableOptions = (words) => words.map((word) => [word, t(`venue.tables.${word}`)]);
