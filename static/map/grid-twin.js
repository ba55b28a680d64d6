// @ts-check
/**
 * The current section as a real grid in the page, for screen readers and the keyboard: the canvas
 * draws the same seats and the ring around the focused one. Only rows and cells near the cursor
 * exist; the row and column counts say how many there are.
 *
 * Owns: its DOM and the tab stop. Never: decides where a key leads; it asks.
 */

/**
 * @typedef {import("../state/seat-store.js").SeatStore} SeatStore
 * @typedef {object} TwinSource
 * @property {SeatStore} store
 * @property {(i: number) => string} describe
 * @property {(section: number) => string} describeSection
 * @property {(row: import("../state/geometry.js").Row) => string} describeRow
 * @property {(i: number) => { selected: boolean, disabled: boolean }} state
 */

const ROWS_AROUND = 4, CELLS_AROUND = 14;

export class GridTwin {
  element = document.createElement("div");
  #source;
  #cursor = -1;
  #section = -1;
  /** @type {Map<number, HTMLElement>} */ #cells = new Map();

  /** @param {TwinSource} source @param {string} keysId id of the text that explains the keys */
  constructor(source, keysId) {
    this.#source = source;
    this.element.className = "map-twin";
    this.element.setAttribute("role", "grid");
    this.element.setAttribute("aria-readonly", "true");
    this.element.setAttribute("aria-multiselectable", "true");
    this.element.setAttribute("aria-describedby", keysId);
  }

  get cursor() {
    return this.#cursor;
  }

  get hasFocus() {
    return this.element.contains(document.activeElement);
  }

  /** Makes `i` the tab stop; keeps or takes the focus. @param {number} i @param {boolean} focus */
  moveTo(i, focus) {
    const keep = focus || this.hasFocus;
    const known = this.#cells.get(i);
    if (this.#cursor >= 0) this.#cells.get(this.#cursor)?.setAttribute("tabindex", "-1");
    this.#cursor = i;
    if (known && !this.#nearEdge(i)) known.tabIndex = 0;
    else this.#build(keep);
    if (keep) this.#cells.get(i)?.focus({ preventScroll: true });
  }

  /** Says anew what changed, where it is in the grid. @param {Iterable<number>} indexes */
  update(indexes) {
    let counted = false;
    for (const i of indexes) {
      const cell = this.#cells.get(i);
      if (cell) this.#fill(cell, i);
      counted ||= this.#source.store.section[i] === this.#section;
    }
    if (counted) this.#name();
  }

  /** Says everything anew. */
  refresh() {
    for (const [i, cell] of this.#cells) this.#fill(cell, i);
    this.#name();
  }

  /** @param {Element | null} target @returns {number} the seat of a cell, or -1 */
  seatOf(target) {
    const cell = target instanceof HTMLElement ? target.closest("[data-seat]") : null;
    return cell instanceof HTMLElement ? Number(cell.dataset.seat) : -1;
  }

  #name() {
    this.element.setAttribute("aria-label", this.#source.describeSection(this.#section));
  }

  /** Whether the next steps from here could leave what is built. @param {number} i */
  #nearEdge(i) {
    const { store } = this.#source;
    if (store.section[i] !== this.#section) return true;
    const { first, count } = store.rows[store.row[i]], { firstRow, rowCount } = store.sections[this.#section];
    const missing = (/** @type {number} */ seat, /** @type {boolean} */ exists) => exists && !this.#cells.has(seat);
    const row = store.row[i];
    return missing(i - 1, i > first) || missing(i + 1, i < first + count - 1) ||
      (row > firstRow && !this.#hasRow(row - 1)) || (row < firstRow + rowCount - 1 && !this.#hasRow(row + 1));
  }

  /** @param {number} row */
  #hasRow(row) {
    return this.element.querySelector(`[data-row="${row}"]`) !== null;
  }

  /** @param {boolean} focus */
  #build(focus) {
    const { store, describeRow } = this.#source;
    const cursor = this.#cursor, row = store.row[cursor];
    this.#section = store.section[cursor];
    const { firstRow, rowCount } = store.sections[this.#section];
    const old = [...this.element.children];
    this.#cells = new Map();
    let columns = 0;
    for (let r = firstRow; r < firstRow + rowCount; r++) columns = Math.max(columns, store.rows[r].count);
    const middle = cursor - store.rows[row].first;
    for (
      let r = Math.max(firstRow, row - ROWS_AROUND);
      r <= Math.min(firstRow + rowCount - 1, row + ROWS_AROUND);
      r++
    ) {
      const { first, count } = store.rows[r];
      const line = document.createElement("div");
      line.setAttribute("role", "row");
      line.setAttribute("aria-rowindex", String(r - firstRow + 1));
      line.dataset.row = String(r);
      const header = document.createElement("span");
      header.setAttribute("role", "rowheader");
      header.setAttribute("aria-colindex", "1");
      header.textContent = describeRow(store.rows[r]);
      line.append(header);
      const from = Math.max(0, Math.min(middle, count - 1) - CELLS_AROUND),
        to = Math.min(count, middle + CELLS_AROUND + 1);
      for (let column = from; column < to; column++) {
        const i = first + column, cell = document.createElement("span");
        cell.setAttribute("role", "gridcell");
        cell.setAttribute("aria-colindex", String(column + 2));
        cell.dataset.seat = String(i);
        cell.tabIndex = i === cursor ? 0 : -1;
        this.#fill(cell, i);
        this.#cells.set(i, cell);
        line.append(cell);
      }
      this.element.append(line);
    }
    this.element.setAttribute("aria-rowcount", String(rowCount));
    this.element.setAttribute("aria-colcount", String(columns + 1));
    this.#name();
    if (focus) this.#cells.get(cursor)?.focus({ preventScroll: true });
    for (const line of old) line.remove();
  }

  /** @param {HTMLElement} cell @param {number} i */
  #fill(cell, i) {
    const { selected, disabled } = this.#source.state(i);
    cell.setAttribute("aria-label", this.#source.describe(i));
    cell.setAttribute("aria-selected", String(selected));
    if (disabled) cell.setAttribute("aria-disabled", "true");
    else cell.removeAttribute("aria-disabled");
  }
}
