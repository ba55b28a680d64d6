// @ts-check
import { areaPath, barPath, linePath, scaleOf, ticks } from "../../../static/state/chart-geometry.js";
import { equal, test } from "../check.js";

const FRAME = { width: 120, height: 60, left: 20, right: 0, top: 0, bottom: 10 };

test("a scale ends at a round whole number, not below the highest value", () => {
  equal(ticks(0), [0, 1]);
  equal(ticks(3), [0, 1, 2, 3]);
  equal(ticks(7), [0, 2, 4, 6, 8]);
  equal(ticks(43), [0, 20, 40, 60]);
  equal(ticks(50_000).at(-1), 60_000);
});

test("lines, areas and bars start on the base and end in the frame", () => {
  const scale = scaleOf(FRAME, 4, 10);
  equal(linePath([0, 10, 5, 0], scale), "M32.5 50L57.5 0L82.5 25L107.5 50");
  equal(areaPath([10], scaleOf(FRAME, 1, 10)), "M70 0L70 50L70 50Z");
  equal(barPath([0, 10], scaleOf(FRAME, 2, 10)), "M71 50V0h48V50Z");
  equal(areaPath([], scale), "");
});

test("a pointer finds the point whose slot it is in, and the ends beyond them", () => {
  const scale = scaleOf(FRAME, 4, 10);
  equal([0, 46, 119, 500].map((px) => scale.at(px)), [0, 1, 3, 3]);
});
