// @ts-check
/** Small and large houses for the tests and the bench, in the wire format of a plan. */

/** @typedef {import("../../static/state/geometry.js").Geometry} Geometry */

/**
 * A straight block: `rowCount` rows of `seatCount`, 10 apart, first seat at (x, y).
 * @typedef {{ name: string, x: number, y: number, rowCount: number, seatCount: number, category?: number }} Block
 * @param {Block[]} blocks
 * @param {Partial<Geometry>} [more]
 * @returns {Geometry}
 */
export function house(blocks, more = {}) {
  /** @type {Geometry} */
  const plan = {
    format: 1,
    name: "test house",
    width: 0,
    height: 0,
    scale: 1,
    firstSeatId: 1000,
    count: 0,
    floors: [],
    focalPoint: null,
    categories: [{ name: "Stalls", color: "#0072b2" }, { name: "Circle", color: "#d55e00" }],
    sections: [],
    rows: [],
    x: [],
    y: [],
    category: [],
    flags: [],
    gaps: [],
    labels: [],
    areas: [],
  };
  blocks.forEach(({ name, x, y, rowCount, seatCount, category = 0 }, section) => {
    const first = plan.count, right = x + seatCount * 10 - 5, bottom = y + rowCount * 10 - 5;
    for (let r = 0; r < rowCount; r++) {
      plan.rows.push({
        label: String.fromCharCode(65 + r),
        kind: "row",
        section,
        first: plan.count,
        count: seatCount,
      });
      plan.labels.push(["1", 1, seatCount]);
      for (let s = 0; s < seatCount; s++) {
        plan.x.push(s === 0 ? x : 10);
        plan.y.push(s === 0 ? y + r * 10 : 0);
      }
      plan.count += seatCount;
    }
    plan.category.push(category, rowCount * seatCount);
    plan.sections.push({
      name,
      first,
      count: plan.count - first,
      outline: [x - 5, y - 5, right, y - 5, right, bottom, x - 5, bottom],
    });
  });
  plan.flags.push(0, plan.count);
  return { ...plan, ...more };
}

/**
 * A status body as the server packs it.
 * @param {{ epoch?: string, seq?: number, versionBase?: number, firstSeatId?: number, states: number[], versions: number[] }} parts
 * @returns {ArrayBuffer}
 */
export function statusBody({ epoch = "e1", seq = 1, versionBase = 0, firstSeatId = 1000, states, versions }) {
  const header = new TextEncoder().encode(
    JSON.stringify({ epoch, seq, versionBase, firstSeatId, count: states.length, serverTime: "2026-01-09T12:00:00Z" }),
  );
  /** @type {number[]} */
  const packed = [];
  for (const version of versions) {
    let rest = version - versionBase;
    while (rest > 127) {
      packed.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    packed.push(rest);
  }
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, header.length, true);
  return new Uint8Array([...new TextEncoder().encode("HFS1"), ...size, ...header, ...states, ...packed]).buffer;
}
