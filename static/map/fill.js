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
    const sign = ay < by ? 1 : -1;
    if (sign < 0) [ax, ay, bx, by] = [bx, by, ax, ay];
    if (by <= 0 || ay >= this.#height) return;
    const slope = (bx - ax) / (by - ay);
    let y = Math.max(ay, 0), x = ax + (y - ay) * slope;
    const end = Math.min(by, this.#height);
    while (y < end) {
      const row = Math.floor(y);
      const nextY = Math.min(row + 1, end), nextX = x + (nextY - y) * slope;
      this.#rowPart(row, x, nextX, (nextY - y) * sign);
      y = nextY;
      x = nextX;
    }
  }

  /** One edge's part in one pixel row. @param {number} row @param {number} x0 @param {number} x1 @param {number} cover */
  #rowPart(row, x0, x1, cover) {
    const limit = this.#width;
    if (x0 > x1) [x0, x1] = [x1, x0];
    if (x1 <= 0) return this.#add(row, 0, cover, 0);
    if (x0 >= limit) return;
    const first = Math.floor(x0), last = Math.floor(x1);
    if (first === last || x1 - x0 < 1e-6) {
      this.#add(row, Math.max(0, first), cover, first < 0 ? 0 : (x0 + x1) / 2 - first);
      return;
    }
    const perPixel = cover / (x1 - x0);
    if (x0 < 0) {
      this.#add(row, 0, perPixel * -x0, 0);
      x0 = 0;
    }
    for (let px = Math.floor(x0); px <= last && px < limit; px++) {
      const from = Math.max(x0, px), to = Math.min(x1, px + 1);
      if (to > from) this.#add(row, px, perPixel * (to - from), (from + to) / 2 - px);
    }
  }

  /** @param {number} row @param {number} x @param {number} cover @param {number} inset mean distance from the pixel's left */
  #add(row, x, cover, inset) {
    // Kept in order of x; rows have few cells, so the walk is short.
    let before = -1, at = this.#rowHead[row];
    while (at >= 0 && this.#cellX[at] < x) before = at, at = this.#cellNext[at];
    if (at < 0 || this.#cellX[at] !== x) {
      const cell = this.#cells++;
      if (cell === this.#cellX.length) this.#enlarge();
      this.#cellX[cell] = x;
      this.#cellCover[cell] = 0;
      this.#cellArea[cell] = 0;
      this.#cellNext[cell] = at;
      if (before < 0) this.#rowHead[row] = cell;
      else this.#cellNext[before] = cell;
      at = cell;
    }
    this.#cellCover[at] += cover;
    this.#cellArea[at] += cover * inset;
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

  /** @param {Bitmap} into @param {number} row @param {number} rgb */
  #sweep({ pixels, width }, row, rgb) {
    const base = row * width;
    let sum = 0;
    for (let cell = this.#rowHead[row]; cell >= 0; cell = this.#cellNext[cell]) {
      const x = this.#cellX[cell];
      const own = Math.min(1, Math.abs(sum + this.#cellCover[cell] - this.#cellArea[cell]));
      if (x < width && own > 0.002) pixels[base + x] = own > 0.998 ? rgb | 0xff000000 : mix(pixels[base + x], rgb, own);
      sum += this.#cellCover[cell];
      const next = this.#cellNext[cell];
      const to = Math.min(width, next >= 0 ? this.#cellX[next] : x + 1);
      const whole = Math.min(1, Math.abs(sum));
      if (to > x + 1 && whole > 0.002) {
        if (whole > 0.998) pixels.fill(rgb | 0xff000000, base + x + 1, base + to);
        else for (let px = x + 1; px < to; px++) pixels[base + px] = mix(pixels[base + px], rgb, whole);
      }
    }
    if (Math.abs(sum) > 0.5) {
      // The polygon goes on past the right edge, whose cells were never made.
      let last = this.#rowHead[row];
      while (this.#cellNext[last] >= 0) last = this.#cellNext[last];
      pixels.fill(rgb | 0xff000000, base + this.#cellX[last] + 1, base + width);
    }
  }
}

/** @param {number} under @param {number} over @param {number} amount 0 to 1 */
function mix(under, over, amount) {
  const a = Math.round(amount * 256), b = 256 - a;
  const redBlue = (Math.imul(under & 0xff00ff, b) + Math.imul(over & 0xff00ff, a)) >>> 8;
  const green = (Math.imul(under & 0x00ff00, b) + Math.imul(over & 0x00ff00, a)) >>> 8;
  return 0xff000000 | (redBlue & 0xff00ff) | (green & 0x00ff00);
}
