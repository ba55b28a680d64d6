// @ts-check
/**
 * Filled polygons with soft edges, straight into 32-bit pixels (exact area coverage by cells, as
 * FreeType and AGG do it). Insides of spans are one `fill`, so large sections cost little.
 */

const SLACK = 1;

/** @typedef {{ pixels: Uint32Array, width: number, height: number }} Bitmap pixels are 0xAABBGGRR, opaque */

export class PolygonFiller {
  #cellX = new Int32Array(4096);
  #cellNext = new Int32Array(4096);
  #cellCover = new Float32Array(4096);
  #cellArea = new Float32Array(4096);
  #cells = 0;
  #rowHead = new Int32Array(0);
  #width = 0;
  #height = 0;

  /**
   * @param {Bitmap} into
   * @param {Float32Array} points x and y by turns
   * @param {number} k pixels per unit
   * @param {number} ox pixel of x = 0
   * @param {number} oy
   * @param {number} rgb 0xBBGGRR
   */
  fill(into, points, k, ox, oy, rgb) {
    const { width, height } = into;
    if (this.#rowHead.length < height) this.#rowHead = new Int32Array(height);
    this.#width = width;
    this.#height = height;
    this.#cells = 0;
    let top = Infinity, bottom = -Infinity, left = Infinity, right = -Infinity;
    for (let p = 0; p < points.length; p += 2) {
      const px = points[p] * k + ox, py = points[p + 1] * k + oy;
      if (py < top) top = py;
      if (py > bottom) bottom = py;
      if (px < left) left = px;
      if (px > right) right = px;
    }
    if (right <= 0 || left >= width || bottom <= 0 || top >= height || points.length < 6) return;
    const y0 = Math.max(0, Math.floor(top)), y1 = Math.min(height, Math.ceil(bottom) + SLACK);
    this.#rowHead.fill(-1, y0, Math.min(height, y1));
    let ax = points[points.length - 2] * k + ox, ay = points[points.length - 1] * k + oy;
    for (let p = 0; p < points.length; p += 2) {
      const bx = points[p] * k + ox, by = points[p + 1] * k + oy;
      this.#edge(ax, ay, bx, by);
      ax = bx;
      ay = by;
    }
    for (let row = y0; row < Math.min(height, y1); row++) this.#sweep(into, row, rgb);
  }

  /** @param {number} ax @param {number} ay @param {number} bx @param {number} by */
  #edge(ax, ay, bx, by) {
    if (ay === by) return;
    const down = ay < by, sign = down ? 1 : -1;
    const top = down ? ay : by, bottom = down ? by : ay;
    if (bottom <= 0 || top >= this.#height) return;
    const slope = (bx - ax) / (by - ay), limit = this.#width;
    const end = Math.min(bottom, this.#height);
    let y = Math.max(top, 0), x = (down ? ax : bx) + (y - top) * slope;
    for (let row = Math.floor(y); y < end; row++) {
      const nextY = Math.min(row + 1, end), nextX = x + (nextY - y) * slope;
      const cover = (nextY - y) * sign, left = x < nextX ? x : nextX, right = x < nextX ? nextX : x;
      const first = Math.floor(left);
      if (left >= 0 && right <= first + 1 && first < limit) this.#add(row, first, cover, (left + right) / 2 - first);
      else this.#rowPart(row, left, right, cover);
      y = nextY;
      x = nextX;
    }
  }

  /** An edge's part in one pixel row, over several pixels or the picture's side. @param {number} row @param {number} x0 @param {number} x1 @param {number} cover */
  #rowPart(row, x0, x1, cover) {
    const limit = this.#width;
    if (x1 <= 0) return this.#add(row, 0, cover, 0);
    if (x0 >= limit) return;
    const perPixel = cover / (x1 - x0);
    if (x0 < 0) {
      this.#add(row, 0, perPixel * -x0, 0);
      x0 = 0;
    }
    for (let px = Math.floor(x0); px < x1 && px < limit; px++) {
      const from = x0 > px ? x0 : px, to = x1 < px + 1 ? x1 : px + 1;
      this.#add(row, px, perPixel * (to - from), (from + to) / 2 - px);
    }
  }

  /** @param {number} row @param {number} x @param {number} cover @param {number} inset mean distance from the pixel's left */
  #add(row, x, cover, inset) {
    // Kept in order of x; rows have few cells, so the walk is short.
    const cellX = this.#cellX, cellNext = this.#cellNext;
    let before = -1, at = this.#rowHead[row];
    while (at >= 0 && cellX[at] < x) {
      before = at;
      at = cellNext[at];
    }
    if (at >= 0 && cellX[at] === x) {
      this.#cellCover[at] += cover;
      this.#cellArea[at] += cover * inset;
      return;
    }
    if (this.#cells === cellX.length) this.#enlarge();
    const cell = this.#cells++;
    this.#cellX[cell] = x;
    this.#cellCover[cell] = cover;
    this.#cellArea[cell] = cover * inset;
    this.#cellNext[cell] = at;
    if (before < 0) this.#rowHead[row] = cell;
    else this.#cellNext[before] = cell;
  }

  #enlarge() {
    /** @template {Int32Array | Float32Array} A @param {A} old @returns {A} */
    const twice = (old) => {
      const next =
        /** @type {A} */ (old instanceof Int32Array
          ? new Int32Array(old.length * 2)
          : new Float32Array(old.length * 2));
      next.set(old);
      return next;
    };
    this.#cellX = twice(this.#cellX);
    this.#cellNext = twice(this.#cellNext);
    this.#cellCover = twice(this.#cellCover);
    this.#cellArea = twice(this.#cellArea);
  }

  /** Paints one row: cells' own pixels by their share, what lies between them as a whole. @param {Bitmap} into @param {number} row @param {number} rgb */
  #sweep(into, row, rgb) {
    const { pixels, width } = into, base = row * width, solid = (rgb | 0xff000000) >>> 0;
    let sum = 0, from = 0;
    for (let cell = this.#rowHead[row]; cell >= 0; cell = this.#cellNext[cell]) {
      const x = this.#cellX[cell];
      if (x > from) run(pixels, base + from, base + x, sum, rgb, solid);
      const own = Math.abs(sum + this.#cellCover[cell] - this.#cellArea[cell]);
      if (own > 0.998) pixels[base + x] = solid;
      else if (own > 0.002) pixels[base + x] = mix(pixels[base + x], rgb, own);
      sum += this.#cellCover[cell];
      from = x + 1;
    }
    // Edges past the right side made no cells: the polygon may go on to there.
    if (from < width) run(pixels, base + from, base + width, sum, rgb, solid);
  }
}

/** @param {Uint32Array} pixels @param {number} from @param {number} to @param {number} cover @param {number} rgb @param {number} solid */
function run(pixels, from, to, cover, rgb, solid) {
  const share = Math.abs(cover);
  if (share < 0.002) return;
  if (share > 0.998) {
    // `fill` is fast for long runs and slow to start.
    if (to - from > 24) pixels.fill(solid, from, to);
    else for (let at = from; at < to; at++) pixels[at] = solid;
  } else for (let at = from; at < to; at++) pixels[at] = mix(pixels[at], rgb, share);
}

/** @param {number} under @param {number} over @param {number} amount 0 to 1 */
function mix(under, over, amount) {
  const a = Math.round(amount * 256), b = 256 - a;
  const redBlue = (Math.imul(under & 0xff00ff, b) + Math.imul(over & 0xff00ff, a)) >>> 8;
  const green = (Math.imul(under & 0x00ff00, b) + Math.imul(over & 0x00ff00, a)) >>> 8;
  return 0xff000000 | (redBlue & 0xff00ff) | (green & 0x00ff00);
}
