// @ts-check
/**
 * The time left on a reservation. Everything is computed from the deadline and the server's clock,
 * so a sleeping laptop, a throttled tab or a missed tick changes nothing but when it is shown.
 * Owns: the warning and the expiry, each told once per deadline.
 */
import { batch, computed, signal } from "../lib/signals.js";
import { formatCountdown } from "../lib/time.js";

/** @typedef {ReturnType<typeof createReservationTimer>} ReservationTimer */

/**
 * @param {{
 *   onExpire?: () => void,
 *   onWarning?: () => void,
 *   warningThresholdSeconds?: number,
 *   now?: () => number,
 *   every?: (tick: () => void, ms: number) => (() => void),
 * }} [options] `now` is the server's time in ms; `every` runs a tick until its result is called
 */
export function createReservationTimer({
  onExpire,
  onWarning,
  warningThresholdSeconds = 60,
  now = Date.now,
  every = repeat,
} = {}) {
  const timeRemaining = signal(0);
  const isExpired = signal(false);
  const isRunning = signal(false);
  /** When it ends, ms of the server's clock; changes only with another deadline. 0 while none runs. */
  const deadline = signal(0);
  const timeRemainingFormatted = computed(() => formatCountdown(timeRemaining.value));
  const isWarning = computed(() => timeRemaining.value > 0 && timeRemaining.value <= warningThresholdSeconds);
  const total = signal(0);
  const progressPercentage = computed(() =>
    total.value > 0 ? Math.min(100, Math.max(0, (timeRemaining.value / total.value) * 100)) : 0
  );

  let warned = false;
  /** @type {(() => void) | null} */
  let stop = null;

  function halt() {
    stop?.();
    stop = null;
    isRunning.value = false;
  }

  /** Looks at the clock again; call it when a tab wakes up. */
  function tick() {
    if (!isRunning.peek()) return;
    const remaining = Math.max(0, Math.floor((deadline.peek() - now()) / 1000));
    timeRemaining.value = remaining;
    if (remaining === 0) {
      halt();
      isExpired.value = true;
      onExpire?.();
    } else if (remaining <= warningThresholdSeconds && !warned) {
      warned = true;
      onWarning?.();
    } else if (remaining > warningThresholdSeconds) {
      warned = false;
    }
  }

  return {
    timeRemaining,
    timeRemainingFormatted,
    isExpired,
    isWarning,
    isRunning,
    deadline,
    /** "09:27" as of now, for words that stand still. */
    remainingNow: () => formatCountdown((deadline.peek() - now()) / 1000),
    progressPercentage,
    tick,

    /**
     * Counts towards a deadline. The same deadline again changes nothing.
     * @param {string | number} expiresAt RFC 3339, or ms
     * @param {number} [totalSeconds] what 100 % means; without it the time left now
     */
    reset(expiresAt, totalSeconds) {
      const at = typeof expiresAt === "number" ? expiresAt : Date.parse(expiresAt);
      if (!Number.isFinite(at)) {
        throw new RangeError(`expected a time like 2026-01-09T12:10:00Z, got ${expiresAt}`);
      }
      if (isRunning.peek() && at === deadline.peek()) return tick();
      warned = false;
      batch(() => {
        deadline.value = at;
        isExpired.value = false;
        isRunning.value = true;
        total.value = totalSeconds ?? Math.max(1, Math.floor((at - now()) / 1000));
      });
      stop ??= every(tick, 250);
      tick();
    },

    /** Stops counting without an expiry. */
    clear() {
      halt();
      batch(() => {
        deadline.value = 0;
        timeRemaining.value = 0;
        isExpired.value = false;
        total.value = 0;
      });
    },
  };
}

/**
 * @param {() => void} tick
 * @param {number} ms
 */
function repeat(tick, ms) {
  const timer = setInterval(tick, ms);
  return () => clearInterval(timer);
}
