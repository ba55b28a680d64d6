// @ts-check
/**
 * The plan as the server sends it (columns, run lengths, deltas) unpacked into arrays by seat index.
 *
 * Owns: the shape of format 1. Never: knows a seat's status.
 */

export const ACCESSIBLE = 1, COMPANION = 2, RESTRICTED_VIEW = 4, SEMI_AMBULATORY = 8;

/**
 * @typedef {{ name: string, color: string, accessible?: boolean }} Category
 * @typedef {[string, number, number]} LabelRun first label, step, how many
 * @typedef {object} WireSection
 * @property {string} name
 * @property {string} [zone]
 * @property {string} [entrance]
 * @property {number} [floor]
 * @property {number} first
 * @property {number} count
 * @property {number[]} outline x and y by turns
 * @typedef {{ label: string, kind: string, section: number, first: number, count: number }} Row
 * @typedef {object} Area
 * @property {"polygon" | "rectangle" | "ellipse" | "circle" | "text"} shape
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {number} rotation degrees
 * @property {number[]} points
 * @property {string} text
 * @property {number} size
 * @property {string} color
 * @property {string} borderColor
 * @property {number} floor
 * @property {string} kind
 * @property {number} capacity
 * @typedef {object} Geometry
 * @property {number} format
 * @property {string} name
 * @property {number} width
 * @property {number} height
 * @property {number} scale
 * @property {number} firstSeatId
 * @property {number} count
 * @property {string[]} floors
 * @property {[number, number] | null} focalPoint
 * @property {Category[]} categories
 * @property {WireSection[]} sections
 * @property {Row[]} rows
 * @property {number[]} x
 * @property {number[]} y
 * @property {number[]} category
 * @property {number[]} flags
 * @property {number[]} gaps
 * @property {(LabelRun | string[])[]} labels
 * @property {Area[]} areas
 * @property {import("./areas.js").WireArea[]} [standing]
 *
 * @typedef {object} Section
 * @property {string} name
 * @property {string} zone
 * @property {string} entrance
 * @property {number} floor
 * @property {number} first index of its first seat
 * @property {number} count
 * @property {Float32Array} outline
 * @property {number} firstRow
 * @property {number} rowCount
 * @property {[number, number, number, number]} box left, top, right, bottom of outline and seats
 *
 * @typedef {object} Layout
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {Uint8Array} category
 * @property {Uint8Array} flags
 * @property {Uint8Array} gapAfter 1 where an aisle follows the seat
 * @property {Uint16Array} section
 * @property {Uint32Array} row
 * @property {Section[]} sections
 * @property {[number, number, number, number]} box of everything drawn
 */

/**
 * @param {Geometry} wire
 * @returns {Layout}
 * @throws {Error} when the columns do not fit together
 */
export function unpack(wire) {
  if (wire.format !== 1) throw new Error(`expected geometry format 1, got ${wire.format}`);
  const { count } = wire;
  if (wire.x.length !== count || wire.y.length !== count) {
    throw new Error(`expected ${count} coordinates, got ${wire.x.length} and ${wire.y.length}`);
  }
  const x = new Float32Array(count), y = new Float32Array(count);
  const section = new Uint16Array(count), row = new Uint32Array(count);
  let expected = 0;
  wire.rows.forEach((entry, r) => {
    if (entry.first !== expected) throw new Error(`expected row ${r} to start at ${expected}, got ${entry.first}`);
    expected += entry.count;
    let px = 0, py = 0;
    for (let i = entry.first; i < expected; i++) {
      x[i] = px += wire.x[i];
      y[i] = py += wire.y[i];
      row[i] = r;
      section[i] = entry.section;
    }
  });
  if (expected !== count) throw new Error(`expected rows to hold ${count} seats, got ${expected}`);
  const gapAfter = new Uint8Array(count);
  for (const i of wire.gaps) gapAfter[i] = 1;
  const sections = wire.sections.map((entry, s) => openSection(wire, entry, s, x, y));
  return {
    x,
    y,
    category: runs(wire.category, count, "category"),
    flags: runs(wire.flags, count, "flags"),
    gapAfter,
    section,
    row,
    sections,
    box: wholeBox(sections, wire.areas, wire.standing ?? []),
  };
}

/** @param {number[]} pairs value, how many, by turns @param {number} count @param {string} name */
function runs(pairs, count, name) {
  const out = new Uint8Array(count);
  let at = 0;
  for (let k = 0; k < pairs.length; k += 2) {
    out.fill(pairs[k], at, at + pairs[k + 1]);
    at += pairs[k + 1];
  }
  if (at !== count) throw new Error(`expected ${name} runs of ${count} seats, got ${at}`);
  return out;
}

/**
 * @param {Geometry} wire @param {WireSection} entry @param {number} s
 * @param {Float32Array} x @param {Float32Array} y
 * @returns {Section}
 */
function openSection(wire, entry, s, x, y) {
  const outline = Float32Array.from(entry.outline);
  /** @type {[number, number, number, number]} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let k = 0; k < outline.length; k += 2) grow(box, outline[k], outline[k + 1]);
  for (let i = entry.first; i < entry.first + entry.count; i++) grow(box, x[i], y[i]);
  const firstRow = wire.rows.findIndex((row) => row.section === s);
  return {
    name: entry.name,
    zone: entry.zone ?? "",
    entrance: entry.entrance ?? "",
    floor: entry.floor ?? 0,
    first: entry.first,
    count: entry.count,
    outline,
    firstRow,
    rowCount: wire.rows.filter((row) => row.section === s).length,
    box,
  };
}

/**
 * @param {Section[]} sections @param {Area[]} areas @param {{ outline: number[] }[]} standing
 * @returns {[number, number, number, number]}
 */
function wholeBox(sections, areas, standing) {
  /** @type {[number, number, number, number]} */
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const section of sections) {
    if (section.box[0] > section.box[2]) continue; // no seats and no outline
    grow(box, section.box[0], section.box[1]);
    grow(box, section.box[2], section.box[3]);
  }
  for (const { outline } of standing) {
    for (let k = 0; k < outline.length; k += 2) grow(box, outline[k], outline[k + 1]);
  }
  for (const area of areas) {
    if (area.shape === "text") continue;
    const polygon = areaPolygon(area);
    for (let k = 0; k < polygon.length; k += 2) grow(box, polygon[k], polygon[k + 1]);
  }
  return box;
}

/** @param {[number, number, number, number]} box @param {number} px @param {number} py */
function grow(box, px, py) {
  box[0] = Math.min(box[0], px);
  box[1] = Math.min(box[1], py);
  box[2] = Math.max(box[2], px);
  box[3] = Math.max(box[3], py);
}

const ARC_STEPS = 48;

/**
 * The outline of a drawn area as x and y by turns; empty for text.
 * A rectangle turns about its corner, an ellipse about its centre.
 * @param {Area} area @returns {Float32Array}
 */
export function areaPolygon(area) {
  const { x, y, width, height } = area;
  const angle = (area.rotation ?? 0) * Math.PI / 180;
  const cos = Math.cos(angle), sin = Math.sin(angle);
  /** @type {number[]} */
  const local = [];
  if (area.shape === "polygon") return Float32Array.from(area.points);
  if (area.shape === "rectangle") local.push(0, 0, width, 0, width, height, 0, height);
  else if (area.shape === "ellipse" || area.shape === "circle") {
    const ry = area.shape === "circle" ? width : height;
    for (let k = 0; k < ARC_STEPS; k++) {
      const t = (k / ARC_STEPS) * 2 * Math.PI;
      local.push(width * Math.cos(t), ry * Math.sin(t));
    }
  }
  const out = new Float32Array(local.length);
  for (let k = 0; k < local.length; k += 2) {
    out[k] = x + local[k] * cos - local[k + 1] * sin;
    out[k + 1] = y + local[k] * sin + local[k + 1] * cos;
  }
  return out;
}
