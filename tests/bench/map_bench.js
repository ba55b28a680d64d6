// @ts-check
/** The map alone, with the plan at `?plan=URL`. `bench` is driven from Python, which prints the figures. */
import "../../static/map/seat-map.js";
import { STATUSES } from "../../static/lib/wire-codes.js";
import { createSeatStore, MINE, SELECTED } from "../../static/state/seat-store.js";

/** @typedef {import("../../static/map/seat-map.js").SeatMap} SeatMap */

const geometry = await (await fetch(new URLSearchParams(location.search).get("plan") ?? "stadium.json")).json();
const opened = performance.now();
const store = createSeatStore(geometry);
const openedMs = performance.now() - opened;
const map = /** @type {SeatMap} */ (document.querySelector("seat-map"));
map.store = store;
map.priceText = () => "45.00 EUR";
/** @type {[string, object][]} what the map told, for tests */
const heard = [];
for (const type of ["seat-activate", "section-activate"]) {
  map.addEventListener(type, (event) => heard.push([type, /** @type {CustomEvent} */ (event).detail]));
}
map.addEventListener("seat-activate", (event) => {
  const { index } = /** @type {CustomEvent} */ (event).detail;
  if (store.isAvailable(index)) store.setMark(index, store.mark[index] ? 0 : SELECTED);
});

let seed = 12345;
const random = () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};
const nextFrame = () => new Promise((/** @type {(now: number) => void} */ done) => requestAnimationFrame(done));

let version = 1;
/** @param {number} count @returns {import("../../static/state/seat-store.js").Change[]} */
function changes(count) {
  version++;
  return Array.from({ length: count }, () => {
    const i = Math.floor(random() * store.count);
    const status = STATUSES[random() < 0.5 ? 0 : random() < 0.5 ? 1 : 2];
    return [store.idOf(i), status, version];
  });
}

/** @param {number[]} values @param {number} part */
const quantile = (values, part) =>
  values.sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];

const bench = {
  store,
  map,
  heard,
  openedMs,
  /** Sells the house unevenly, as houses sell: by section, front first. @param {number} share */
  sell(share) {
    version++;
    /** @type {import("../../static/state/seat-store.js").Change[]} */
    const list = [];
    for (const section of store.sections) {
      const own = share * (0.4 + 1.2 * random());
      for (let i = section.first; i < section.first + section.count;) {
        const run = 1 + Math.floor(random() * 4);
        const depth = (i - section.first) / section.count;
        const draw = random();
        const taken = draw < own * (1.35 - 0.7 * depth);
        for (const end = Math.min(i + run, section.first + section.count); i < end; i++) {
          if (taken) list.push([store.idOf(i), random() < 0.12 ? "RESERVED" : "BOOKED", version]);
          else if (draw > 0.985) list.push([store.idOf(i), "BLOCKED", version]);
        }
      }
    }
    store.applyChanges(list);
  },
  /** Marks a few free seats near the middle of a section. @param {number} s */
  mark(s) {
    const { first, count } = store.sections[s];
    let found = 0;
    for (let i = first + (count >> 1); i < store.count && found < 6; i++) {
      if (store.isAvailable(i)) store.setMark(i, found++ < 3 ? SELECTED : MINE);
    }
  },
  /** Zooms about the middle of a section until seats are this far apart. @param {number} pitch CSS pixels */
  zoomToPitch(pitch, s = store.sections.length >> 1) {
    const { first, count } = store.sections[s];
    map.zoomToSeat(first + (count >> 1));
    map.zoomBy(pitch / (store.pitch * 26 / store.pitch));
  },
  async settled() {
    while (map.busy) await nextFrame();
    await nextFrame();
  },
  /** Full redraws, one per frame, at the current view. @param {number} rounds */
  async redraws(rounds) {
    /** @type {number[]} */
    const times = [];
    for (let n = 0; n < rounds; n++) {
      map.floor = -1; // makes everything dirty
      await nextFrame();
      times.push(map.drawMs);
    }
    return { median: quantile(times, 0.5), p95: quantile(times, 0.95), max: Math.max(...times) };
  },
  /** 1,000 changes a second while the house is dragged about. @param {number} ms */
  async stream(ms) {
    /** @type {number[]} */
    const frames = [], /** @type {number[]} */ long = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) long.push(entry.duration);
    });
    observer.observe({ type: "longtask" });
    const stage = /** @type {HTMLElement} */ (map.querySelector(".map-stage"));
    const pointer = (/** @type {string} */ type, /** @type {number} */ x, /** @type {number} */ y) =>
      stage.dispatchEvent(
        new PointerEvent(type, {
          pointerId: 1,
          clientX: x,
          clientY: y,
          button: 0,
          buttons: 1,
          pointerType: "mouse",
          bubbles: true,
        }),
      );
    stage.setPointerCapture = () => {}; // a made-up pointer cannot be captured
    const start = performance.now();
    let last = start, owed = 0, feed = 0, draw = 0;
    pointer("pointerdown", 640, 400);
    while (last - start < ms) {
      const now = await nextFrame();
      frames.push(now - last);
      owed += now - last;
      last = now;
      const before = performance.now();
      store.applyChanges(changes(Math.floor(owed)));
      owed -= Math.floor(owed);
      const t = (now - start) / 700;
      pointer("pointermove", 640 + 180 * Math.sin(t), 400 + 120 * Math.cos(t * 1.3));
      feed = Math.max(feed, performance.now() - before);
      draw = Math.max(draw, map.drawMs);
    }
    pointer("pointerup", 640, 400);
    observer.disconnect();
    frames.shift();
    return {
      median: quantile(frames, 0.5),
      p95: quantile(frames, 0.95),
      long: long.length,
      longest: Math.max(0, ...long),
      feed,
      draw,
    };
  },
};
Object.assign(globalThis, { bench });
document.documentElement.dataset.bench = "ready";
