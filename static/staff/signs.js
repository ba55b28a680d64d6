// @ts-check
/** The icons that only staff see, drawn like the buyers' ones. */
import { svg } from "../lib/dom.js";
import { icon } from "../ui/icons.js";

/** @type {Record<string, string>} */
const PATHS = {
  pause: "M8.500 5v14 M15.500 5v14",
  play: "M7.500 5l11 7l-11 7z",
  wall: "M4 9V4h5 M20 9V4h-5 M4 15v5h5 M20 15v5h-5",
  lasso:
    "M12 4c5 0 8.500 2.300 8.500 5.500S17 15 12 15s-8.500-2.300-8.500-5.500S7 4 12 4z M8 14.700c-2 .8-2 3.300.2 3.500 M8.200 18.200c1.500 0 1.800 1.300.8 2.800",
  box: "M4 4h3 M10 4h4 M17 4h3v3 M20 10v4 M20 17v3h-3 M14 20h-4 M7 20H4v-3 M4 14v-4 M4 7V4",
  hand:
    "M8 12V6.500a1.500 1.500 0 0 1 3 0V11 M11 10V4.800a1.500 1.500 0 0 1 3 0V11 M14 10.500V6.300a1.500 1.500 0 0 1 3 0V14c0 4-2.300 6.500-5.500 6.500S6.800 19 5 15.500l-1.300-2.600a1.400 1.400 0 0 1 2.400-1.400L8 14",
  camera: "M4 8h3.500L9 5.500h6L16.500 8H20v11H4z M12 10a3.300 3.300 0 1 0 0 6.600a3.300 3.300 0 0 0 0-6.600z",
  phone:
    "M8 2.500h8a1.500 1.500 0 0 1 1.500 1.500v16a1.500 1.500 0 0 1-1.500 1.500H8A1.500 1.500 0 0 1 6.500 20V4A1.500 1.500 0 0 1 8 2.500z M10.500 18.500h3",
  undo: "M9 7L4.500 11.500L9 16 M5 11.500h9a5 5 0 0 1 0 10h-2",
  plus: "M5 12h14 M12 5v14",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13a6.500 6.500 0 0 0 0-13z M15.300 15.300L20.500 20.500",
  sun:
    "M12 8a4 4 0 1 0 0 8a4 4 0 0 0 0-8z M12 2.500v2 M12 19.500v2 M2.500 12h2 M19.500 12h2 M5.300 5.300l1.400 1.400 M17.300 17.300l1.400 1.400 M18.700 5.300l-1.400 1.400 M6.700 17.300l-1.400 1.400",
  flame:
    "M12 3c1 4 5.500 5.500 5.500 10.500A5.500 5.500 0 0 1 12 19a5.500 5.500 0 0 1-5.500-5.500c0-2 1-3.300 2-4.500c.3 1.500 1 2.200 2 2.500C10 8.500 10.500 5.500 12 3z",
  table: "M4 5h16v14H4z M4 10h16 M4 14.500h16 M10 5v14",
  tag: "M4 4h8l8.500 8.500l-8 8L4 12z M8.500 8.500v.1",
  block: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z M5.800 5.800l12.400 12.400",
};

/** @param {string} name @param {string} [className] */
export function sign(name, className = "") {
  const path = PATHS[name];
  if (!path) return icon(name, className);
  const props = { viewBox: "0 0 24 24", class: `icon ${className}`, "aria-hidden": "true", focusable: "false" };
  return svg("svg", props, svg("path", { d: path }));
}
