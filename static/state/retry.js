// @ts-check
/**
 * Trying again with growing pauses: 2, 4, 8 s, never more than 10 s, three times.
 * The function is called as it is each time, so what it sends (its idempotency key) stays the same.
 */

export const ATTEMPTS = 3;
const LONGEST_MS = 10_000;

/**
 * @param {number} attempt 1 for the first retry
 */
export function delayBefore(attempt) {
  return Math.min(1000 * 2 ** attempt, LONGEST_MS);
}

/**
 * Calls `work`; after a failure that `isRetryable`, waits and calls it again. The last failure is
 * thrown as it came.
 * @template T
 * @param {() => Promise<T>} work
 * @param {{
 *   isRetryable?: (error: any) => boolean,
 *   onRetry?: (attempt: number, delayMs: number, error: any) => void,
 *   sleep?: (ms: number, signal?: AbortSignal) => Promise<void>,
 *   signal?: AbortSignal,
 * }} [options]
 * @returns {Promise<T>}
 */
export async function retryWithBackoff(
  work,
  { isRetryable = () => true, onRetry, sleep = pause, signal } = {},
) {
  for (let attempt = 1;; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt > ATTEMPTS || signal?.aborted || !isRetryable(error)) throw error;
      const delayMs = delayBefore(attempt);
      onRetry?.(attempt, delayMs, error);
      await sleep(delayMs, signal);
    }
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>} rejects with the signal's reason when it is aborted
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(done, ms);
    function done() {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}
