// @ts-check
import { delayBefore, pause, retryWithBackoff } from "../../../static/state/retry.js";
import { equal, failure, test } from "../check.js";

/** @param {number} failures */
function flaky(failures) {
  const calls = { made: 0 };
  const work = () =>
    ++calls.made <= failures ? Promise.reject(new Error(`fault ${calls.made}`)) : Promise.resolve("ok");
  return { calls, work };
}

const instantly = () => Promise.resolve();

test("pauses grow 2, 4, 8 seconds and never past 10", () => {
  equal([1, 2, 3, 4, 9].map(delayBefore), [2000, 4000, 8000, 10000, 10000]);
});

test("a third retry that works is the answer", async () => {
  const { calls, work } = flaky(3);
  /** @type {number[][]} */
  const told = [];
  const result = await retryWithBackoff(work, {
    sleep: instantly,
    onRetry: (attempt, ms) => told.push([attempt, ms]),
  });
  equal([result, calls.made, told], ["ok", 4, [[1, 2000], [2, 4000], [3, 8000]]]);
});

test("after three retries the last failure is thrown as it came", async () => {
  const { calls, work } = flaky(9);
  const error = await failure(retryWithBackoff(work, { sleep: instantly }));
  equal([error.message, calls.made], ["fault 4", 4]);
});

test("what cannot be mended is not tried again", async () => {
  const { calls, work } = flaky(9);
  await failure(retryWithBackoff(work, { sleep: instantly, isRetryable: () => false }));
  equal(calls.made, 1);
});

test("leaving the page ends the waiting", async () => {
  const { calls, work } = flaky(9);
  const leaving = new AbortController();
  const error = await failure(retryWithBackoff(work, {
    signal: leaving.signal,
    onRetry: () => leaving.abort(new Error("left")),
  }));
  equal([error.message, calls.made], ["left", 1]);
});

test("a pause already ended does not start", async () => {
  equal((await failure(pause(60_000, AbortSignal.abort(new Error("gone"))))).message, "gone");
});
