// @ts-check
/** Lies over the map while seats are enclosed by a rectangle or a free line; lets go of it else. */
import { h, listen, svg } from "../../lib/dom.js";
import { signal } from "../../lib/signals.js";
import { rectangle, seatsWithin } from "../../state/lasso.js";

/** @typedef {readonly [x: number, y: number]} Point */

const STEP_PX = 3; // a free line needs no more corners than that

/**
 * @param {{
 *   map: import("../../map/seat-map.js").SeatMap,
 *   tool: import("../../lib/signals.js").Signal<import("./house-map.js").Tool>,
 *   pick: import("../pick.js").Pick,
 * }} parts
 */
export function createLasso({ map, tool, pick }) {
  const trail = signal(/** @type {readonly Point[]} */ ([]));
  const layer = h(
    "div",
    { class: "lasso", hidden: () => tool.value === "look", "aria-hidden": "true" },
    svg(
      "svg",
      { class: "lasso-line" },
      svg("polygon", { points: () => outline().map((at) => at.join(",")).join(" ") }),
    ),
  );
  /** Corners in the layer's own pixels. @returns {readonly Point[]} */
  function outline() {
    const points = trail.value, [first, last] = [points[0], points.at(-1)];
    return tool.value === "box" && first && last ? rectangle(first, last) : points;
  }
  /** @param {PointerEvent} event @returns {Point} */
  const place = (event) => {
    const box = layer.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  listen(layer, "pointerdown", (/** @type {PointerEvent} */ event) => {
    if (event.button !== 0) return;
    layer.setPointerCapture(event.pointerId);
    trail.value = [place(event)];
  });
  listen(layer, "pointermove", (/** @type {PointerEvent} */ event) => {
    const last = trail.peek().at(-1);
    if (!last) return;
    const at = place(event);
    if (tool.peek() === "box") trail.value = [/** @type {Point} */ (trail.peek()[0]), at];
    else if (Math.hypot(at[0] - last[0], at[1] - last[1]) >= STEP_PX) trail.value = [...trail.peek(), at];
  });
  listen(layer, "pointerup", (/** @type {PointerEvent} */ event) => {
    const corners = outline();
    trail.value = [];
    const { store } = map, box = layer.getBoundingClientRect();
    if (!store || corners.length < 3) return;
    const polygon = corners.map(([x, y]) => map.planPoint(x + box.left, y + box.top));
    const found = seatsWithin(store, polygon, map.floor);
    if (event.altKey) pick.take(found);
    else pick.add(found);
  });
  listen(layer, "pointercancel", () => (trail.value = []));
  listen(globalThis, "keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") trail.value = [];
  });
  // The wheel still zooms what lies below.
  listen(layer, "wheel", (/** @type {WheelEvent} */ event) => {
    event.preventDefault();
    map.querySelector(".map-stage")?.dispatchEvent(new WheelEvent("wheel", event));
  });
  return layer;
}
