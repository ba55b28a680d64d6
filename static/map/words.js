// @ts-check
/** What the map says; the page replaces it for other languages. */

/**
 * @typedef {"available" | "held" | "sold" | "blocked" | "selected" | "reserving" | "mine"} SeatState
 * @typedef {object} SeatFacts
 * @property {string} section
 * @property {string} row
 * @property {string} kind row, table, booth or box
 * @property {string} seat without its row
 * @property {string} label as the plan has it
 * @property {string} category
 * @property {string} price empty where unknown
 * @property {string} note what else is to be said; perhaps empty
 * @property {SeatState} state
 * @property {boolean} accessible
 * @property {boolean} companion
 * @property {boolean} restrictedView
 * @property {boolean} aisle
 *
 * @typedef {object} Words
 * @property {string} map name of the whole thing
 * @property {string} zoomIn
 * @property {string} zoomOut
 * @property {string} fit
 * @property {string} overview
 * @property {string} keys how to move by keyboard
 * @property {string} stage
 * @property {(row: string, kind: string) => string} row
 * @property {(free: number) => string} free
 * @property {string} full
 * @property {(section: string, free: number, total: number) => string} section
 * @property {(facts: SeatFacts) => string} seat
 */

/** @type {Record<SeatState, string>} */
const STATES = {
  available: "available",
  held: "held by someone",
  sold: "sold",
  blocked: "not for sale",
  selected: "selected",
  reserving: "being reserved",
  mine: "yours",
};

/** @type {Words} */
export const ENGLISH = {
  map: "Seat map",
  zoomIn: "Zoom in",
  zoomOut: "Zoom out",
  fit: "Show the whole house",
  overview: "Overview",
  keys: "Arrow keys move from seat to seat, Home and End along the row, Page Up and Page Down between sections. " +
    "Enter selects, plus and minus zoom.",
  stage: "Stage",
  row: (row) => `Row ${row}`,
  free: (free) => `${free} free`,
  full: "sold out",
  section: (section, free, total) => `${section}: ${free} of ${total} seats free`,
  seat: (facts) =>
    [
      `Row ${facts.row}, seat ${facts.seat}`,
      facts.price || facts.category,
      facts.note,
      STATES[facts.state],
      facts.accessible && "wheelchair space",
      facts.companion && "companion seat",
      facts.restrictedView && "restricted view",
      facts.aisle && "aisle",
    ].filter(Boolean).join(", "),
};
