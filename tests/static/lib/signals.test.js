// @ts-check
import { batch, computed, effect, signal, untracked } from "../../../static/lib/signals.js";
import { same, throws } from "../assert.js";

Deno.test("an effect runs at once and again after each change", () => {
  const count = signal(1);
  /** @type {number[]} */
  const seen = [];
  effect(() => void seen.push(count.value));
  count.value = 2;
  count.value = 2;
  same(seen, [1, 2]);
});

Deno.test("a diamond runs its end once per change and never mixed", () => {
  const base = signal(1);
  const left = computed(() => base.value + 1), right = computed(() => base.value * 10);
  /** @type {string[]} */
  const seen = [];
  effect(() => void seen.push(`${left.value}/${right.value}`));
  base.value = 2;
  same(seen, ["2/10", "3/20"]);
});

Deno.test("a computed that comes out the same stops the wave", () => {
  const base = signal(1);
  let runs = 0;
  const odd = computed(() => base.value % 2);
  effect(() => {
    odd.value;
    runs++;
  });
  base.value = 3;
  same(runs, 1);
  base.value = 4;
  same(runs, 2);
});

Deno.test("a computed is lazy", () => {
  let runs = 0;
  const base = signal(1);
  const twice = computed(() => (runs++, base.value * 2));
  same(runs, 0);
  same(twice.value, 2);
  base.value = 5;
  same(runs, 1);
  same(twice.value, 10);
});

Deno.test("dependencies follow the branch that was taken", () => {
  const which = signal(true), a = signal(1), b = signal(2);
  let runs = 0;
  effect(() => {
    runs++;
    which.value ? a.value : b.value;
  });
  b.value = 3;
  same(runs, 1);
  which.value = false;
  a.value = 9;
  same(runs, 2);
});

Deno.test("an effect inside an effect ends when the outer one runs again", () => {
  const outer = signal(0), inner = signal(0);
  let runs = 0;
  effect(() => {
    outer.value;
    effect(() => {
      inner.value;
      runs++;
    });
  });
  outer.value = 1;
  runs = 0;
  inner.value = 1;
  same(runs, 1);
});

Deno.test("a disposed effect is cleaned up and stays quiet", () => {
  const count = signal(0);
  /** @type {string[]} */
  const log = [];
  const stop = effect(() => {
    log.push(`run ${count.value}`);
    return () => log.push("clean");
  });
  count.value = 1;
  stop();
  count.value = 2;
  same(log, ["run 0", "clean", "run 1", "clean"]);
});

Deno.test("a batch holds effects back", () => {
  const a = signal(1), b = signal(2);
  /** @type {number[]} */
  const seen = [];
  effect(() => void seen.push(a.value + b.value));
  batch(() => {
    a.value = 10;
    b.value = 20;
  });
  same(seen, [3, 30]);
});

Deno.test("one effect that throws does not keep the others from running", () => {
  const count = signal(0);
  let other = 0;
  effect(() => {
    if (count.value === 1) throw new Error("broken");
  });
  effect(() => void (other = count.value));
  throws(() => (count.value = 1), "broken");
  same(other, 1);
  count.value = 2;
  same(other, 2);
});

Deno.test("a computed that threw works again after its source changed", () => {
  const count = signal(0);
  const risky = computed(() => {
    if (count.value === 0) throw new Error("zero");
    return 1 / count.value;
  });
  throws(() => risky.value, "zero");
  count.value = 2;
  same(risky.value, 0.5);
});

Deno.test("effects that chase each other are stopped", () => {
  const count = signal(0);
  throws(() => effect(() => void (count.value = count.value + 1)), "rounds");
});

Deno.test("an untracked read makes no dependency", () => {
  const count = signal(0);
  let runs = 0;
  effect(() => {
    untracked(() => count.value);
    runs++;
  });
  count.value = 1;
  same(runs, 1);
});
