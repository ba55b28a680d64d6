// @ts-check
/** Where the words about a seat stand: beside the pointer, inside the map. */

/** Half of the widest tip, in CSS pixels: it is centred on the pointer. */
const HALF_WIDTH = 90;
/** A tip needs this much room above the pointer, else it goes below. */
const ROOM_ABOVE = 150;

/** @param {HTMLElement} tip @param {{ clientX: number, clientY: number }} pointer */
export function placeTip(tip, { clientX, clientY }) {
  const box = /** @type {HTMLElement} */ (tip.parentElement).getBoundingClientRect();
  const x = Math.min(Math.max(clientX - box.left, HALF_WIDTH), box.width - HALF_WIDTH);
  const y = clientY - box.top;
  tip.style.setProperty("--x", `${x}px`);
  tip.style.setProperty("--y", `${y}px`);
  tip.classList.toggle("is-below", y < ROOM_ABOVE);
}
