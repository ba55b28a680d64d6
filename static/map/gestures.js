// @ts-check
/**
 * Pointer, wheel and touch turned into what the viewer means: drag, fling, pinch, tap, double tap,
 * hover. Places are CSS pixels from the target's corner. A tap counts when the pointer goes up.
 */

/**
 * @typedef {object} GestureHandlers
 * @property {() => void} grab a finger is down: stop what moves
 * @property {(dx: number, dy: number) => void} drag
 * @property {(vx: number, vy: number) => void} fling pixels per ms
 * @property {(x: number, y: number, factor: number) => void} zoom
 * @property {(x: number, y: number, touch: boolean) => void} tap
 * @property {(x: number, y: number) => void} doubleTap
 * @property {(x: number, y: number) => void} hover
 * @property {() => void} leave
 */

const TAP_SLOP = 8; // pixels a finger may move and still tap
const DOUBLE_TAP_MS = 320, DOUBLE_TAP_REACH = 30;
const VELOCITY_WINDOW_MS = 90;
const FLING_MIN = 0.08; // pixels per ms
const WHEEL_LINE = 16, WHEEL_RATE = 0.0022, PINCH_RATE = 0.01;

/** @param {HTMLElement} target @param {GestureHandlers} on @returns {() => void} stops listening */
export function listen(target, on) {
  /** @type {Map<number, { x: number, y: number }>} */
  const pointers = new Map();
  /** @type {{ x: number, y: number, at: number }[]} */
  let trail = [];
  let moved = false;
  let lastTap = { x: 0, y: 0, at: -Infinity };
  const ender = new AbortController();

  const place = (/** @type {MouseEvent} */ event) => {
    const box = target.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  /** @template {keyof HTMLElementEventMap} K @param {K} type @param {(event: HTMLElementEventMap[K]) => void} act */
  const when = (type, act) => target.addEventListener(type, act, { signal: ender.signal, passive: false });

  when("pointerdown", (event) => {
    if (event.button !== 0) return;
    const at = place(event);
    if (pointers.size === 0) moved = false;
    else moved = true; // a second finger: no tap
    pointers.set(event.pointerId, at);
    trail = [{ ...at, at: event.timeStamp }];
    target.setPointerCapture(event.pointerId);
    on.grab();
  });

  when("pointermove", (event) => {
    const before = pointers.get(event.pointerId), at = place(event);
    if (!before) {
      if (event.pointerType === "mouse") on.hover(at.x, at.y);
      return;
    }
    if (pointers.size === 1) {
      if (!moved && Math.hypot(at.x - trail[0].x, at.y - trail[0].y) < TAP_SLOP) return;
      moved = true;
      on.drag(at.x - before.x, at.y - before.y);
      trail.push({ ...at, at: event.timeStamp });
      if (trail.length > 12) trail.shift();
    } else if (pointers.size === 2) {
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const span = Math.hypot(at.x - other.x, at.y - other.y);
        const spanBefore = Math.hypot(before.x - other.x, before.y - other.y);
        on.drag((at.x - before.x) / 2, (at.y - before.y) / 2);
        if (spanBefore > 0) on.zoom((at.x + other.x) / 2, (at.y + other.y) / 2, span / spanBefore);
      }
    }
    pointers.set(event.pointerId, at);
  });

  const up = (/** @type {PointerEvent} */ event) => {
    if (!pointers.delete(event.pointerId)) return;
    const at = place(event);
    if (pointers.size > 0) {
      trail = [];
      return;
    }
    if (event.type === "pointercancel") return;
    if (moved) return fling(event.timeStamp);
    const again = event.timeStamp - lastTap.at < DOUBLE_TAP_MS &&
      Math.hypot(at.x - lastTap.x, at.y - lastTap.y) < DOUBLE_TAP_REACH;
    lastTap = again ? { x: 0, y: 0, at: -Infinity } : { ...at, at: event.timeStamp };
    if (again) on.doubleTap(at.x, at.y);
    else on.tap(at.x, at.y, event.pointerType !== "mouse");
  };
  when("pointerup", up);
  when("pointercancel", up);
  when("pointerleave", () => on.leave());

  when("wheel", (event) => {
    event.preventDefault();
    const pixels = event.deltaMode === 1 ? event.deltaY * WHEEL_LINE : event.deltaY;
    const at = place(event);
    on.zoom(at.x, at.y, Math.exp(-Math.max(-120, Math.min(120, pixels)) * (event.ctrlKey ? PINCH_RATE : WHEEL_RATE)));
  });

  /** @param {number} now */
  function fling(now) {
    const recent = trail.filter(({ at }) => now - at < VELOCITY_WINDOW_MS);
    const first = recent[0], last = recent[recent.length - 1];
    if (!first || !last || last.at <= first.at) return;
    const vx = (last.x - first.x) / (last.at - first.at), vy = (last.y - first.y) / (last.at - first.at);
    if (Math.hypot(vx, vy) > FLING_MIN) on.fling(vx, vy);
  }

  return () => ender.abort();
}
