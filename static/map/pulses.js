// @ts-check
/** Seats that just changed, and how far the ring around each has faded. */

const PULSE_MS = 750;
const PULSES_MAX = 160; // more at once would be noise, and slow

export class Pulses {
  /** @type {Map<number, number>} seat → when it began */
  #began = new Map();
  /** @type {Map<number, number>} seat → how far it is, 0 to 1 */
  ages = new Map();

  get isEmpty() {
    return this.#began.size === 0 && this.ages.size === 0;
  }

  /** @param {Iterable<number>} seats @param {number} now ms */
  add(seats, now) {
    for (const seat of seats) {
      if (this.#began.size >= PULSES_MAX && !this.#began.has(seat)) return;
      this.#began.set(seat, now);
    }
  }

  /** Works out `ages`; those that are over are gone. @param {number} now */
  advance(now) {
    this.ages.clear();
    for (const [seat, began] of this.#began) {
      const age = Math.max(0, (now - began) / PULSE_MS);
      if (age < 1) this.ages.set(seat, age);
      else this.#began.delete(seat);
    }
  }
}
