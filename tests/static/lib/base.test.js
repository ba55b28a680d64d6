// @ts-check
import { at, BASE } from "../../../static/lib/base.js";
import { equal, test } from "../check.js";

test("outside of a browser the house stands at the root", () => {
  equal(BASE, "/");
  equal(at("/events/1"), "/events/1");
});
