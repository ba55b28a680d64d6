// @ts-check
import { toScreen } from "../../../static/map/camera.js";
import { Flight } from "../../../static/map/flight.js";
import { holds, near, same } from "../assert.js";

const house = { box: /** @type {[number, number, number, number]} */ ([0, 0, 1000, 500]), pitch: 10 };

function flight() {
  let moves = 0;
  const made = new Flight(() => moves++);
  made.setHouse(house);
  made.resize(1000, 600);
  return { made, moves: () => moves };
}

Deno.test("it starts with the whole house, and keeps it when the window changes", () => {
  const { made } = flight();
  same([made.camera.x, made.camera.y], [500, 250]);
  near(made.camera.scale, 0.864);
  made.resize(500, 600);
  near(made.camera.scale, 0.476);
  made.drag(10, 0);
  made.resize(1000, 600);
  near(made.camera.scale, 0.476);
});

Deno.test("insets move the house out from under what covers it", () => {
  const { made } = flight();
  made.setInsets({ right: 300 });
  const [left] = toScreen(made.camera, made.viewport, 0, 0), [right] = toScreen(made.camera, made.viewport, 1000, 0);
  near(left, 68);
  near(right, 632);
});

Deno.test("a flight ends where it was sent and then stands", () => {
  const { made } = flight();
  const to = made.over(200, 100, 26);
  made.go(to, 1000);
  same(made.advance(1000), true);
  same(made.advance(1200), true);
  holds(made.camera.scale > 0.864 && made.camera.scale < 2.6, "a scale on the way");
  same(made.advance(5000), false);
  same(made.camera, to);
  same(made.isHome, false);
});

Deno.test("without motion it is there at once", () => {
  const { made } = flight();
  made.go(made.over(200, 100, 26), null);
  same([made.camera.x, made.camera.y, made.isFlying], [200, 100, false]);
});

Deno.test("a fling runs out, and a finger stops it", () => {
  const { made } = flight();
  made.go(made.over(500, 250, 30), null);
  made.fling(-1, 0, 0);
  let now = 0;
  while (made.advance(now) && now < 10_000) now += 16;
  holds(made.camera.x > 550 && now < 3000, "a move to the right that ended");
  made.fling(1, 0, now);
  made.stop();
  same(made.advance(now + 16), false);
});

Deno.test("a box too large to see whole is shown around the point asked for", () => {
  const { made } = flight();
  const close = made.closeTo([0, 0, 400, 400], 20, 30, 390);
  near(close.scale, 2);
  const [left, bottom] = toScreen(close, made.viewport, 0, 400);
  near(left, 100); // fits across: in the middle
  near(bottom, 564); // not upright: its edge, with a little room
  near(made.closeTo([0, 0, 100, 100], 20).scale, 4.6);
});

Deno.test("a seat in view needs no move, one outside the least", () => {
  const { made } = flight();
  made.go(made.over(500, 250, 30), null);
  same(made.revealing(500, 250), null);
  const to = made.revealing(800, 250);
  holds(to !== null && Math.abs(toScreen(to, made.viewport, 800, 250)[0] - 930) < 1e-6, "the seat at the margin");
});
