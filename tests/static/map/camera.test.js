// @ts-check
import * as camera from "../../../static/map/camera.js";
import { holds, near, same } from "../assert.js";

const view = { width: 800, height: 600 };

Deno.test("screen and plan places are each other's inverse", () => {
  const at = { x: 50, y: 20, scale: 4 };
  const [sx, sy] = camera.toScreen(at, view, 60, 10);
  same([sx, sy], [440, 260]);
  same(camera.toWorld(at, view, sx, sy), [60, 10]);
});

Deno.test("fit shows the whole box in the middle", () => {
  const at = camera.fit([0, 0, 100, 300], view, 50);
  same([at.x, at.y], [50, 150]);
  near(at.scale, 500 / 300);
});

Deno.test("zooming keeps the point under the finger", () => {
  const limits = { min: 0.5, max: 10 };
  const before = { x: 0, y: 0, scale: 1 };
  const held = camera.toWorld(before, view, 123, 456);
  const after = camera.zoomAbout(before, view, 123, 456, 3, limits);
  const [wx, wy] = camera.toWorld(after, view, 123, 456);
  near(wx, held[0]);
  near(wy, held[1]);
  near(after.scale, 3);
  near(camera.zoomAbout(before, view, 0, 0, 100, limits).scale, 10);
  near(camera.zoomAbout(before, view, 0, 0, 0.01, limits).scale, 0.5);
});

Deno.test("clamp centres a small plan and keeps a large one in reach", () => {
  same(camera.clamp({ x: 900, y: -40, scale: 1 }, [0, 0, 100, 100], view, 20), { x: 50, y: 50, scale: 1 });
  same(camera.clamp({ x: -500, y: 5000, scale: 1 }, [0, 0, 2000, 2000], view, 100), { x: 300, y: 1800, scale: 1 });
});

Deno.test("a tween starts and ends where it should and is steady between", () => {
  const from = { x: 0, y: 0, scale: 1 }, to = { x: 300, y: 100, scale: 8 };
  same(camera.between(from, to, 0), from);
  const end = camera.between(from, to, 1);
  near(end.x, 300);
  near(end.scale, 8);
  // The point that both cameras draw in one place never leaves it.
  const fixed = (to.x * to.scale - from.x * from.scale) / (to.scale - from.scale);
  const start = camera.toScreen(from, view, fixed, 0)[0];
  for (let t = 0; t <= 1; t += 0.1) near(camera.toScreen(camera.between(from, to, t), view, fixed, 0)[0], start, 1e-6);
});

Deno.test("a tween of equal scale is a straight pan", () => {
  const half = camera.between({ x: 0, y: 0, scale: 2 }, { x: 10, y: 20, scale: 2 }, 0.5);
  near(half.x, 5);
  near(half.y, 10);
});

Deno.test("a glide slows down and covers the same way in one step or many", () => {
  const whole = camera.glide(1, 160);
  let velocity = 1, distance = 0;
  for (let n = 0; n < 10; n++) {
    const part = camera.glide(velocity, 16);
    distance += part.distance;
    velocity = part.velocity;
  }
  near(distance, whole.distance, 1e-9);
  holds(velocity < 1 && velocity > 0, "a falling velocity");
});

Deno.test("the middle of the view stays on the plan", () => {
  same(camera.onPlan({ x: -500, y: 70, scale: 3 }, [0, 0, 100, 100]), { x: 0, y: 70, scale: 3 });
});
