// @ts-check
/** The elements inside `<seat-map>`. Their texts are set by the map, which knows the language. */

/**
 * @typedef {"zoomIn" | "zoomOut" | "fit"} ButtonName
 * @typedef {object} Parts
 * @property {HTMLElement} stage takes the gestures
 * @property {HTMLCanvasElement} base the seats
 * @property {HTMLCanvasElement} top what lies above them
 * @property {HTMLElement} where name of the section in the middle
 * @property {HTMLElement} keys how to move by keyboard
 * @property {HTMLElement} controls
 * @property {Record<ButtonName, HTMLButtonElement>} buttons
 */

const ICONS = /** @type {Record<ButtonName, string>} */ ({
  zoomIn: "M5 12h14M12 5v14",
  zoomOut: "M5 12h14",
  fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
});
let instances = 0;

/** @param {HTMLElement} host @param {Record<ButtonName, () => void>} actions @returns {Parts} */
export function buildParts(host, actions) {
  const keys = make("p", "map-keys");
  keys.id = `map-keys-${++instances}`;
  const stage = make("div", "map-stage"), base = make("canvas", "map-base"), top = make("canvas", "map-top");
  base.setAttribute("aria-hidden", "true");
  top.setAttribute("aria-hidden", "true");
  stage.append(base, top);
  const where = make("p", "map-where");
  where.setAttribute("aria-hidden", "true"); // the grid has the same name
  where.hidden = true;
  const controls = make("div", "map-controls");
  const button = (/** @type {ButtonName} */ name) => {
    const element = make("button", "map-button");
    element.type = "button";
    element.append(icon(ICONS[name]));
    element.addEventListener("click", actions[name]);
    controls.append(element);
    return element;
  };
  const buttons = { zoomIn: button("zoomIn"), zoomOut: button("zoomOut"), fit: button("fit") };
  host.append(keys, stage, where, controls);
  return { stage, base, top, where, keys, controls, buttons };
}

/** @template {keyof HTMLElementTagNameMap} K @param {K} tag @param {string} name */
function make(tag, name) {
  const element = document.createElement(tag);
  element.className = name;
  return element;
}

/** @param {string} path */
function icon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg"), line = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
