// @ts-check
/**
 * A picture for an event that has none: a house seen from above, drawn from the event's number, so
 * that the same event always looks the same. Pure decoration; hidden from assistive technology.
 */
import { svg } from "../lib/dom.js";

const WIDTH = 400;
const HEIGHT = 240;
/** Pairs of curtain and light, chosen to keep their contrast in both themes. */
const INKS = /** @type {const} */ ([
  ["#2b1a4a", "#ffb829"],
  ["#0f3d3e", "#f5d76e"],
  ["#5a1030", "#ffc7a1"],
  ["#13294b", "#8fd3ff"],
  ["#3a2a10", "#ffd166"],
  ["#1d3a24", "#c3f28c"],
]);

/** @param {number} eventId @param {number} [taken] share of seats sold, 0–1: those are drawn dim */
export function poster(eventId, taken = 0.35) {
  const random = generator(eventId);
  const [ground, light] = INKS[eventId % INKS.length] ?? INKS[0];
  const rows = 6 + Math.floor(random() * 3);
  const bend = 0.7 + random() * 0.5;
  const seats = [];
  for (let row = 0; row < rows; row++) {
    const radius = 74 + row * 23;
    const count = 9 + row * 3;
    for (let seat = 0; seat < count; seat++) {
      if (seat === Math.floor(count / 3) || seat === Math.floor((2 * count) / 3)) continue;
      const angle = (seat / (count - 1) - 0.5) * bend * Math.PI;
      const isTaken = random() < taken;
      seats.push(svg("circle", {
        cx: (WIDTH / 2 + Math.sin(angle) * radius * 1.15).toFixed(1),
        cy: (18 + Math.cos(angle) * radius).toFixed(1),
        r: isTaken ? 3.2 : 5.4,
        fill: light,
        opacity: isTaken ? 0.28 : (0.72 + random() * 0.28).toFixed(2),
      }));
    }
  }
  return svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      class: "poster",
      preserveAspectRatio: "xMidYMin slice",
      "aria-hidden": "true",
      focusable: "false",
    },
    svg("rect", { width: WIDTH, height: HEIGHT, fill: ground }),
    svg("path", {
      d: `M${WIDTH / 2 - 62} 22 Q${WIDTH / 2} 46 ${WIDTH / 2 + 62} 22`,
      stroke: light,
      "stroke-width": 6,
      "stroke-linecap": "round",
      fill: "none",
    }),
    ...seats,
  );
}

/** Mulberry32: small, even, and the same everywhere. @param {number} seed */
function generator(seed) {
  let state = (seed + 1) * 0x9e3779b1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
