// @ts-check
/**
 * Elements from code, bound to signals. No templates are parsed and no style attribute is written,
 * so the page runs under a Content-Security-Policy without `unsafe-inline`.
 * Owns: the scope of what a piece of page started (effects, listeners), so that it ends with it.
 */
import { effect, untracked } from "./signals.js";

/**
 * @typedef {Node | string | number | null | undefined | false} Plain
 * @typedef {Plain | (() => any) | readonly any[]} Child a function is bound, an array is flattened
 * @typedef {Record<string, any>} Props
 */

const SVG = "http://www.w3.org/2000/svg";
/** What must be set as a property, because the attribute is only its first value. */
const PROPERTIES = new Set(["value", "checked", "indeterminate", "srcObject"]);

/** @type {(() => void)[] | null} */
let scope = null;

/**
 * Runs `build` and collects what it starts.
 * @template T
 * @param {() => T} build
 * @returns {[T, () => void]} the result, and the end of everything started meanwhile
 */
export function scoped(build) {
  const outer = scope;
  /** @type {(() => void)[]} */
  const mine = [];
  scope = mine;
  try {
    return [untracked(build), () => mine.splice(0).reverse().forEach((end) => end())];
  } finally {
    scope = outer;
  }
}

/** Does `end` when the piece of page being built goes away. @param {() => void} end */
export function onEnd(end) {
  if (!scope) throw new Error("onEnd is called while a view is built");
  scope.push(end);
}

/** An effect that ends with the piece of page being built. @param {() => void | (() => void)} act */
export function watch(act) {
  const end = untracked(() => effect(act));
  scope?.push(end);
}

/** A listener that ends with the piece of page being built.
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: any) => void} listener
 */
export function listen(target, type, listener) {
  target.addEventListener(type, listener);
  onEnd(() => target.removeEventListener(type, listener));
}

/**
 * An HTML element. A function as a property or child is bound: it runs again when a signal it
 * read changes. `onclick` and its like are listeners.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, props, ...children) {
  return /** @type {any} */ (fill(document.createElement(tag), props, children));
}

/**
 * A custom element with properties set before it joins the page.
 * @template {HTMLElement} T
 * @param {string} tag
 * @param {Partial<T> & Record<string, any>} given
 * @param {Props} [props]
 * @returns {T}
 */
export function custom(tag, given, props) {
  return /** @type {any} */ (fill(Object.assign(document.createElement(tag), given), props, []));
}

/**
 * @param {string} tag
 * @param {Props | null} [props]
 * @param {...Child} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  return /** @type {any} */ (fill(document.createElementNS(SVG, tag), props, children));
}

/**
 * @param {any} element
 * @param {Props | null | undefined} props
 * @param {Child[]} children
 */
function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name === "ref") value(element);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") setStyles(element, value);
    else if (typeof value === "function") watch(() => set(element, name, value()));
    else set(element, name, value);
  }
  append(element, children);
  return element;
}

/** @param {any} element @param {string} name @param {any} value */
function set(element, name, value) {
  // An option without the attribute is worth its words, also when its value is "".
  if (PROPERTIES.has(name) && element.localName !== "option") {
    if (element[name] !== value) element[name] = value;
  } else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** @param {HTMLElement} element @param {Record<string, any>} styles */
function setStyles(element, styles) {
  for (const [name, value] of Object.entries(styles)) {
    if (typeof value === "function") watch(() => element.style.setProperty(name, String(value())));
    else element.style.setProperty(name, String(value));
  }
}

/** @param {ParentNode & Node} parent @param {Child[]} children */
function append(parent, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (typeof child === "function") region(parent, child);
    else if (isShown(child)) parent.append(/** @type {any} */ (child));
  }
}

/** @param {any} child */
function isShown(child) {
  return child !== null && child !== undefined && child !== false && child !== "";
}

/**
 * A stretch of nodes that is built anew when what it read changes.
 * @param {Node} parent
 * @param {() => Child} build
 */
function region(parent, build) {
  const end = document.createComment("");
  parent.appendChild(end);
  /** @type {ChildNode[]} */
  let shown = [];
  let stop = () => {};
  watch(() => {
    stop();
    const outer = scope;
    /** @type {(() => void)[]} */
    const mine = [];
    scope = mine;
    stop = () => mine.splice(0).reverse().forEach((done) => done());
    const fragment = document.createDocumentFragment();
    try {
      append(fragment, [build()]);
    } finally {
      scope = outer;
    }
    const only = fragment.childNodes.length === 1 ? fragment.firstChild : null;
    if (only instanceof Text && shown.length === 1 && shown[0] instanceof Text) {
      if (shown[0].data !== only.data) shown[0].data = only.data;
      return;
    }
    for (const node of shown) node.remove();
    shown = [...fragment.childNodes];
    end.before(fragment);
  });
  scope?.push(() => stop());
}

/**
 * Fills `container` with one element per item. Elements stay themselves (with their focus) while
 * the list changes around them; an item whose content changes should have a new key or be bound.
 * @template T
 * @template {HTMLElement} C
 * @param {C} container
 * @param {() => readonly T[]} items
 * @param {(item: T) => unknown} keyOf
 * @param {(item: T) => HTMLElement} build
 * @returns {C}
 */
export function each(container, items, keyOf, build) {
  /** @type {Map<unknown, { element: HTMLElement, end: () => void }>} */
  const kept = new Map();
  watch(() => {
    const list = items();
    const keys = new Set(list.map(keyOf));
    for (const [key, entry] of kept) {
      if (keys.has(key)) continue;
      entry.end();
      entry.element.remove();
      kept.delete(key);
    }
    list.forEach((item, place) => {
      const key = keyOf(item);
      let entry = kept.get(key);
      if (!entry) {
        const [element, end] = scoped(() => build(item));
        kept.set(key, entry = { element, end });
      }
      const there = container.children[place] ?? null;
      if (there !== entry.element) container.insertBefore(entry.element, there);
    });
  });
  scope?.push(() => kept.forEach((entry) => entry.end()));
  return container;
}

/** A custom element that builds its content when it joins the page and ends it when it leaves. */
export class View extends HTMLElement {
  #end = () => {};

  connectedCallback() {
    try {
      const [content, end] = scoped(() => fill(document.createDocumentFragment(), null, [this.render()]));
      this.#end = end;
      this.replaceChildren(content);
    } catch (error) {
      // The browser reports what is thrown here and goes on; who shows this view must hear of it.
      this.dispatchEvent(new CustomEvent("view-broken", { bubbles: true }));
      throw error;
    }
  }

  disconnectedCallback() {
    this.#end();
  }

  /** @returns {Child} */
  render() {
    return null;
  }
}
