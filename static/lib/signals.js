// @ts-check
/**
 * Reactive values in the push-pull style: a write marks what depends on it, a read recomputes only
 * what is marked, so a diamond of computeds runs each node once and never shows a mixed state.
 *
 * Owns: dependency links and the queue of effects. Never: touches the DOM.
 */

const CLEAN = 0, CHECK = 1, DIRTY = 2;
const RERUN_LIMIT = 100;

/** @template T @typedef {{ value: T, peek(): T }} Signal */
/** @template T @typedef {{ readonly value: T, peek(): T }} Computed */

/** @type {Node | null} */
let reader = null;
let depth = 0;
/** @type {Node[]} */
let queue = [];

class Node {
  /** @type {Set<Node>} */ sources = new Set();
  /** @type {Set<Node>} */ observers = new Set();
  /** @type {Node[]} effects started while this one ran; they end with it */ owned = [];
  /** @type {void | (() => void)} */ cleanup = undefined;
  /** @type {any} */ current;
  /** @type {(() => any) | null} */ compute;

  /** @param {(() => any) | null} compute @param {any} current @param {boolean} eager */
  constructor(compute, current, eager) {
    this.compute = compute;
    this.current = current;
    this.eager = eager;
    this.state = compute ? DIRTY : CLEAN;
  }

  get value() {
    try {
      return this.peek();
    } finally {
      // After the refresh, which would else mark the reader for what it is about to read.
      if (reader) {
        reader.sources.add(this);
        this.observers.add(reader);
      }
    }
  }

  set value(next) {
    if (Object.is(next, this.current)) return;
    this.current = next;
    batch(() => {
      for (const observer of this.observers) observer.mark(DIRTY);
    });
  }

  peek() {
    if (!this.eager) this.refresh();
    return this.current;
  }

  /** @param {number} state */
  mark(state) {
    const before = this.state;
    if (before >= state) return;
    this.state = state;
    if (before !== CLEAN) return;
    if (this.eager) queue.push(this);
    for (const observer of this.observers) observer.mark(CHECK);
  }

  refresh() {
    if (this.state === CHECK) {
      for (const source of this.sources) {
        source.refresh();
        if (/** @type {number} */ (this.state) === DIRTY) break;
      }
    }
    if (this.state === DIRTY) this.run();
    else this.state = CLEAN;
  }

  run() {
    if (!this.compute) return;
    this.unlink();
    this.state = CLEAN; // before it runs: what it writes itself may mark it again
    const outer = reader;
    reader = this;
    try {
      const next = this.compute();
      if (this.eager) this.cleanup = next;
      else if (!Object.is(next, this.current)) {
        this.current = next;
        for (const observer of this.observers) observer.state = DIRTY;
      }
    } catch (error) {
      if (!this.eager) this.state = DIRTY;
      throw error;
    } finally {
      reader = outer;
    }
  }

  unlink() {
    for (const source of this.sources) source.observers.delete(this);
    this.sources.clear();
    for (const child of this.owned.splice(0)) child.dispose();
    const cleanup = this.cleanup;
    this.cleanup = undefined;
    if (typeof cleanup === "function") cleanup();
  }

  dispose() {
    this.unlink();
    this.compute = null;
    this.state = CLEAN;
  }
}

/** A value that can be read and written. @template T @param {T} initial @returns {Signal<T>} */
export const signal = (initial) => new Node(null, initial, false);

/** A value worked out from others, when it is read. @template T @param {() => T} compute @returns {Computed<T>} */
export const computed = (compute) => new Node(compute, undefined, false);

/**
 * Runs `act` now and again after each change of what it read. `act` may return a clean-up.
 * @param {() => void | (() => void)} act
 * @returns {() => void} stops it
 */
export function effect(act) {
  const node = new Node(act, undefined, true);
  reader?.owned.push(node);
  batch(() => node.refresh());
  return () => node.dispose();
}

/** Reads without depending. @template T @param {() => T} read @returns {T} */
export function untracked(read) {
  const outer = reader;
  reader = null;
  try {
    return read();
  } finally {
    reader = outer;
  }
}

/**
 * Holds effects back until `act` returns. An effect that throws does not keep the others from
 * running; the first error is thrown at the end.
 * @template T @param {() => T} act @returns {T}
 */
export function batch(act) {
  depth++;
  try {
    return act();
  } finally {
    if (--depth === 0) flush();
  }
}

function flush() {
  /** @type {unknown[]} */
  const errors = [];
  depth++; // writes made by effects join this flush
  for (let round = 0; queue.length > 0; round++) {
    if (round === RERUN_LIMIT) {
      queue = [];
      errors.push(new Error(`effects still change what they read after ${RERUN_LIMIT} rounds`));
      break;
    }
    const due = queue;
    queue = [];
    for (const node of due) {
      try {
        node.refresh();
      } catch (error) {
        errors.push(error);
      }
    }
  }
  depth--;
  if (errors.length > 0) throw errors[0];
}
