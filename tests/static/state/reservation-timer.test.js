// @ts-check
import { createReservationTimer } from "../../../static/state/reservation-timer.js";
import { createServerClock, formatCountdown } from "../../../static/lib/time.js";
import { equal, test, throws } from "../check.js";

function bench() {
  /** @type {string[]} */
  const told = [];
  const world = { now: Date.parse("2026-01-09T12:00:00Z"), tick: () => {}, running: 0, told };
  const timer = createReservationTimer({
    now: () => world.now,
    onExpire: () => told.push("expired"),
    onWarning: () => told.push("warning"),
    every: (tick) => {
      world.tick = tick;
      world.running++;
      return () => world.running--;
    },
  });
  /** @param {number} seconds */
  const wait = (seconds) => {
    world.now += seconds * 1000;
    world.tick();
  };
  return { timer, world, wait };
}

test("ten minutes count down as mm:ss", () => {
  const { timer, wait } = bench();
  timer.reset("2026-01-09T12:10:00Z");
  equal(timer.timeRemainingFormatted.value, "10:00");
  equal(timer.progressPercentage.value, 100);
  wait(33);
  equal(timer.timeRemaining.value, 567);
  equal(timer.timeRemainingFormatted.value, "09:27");
  equal(timer.progressPercentage.value, 94.5);
});

test("the warning comes once, at one minute", () => {
  const { timer, world, wait } = bench();
  timer.reset("2026-01-09T12:10:00Z");
  wait(539);
  equal([timer.isWarning.value, world.told], [false, []]);
  wait(1);
  equal([timer.timeRemaining.value, timer.isWarning.value, world.told], [60, true, ["warning"]]);
  wait(1);
  equal(world.told, ["warning"]);
});

test("at zero it expires once and stops", () => {
  const { timer, world, wait } = bench();
  timer.reset("2026-01-09T12:00:02Z");
  wait(2);
  equal([timer.isExpired.value, timer.isWarning.value, world.running], [true, false, 0]);
  timer.tick();
  equal(world.told, ["warning", "expired"]);
});

test("a machine that slept past the deadline expires at its first look", () => {
  const { timer, world, wait } = bench();
  timer.reset("2026-01-09T12:10:00Z");
  wait(3600);
  equal([timer.timeRemaining.value, timer.isExpired.value, world.told], [0, true, ["expired"]]);
});

test("an extension takes the warning back and can warn again", () => {
  const { timer, world, wait } = bench();
  timer.reset("2026-01-09T12:01:00Z");
  timer.reset("2026-01-09T12:05:00Z");
  equal(timer.isWarning.value, false);
  wait(240);
  equal(world.told, ["warning", "warning"]);
});

test("the same deadline told again does not start over", () => {
  const { timer, world, wait } = bench();
  timer.reset("2026-01-09T12:10:00Z", 600);
  wait(300);
  timer.reset("2026-01-09T12:10:00Z", 600);
  equal([timer.progressPercentage.value, world.running], [50, 1]);
});

test("a cleared timer neither counts nor expires", () => {
  const { timer, world, wait } = bench();
  timer.reset("2026-01-09T12:10:00Z");
  timer.clear();
  wait(900);
  equal([timer.timeRemaining.value, timer.isExpired.value, world.told], [0, false, []]);
});

test("a deadline that is no time is refused", () => {
  throws(() => bench().timer.reset("soon"), /expected a time/);
});

test("the server's clock is learnt from the quickest answer", () => {
  let local = 1_000_000;
  const clock = createServerClock(() => local);
  clock.observe(5_000_400, 1_000_000, 1_000_800); // 800 ms on the way: off by up to 400
  equal(clock.now(), 5_000_000);
  clock.observe(5_001_010, 1_001_000, 1_001_020); // 20 ms: better
  equal(clock.offset(), 4_000_000);
  clock.observe(9_000_000, 1_002_000, 1_003_000); // slow and wild: not believed
  equal(clock.offset(), 4_000_000);
  local += 5000;
  equal(clock.now(), 5_005_000);
});

test("a slow answer is believed once the quick one is old", () => {
  const clock = createServerClock(() => 0);
  clock.observe(100, 0, 10);
  clock.observe(4_000_000, 3_600_000, 3_600_100);
  equal(clock.offset(), 399_950);
});

test("a countdown never shows less than nothing, nor hours", () => {
  equal([formatCountdown(-3), formatCountdown(0), formatCountdown(59.9), formatCountdown(4200)], [
    "00:00",
    "00:00",
    "00:59",
    "70:00",
  ]);
});
