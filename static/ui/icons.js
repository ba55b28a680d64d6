// @ts-check
/** The page's icons: 24 × 24, one stroke, drawn in the text's colour. Always beside words. */
import { svg } from "../lib/dom.js";

/** @type {Record<string, string>} */
const PATHS = {
  ticket: "M4 7h16v3.5a1.8 1.8 0 0 0 0 3V17H4v-3.5a1.8 1.8 0 0 0 0-3z M14 7v10",
  check: "M5 12.5l4.5 4.5L19 7.5",
  info: "M12 11v6 M12 7.5v.1 M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z",
  warning: "M12 4L2.5 20h19z M12 10v4.5 M12 17.4v.1",
  error: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z M8.8 8.8l6.4 6.4 M15.2 8.8l-6.4 6.4",
  close: "M6 6l12 12 M18 6L6 18",
  plus: "M12 5v14 M5 12h14",
  minus: "M5 12h14",
  clock: "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z M12 7v5.2l3.4 2",
  back: "M14.5 5.5L8 12l6.5 6.5",
  next: "M9.5 5.5L16 12l-6.5 6.5",
  up: "M5.5 14.5L12 8l6.5 6.5",
  calendar: "M4 6h16v14H4z M4 10.5h16 M8.5 3.5V8 M15.5 3.5V8",
  place:
    "M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.500C5 14.8 12 21 12 21z M12 7.300a2.400 2.400 0 1 0 0 4.800a2.400 2.400 0 0 0 0-4.800z",
  wheelchair: "M10.500 4.200v.1 M10.500 8v6h5l2.500 5 M10.500 10.500h4 M8 11.500a5 5 0 1 0 6.300 6.500",
  card: "M3 6h18v12H3z M3 10h18 M6.500 14.500h4",
  mail: "M3.500 6h17v12h-17z M4 6.500l8 6.500l8-6.500",
  download: "M12 4v11 M7.500 11L12 15.500L16.500 11 M5 19.500h14",
  map: "M3.500 6.500l5.500-2.500l6 2.500l5.500-2.500v13.500L15 20l-6-2.500l-5.500 2.500z M9 4v13.500 M15 6.500V20",
  list: "M8.500 6.500H20 M8.500 12H20 M8.500 17.500H20 M4.500 6.500v.1 M4.500 12v.1 M4.500 17.500v.1",
  bell: "M6.500 16.500V11a5.500 5.500 0 0 1 11 0v5.500l1.500 1.500H5z M10 20.500h4",
  sound: "M5 9.500v5h3.500L13 18.500v-13L8.500 9.500z M16.500 9a4.500 4.500 0 0 1 0 6",
  signal: "M4 20v-3 M9.300 20v-7 M14.600 20V9 M20 20V4",
  lock: "M6 11h12v9H6z M8.500 11V7.500a3.500 3.500 0 0 1 7 0V11",
  user: "M12 12a4 4 0 1 0 0-8a4 4 0 0 0 0 8z M4.500 20.500c.8-4 3.800-5.500 7.500-5.500s6.700 1.500 7.500 5.500",
  bin: "M5 7h14 M9.500 7V4.500h5V7 M7 7l.8 13h8.400L17 7",
  party:
    "M4 20l4.500-11.500l7 7z M13 6.500c0-1.500 1-2.500 2.500-2.500 M17 11c1.500-.6 2.800-.2 3.500 1 M15.500 8.500L19 5",
};

/** @param {string} name @param {string} [className] */
export function icon(name, className = "") {
  return svg(
    "svg",
    { viewBox: "0 0 24 24", class: `icon ${className}`, "aria-hidden": "true", focusable: "false" },
    svg("path", { d: PATHS[name] ?? PATHS.info }),
  );
}
