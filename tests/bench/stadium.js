// @ts-check
/** A stadium of 50,000 seats in three tiers round a pitch, in the wire format of a plan. */

const TIERS = [
  { name: "Lower", category: 0, blocks: 28, rows: 22, radius: 0 },
  { name: "Club", category: 1, blocks: 32, rows: 14, radius: 330 },
  { name: "Upper", category: 2, blocks: 36, rows: 22, radius: 560 },
];
const SEAT = 10, ROW = 12;
const HALF_WIDTH = 700, HALF_HEIGHT = 430, CORNER = 300;

/** A point on the rounded rectangle `off` outside the pitch, a share of the way round. @param {number} share @param {number} off */
function onRing(share, off) {
  const w = HALF_WIDTH - CORNER, h = HALF_HEIGHT - CORNER, r = CORNER + off;
  const arc = (Math.PI / 2) * r, length = 4 * arc + 4 * w + 4 * h;
  let at = share * length;
  /** @type {[number, number, number, number, number][]} centre x, centre y, first angle, run along x, y */
  const sides = [[w, -h, -90, 0, 2 * h], [w, h, 0, -2 * w, 0], [-w, h, 90, 0, -2 * h], [-w, -h, 180, 2 * w, 0]];
  for (const [cx, cy, angle, runX, runY] of sides) {
    if (at < arc) {
      const a = ((angle + (at / arc) * 90) * Math.PI) / 180;
      return { x: cx + r * Math.cos(a), y: cy + r * Math.sin(a), length };
    }
    at -= arc;
    const run = Math.abs(runX) + Math.abs(runY);
    const a = ((angle + 90) * Math.PI) / 180;
    if (at < run) {
      return { x: cx + r * Math.cos(a) + (runX * at) / run, y: cy + r * Math.sin(a) + (runY * at) / run, length };
    }
    at -= run;
  }
  return { x: w, y: -h - r, length };
}

/** @param {number} [limit] seats @returns {import("../../static/state/geometry.js").Geometry} */
export function stadium(limit = 50_000) {
  /** @type {import("../../static/state/geometry.js").Geometry} */
  const plan = {
    format: 1,
    name: "Synthetic stadium",
    width: 0,
    height: 0,
    scale: 1,
    firstSeatId: 1,
    count: 0,
    floors: [],
    focalPoint: [2000, 2000],
    categories: [{ name: "Lower", color: "#0072b2" }, { name: "Club", color: "#e69f00" }, {
      name: "Upper",
      color: "#009e73",
    }],
    sections: [],
    rows: [],
    x: [],
    y: [],
    category: [],
    flags: [],
    gaps: [],
    labels: [],
    areas: [{
      shape: "rectangle",
      x: 2000 - 620,
      y: 2000 - 350,
      width: 1240,
      height: 700,
      rotation: 0,
      points: [],
      text: "Pitch",
      size: 40,
      color: "#2e7d32",
      borderColor: "#2e7d32",
      floor: 0,
      kind: "stage",
      capacity: 0,
    }],
  };
  const at = (/** @type {number} */ share, /** @type {number} */ off) => {
    const point = onRing(((share % 1) + 1) % 1, off);
    return { x: Math.round(point.x + 2000), y: Math.round(point.y + 2000), length: point.length };
  };
  for (const { category, blocks, rows, radius } of TIERS) {
    for (let b = 0; b < blocks; b++) {
      const first = plan.count, section = plan.sections.length;
      const outline = /** @type {number[]} */ ([]);
      const from = b / blocks, to = (b + 1) / blocks;
      const edge = (/** @type {number} */ off, /** @type {boolean} */ back) => {
        const { length } = at(0, off), aisle = 14 / length;
        for (let k = 0; k <= 8; k++) {
          const t = back ? 1 - k / 8 : k / 8;
          const { x, y } = at(from + aisle + (to - from - 2 * aisle) * t, off);
          outline.push(x, y);
        }
      };
      for (let r = 0; r < rows && plan.count < limit; r++) {
        const off = 90 + radius + r * ROW;
        const { length } = at(0, off);
        const seats = Math.min(Math.floor(((to - from) * length - 44) / SEAT), limit - plan.count);
        plan.rows.push({ label: String(r + 1), kind: "row", section, first: plan.count, count: seats });
        plan.labels.push(["1", 1, seats]);
        const start = (from + to) / 2 - ((seats - 1) * SEAT) / 2 / length;
        let px = 0, py = 0;
        for (let s = 0; s < seats; s++) {
          const { x, y } = at(start + (s * SEAT) / length, off);
          plan.x.push(s === 0 ? x : x - px);
          plan.y.push(s === 0 ? y : y - py);
          [px, py] = [x, y];
        }
        plan.count += seats;
      }
      if (plan.count === first) continue;
      edge(80 + radius, false);
      edge(90 + radius + (rows - 1) * ROW + 10, true);
      plan.category.push(category, plan.count - first);
      plan.sections.push({
        name: String((category + 1) * 100 + b + 1),
        zone: TIERS[category].name,
        entrance: "",
        floor: 0,
        first,
        count: plan.count - first,
        outline,
      });
    }
  }
  plan.flags.push(0, plan.count);
  return plan;
}
