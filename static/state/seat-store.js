// @ts-check
/**
 * Every seat of one event, as arrays by seat index, kept current by the compact status and by
 * changes off the socket. A seat's version only rises, so frames may come late, twice or reordered.
 *
 * Owns: status, version, marks, counts. Never: draws, or talks to the server.
 */
import { seatWithoutRow } from "../lib/seat-labels.js";
import { createGrid } from "../lib/uniform-grid.js";
import { STATUSES } from "../lib/wire-codes.js";
import { createAreas } from "./areas.js";
import { ACCESSIBLE, unpack } from "./geometry.js";

/** @typedef {import("./geometry.js").Geometry} Geometry */

export const AVAILABLE = 0, RESERVED = 1, BOOKED = 2, BLOCKED = 3;
/** What this page lays over a seat's status. */
export const UNMARKED = 0, SELECTED = 1, RESERVING = 2, MINE = 3;

/** By name; a seat being paid for is shown as held. @type {Map<string, number>} */
const STATUS_CODE = new Map([...STATUSES.map((name, code) => /** @type {const} */ ([name, code])), [
  "PAYING",
  RESERVED,
]]);
const MAGIC = 0x31534648; // "HFS1", little-endian
const PITCH_SAMPLES = 400;

/**
 * @typedef {[seatId: number, status: string, version: number, reservedUntil?: string | null]} Change
 * @typedef {object} StatusHeader
 * @property {string} epoch
 * @property {number} seq
 * @property {number} versionBase
 * @property {number} firstSeatId
 * @property {number} count
 * @property {string} serverTime
 * @property {import("./areas.js").AreaCount[]} [areas]
 *
 * @typedef {object} Counts read them, never write them
 * @property {number} available
 * @property {number} total
 * @property {Int32Array} sectionAvailable
 * @property {Int32Array} sectionTotal
 * @property {Int32Array} categoryAvailable
 * @property {Int32Array} categoryTotal
 * @property {Int32Array} cells available seats by section × category: `s * categories + c`
 * @property {Int32Array} cellTotals all seats, likewise
 *
 * @typedef {(indexes: Int32Array | null, what: "status" | "mark") => void} Listener null: any seat
 * @typedef {ReturnType<typeof createSeatStore>} SeatStore
 */

/** @param {Geometry} geometry */
export function createSeatStore(geometry) {
  const layout = unpack(geometry);
  const { x, y, category, flags, gapAfter, section, row, sections } = layout;
  const { count, firstSeatId, categories, rows } = geometry;
  const status = new Uint8Array(count), mark = new Uint8Array(count);
  const version = new Float64Array(count).fill(-1);
  const grid = createGrid(x, y);
  const areas = createAreas(geometry.standing ?? []);
  const counts = countAll(sections.length, categories.length, section, category);
  /** @type {Set<Listener>} */
  const listeners = new Set();

  const tell = (/** @type {Int32Array | null} */ indexes, /** @type {"status" | "mark"} */ what) => {
    for (const listener of listeners) listener(indexes, what);
  };

  /** @param {number} i @param {number} next */
  function setStatus(i, next) {
    const step = Number(next === AVAILABLE) - Number(status[i] === AVAILABLE);
    status[i] = next;
    if (step === 0) return;
    counts.available += step;
    counts.sectionAvailable[section[i]] += step;
    counts.categoryAvailable[category[i]] += step;
    counts.cells[section[i] * categories.length + category[i]] += step;
  }

  /** @param {number} i */
  const label = (i) => {
    const labels = geometry.labels[row[i]], at = i - rows[row[i]].first;
    return typeof labels[1] === "number" ? String(Number(labels[0]) + at * labels[1]) : String(labels[at] ?? at + 1);
  };

  return {
    geometry,
    count,
    x,
    y,
    status,
    version,
    category,
    flags,
    gapAfter,
    section,
    row,
    mark,
    rows,
    sections,
    categories,
    counts,
    /** Standing areas, which are sold by number. */
    areas,
    grid,
    box: layout.box,
    /** Distance between neighbouring seats, in plan units: the yardstick of the zoom levels. */
    pitch: typicalPitch(x, y, grid),

    label,
    /** What stands after the row's name, on the map and in words. @param {number} i */
    seatLabel: (i) => seatWithoutRow(rows[row[i]].label, label(i), rows[row[i]].kind),
    /** @param {number} i */
    rowLabel: (i) => rows[row[i]].label,
    /** @param {number} i */
    sectionName: (i) => sections[section[i]].name,
    /** @param {number} i */
    categoryName: (i) => categories[category[i]].name,
    /** @param {number} i */
    idOf: (i) => firstSeatId + i,
    /** -1 for a seat of another plan. @param {number} id */
    indexOf: (id) => (id >= firstSeatId && id < firstSeatId + count ? id - firstSeatId : -1),
    /** @param {number} i */
    isAvailable: (i) => status[i] === AVAILABLE,

    /**
     * Takes a whole status body; seats already newer here stay as they are.
     * @param {ArrayBuffer} body
     * @returns {StatusHeader}
     * @throws {Error} when the body is damaged or of another plan; nothing is changed then
     */
    applyStatus(body) {
      const { header, states, versions } = readStatus(body);
      if (header.firstSeatId !== firstSeatId || header.count !== count) {
        throw new Error(
          `expected status of ${count} seats from ${firstSeatId}, got ${header.count} from ${header.firstSeatId}`,
        );
      }
      for (let i = 0; i < count; i++) {
        if (versions[i] <= version[i]) continue;
        version[i] = versions[i];
        setStatus(i, states[i]);
      }
      tell(null, "status");
      areas.apply(header.areas ?? []);
      return header;
    },

    /**
     * Takes changes in any order; returns the indexes whose status is now another.
     * @param {readonly Change[]} changes
     */
    applyChanges(changes) {
      /** @type {number[]} */
      const changed = [];
      for (const [id, name, next] of changes) {
        const i = id - firstSeatId, code = STATUS_CODE.get(name);
        if (i < 0 || i >= count || code === undefined || next <= version[i]) continue;
        version[i] = next;
        if (status[i] === code) continue;
        setStatus(i, code);
        changed.push(i);
      }
      const indexes = Int32Array.from(changed);
      if (indexes.length > 0) tell(indexes, "status");
      return indexes;
    },

    /** @param {number} i @param {number} next UNMARKED, SELECTED, RESERVING or MINE */
    setMark(i, next) {
      if (mark[i] === next) return;
      mark[i] = next;
      tell(Int32Array.of(i), "mark");
    },

    /** The same mark on many seats, told once. @param {Iterable<number>} indexes @param {number} next */
    setMarks(indexes, next) {
      const changed = Int32Array.from([...indexes].filter((i) => mark[i] !== next));
      for (const i of changed) mark[i] = next;
      if (changed.length > 0) tell(changed, "mark");
    },

    /** @param {Listener} listener @returns {() => void} stops it */
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    /** The seats directly beside this one: same row, no aisle between. @param {number} i @returns {number[]} */
    neighbours(i) {
      /** @type {number[]} */
      const out = [];
      if (i > 0 && row[i - 1] === row[i] && !gapAfter[i - 1]) out.push(i - 1);
      if (i + 1 < count && row[i + 1] === row[i] && !gapAfter[i]) out.push(i + 1);
      return out;
    },

    /**
     * The nearest free and unmarked seat of the same category and kind, or -1.
     * @param {number} i @param {(candidate: number) => boolean} [accept]
     */
    nearestEqual(i, accept) {
      return grid.nearest(
        x[i],
        y[i],
        Infinity,
        (k) =>
          k !== i && category[k] === category[i] && status[k] === AVAILABLE && mark[k] === UNMARKED &&
          (flags[k] & ACCESSIBLE) === (flags[i] & ACCESSIBLE) &&
          sections[section[k]].floor === sections[section[i]].floor && (!accept || accept(k)),
      );
    },
  };
}

/**
 * @param {number} sectionCount @param {number} categoryCount
 * @param {Uint16Array} section @param {Uint8Array} category
 * @returns {Counts} with every seat available
 */
function countAll(sectionCount, categoryCount, section, category) {
  const sectionTotal = new Int32Array(sectionCount), categoryTotal = new Int32Array(categoryCount);
  const cellTotals = new Int32Array(sectionCount * categoryCount);
  for (let i = 0; i < section.length; i++) {
    sectionTotal[section[i]]++;
    categoryTotal[category[i]]++;
    cellTotals[section[i] * categoryCount + category[i]]++;
  }
  return {
    available: section.length,
    total: section.length,
    sectionAvailable: sectionTotal.slice(),
    sectionTotal,
    categoryAvailable: categoryTotal.slice(),
    categoryTotal,
    cells: cellTotals.slice(),
    cellTotals,
  };
}

/** @param {ArrayBuffer} body */
function readStatus(body) {
  const view = new DataView(body);
  if (body.byteLength < 8 || view.getUint32(0, true) !== MAGIC) throw new Error("expected a status body (HFS1)");
  const headerLength = view.getUint32(4, true);
  const bytes = new Uint8Array(body);
  /** @type {StatusHeader} */
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  const states = bytes.subarray(8 + headerLength, 8 + headerLength + header.count);
  const versions = new Float64Array(header.count);
  let at = 8 + headerLength + header.count;
  for (let i = 0; i < header.count; i++) {
    let value = 0, unit = 1, byte = 0x80;
    while (byte & 0x80) {
      if (at >= bytes.length) throw new Error(`expected ${header.count} versions, got ${i}`);
      byte = bytes[at++];
      value += (byte & 0x7f) * unit; // not shifts: versions pass 2^31
      unit *= 128;
    }
    versions[i] = header.versionBase + value;
    if (states[i] > BLOCKED) throw new Error(`expected a status of 0 to ${BLOCKED}, got ${states[i]}`);
  }
  return { header, states, versions };
}

/**
 * A low percentile of the distance to the nearest seat, so that seats drawn this wide rarely touch.
 * @param {Float32Array} x @param {Float32Array} y @param {import("../lib/uniform-grid.js").UniformGrid} grid
 */
function typicalPitch(x, y, grid) {
  const step = Math.max(1, Math.floor(x.length / PITCH_SAMPLES));
  /** @type {number[]} */
  const distances = [];
  for (let i = 0; i < x.length; i += step) {
    const k = grid.nearest(x[i], y[i], Infinity, (other) => other !== i && (x[other] !== x[i] || y[other] !== y[i]));
    if (k >= 0) distances.push(Math.hypot(x[k] - x[i], y[k] - y[i]));
  }
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length * 0.2)] ?? 1;
}
