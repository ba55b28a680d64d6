// @ts-check
import { pressed, sorted } from "../../../static/state/sorting.js";
import { equal, test } from "../check.js";

const rows = [{ name: "Block 10", sold: 5 }, { name: "Block 2", sold: 5 }, { name: "Block 1", sold: 9 }];
const valueOf = (/** @type {any} */ row, /** @type {string} */ by) => row[by];

test("names are sorted as people count, and equal rows stay in their order", () => {
  equal(sorted(rows, { by: "name", down: false }, valueOf).map(({ name }) => name), ["Block 1", "Block 2", "Block 10"]);
  equal(sorted(rows, { by: "sold", down: true }, valueOf).map(({ name }) => name), ["Block 1", "Block 10", "Block 2"]);
  equal(rows[0].name, "Block 10");
});

test("a column of numbers starts with the largest; a second press turns it round", () => {
  const first = pressed({ by: "name", down: false }, "sold", true);
  equal([first, pressed(first, "sold", true), pressed(first, "name", false)], [
    { by: "sold", down: true },
    { by: "sold", down: false },
    { by: "name", down: false },
  ]);
});
