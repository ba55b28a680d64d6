// @ts-check
/**
 * What a browser may withhold, asked for in one place, each with what stands in where it is missing:
 * some exists only in secure contexts (https or localhost), some not in every browser, and some
 * throws where the reader blocks storage or sound. Nothing here throws.
 *
 * What is not here must exist in every browser that the styles ask for (`light-dark()`: Chromium 123,
 * Firefox 120, Safari 17.5; caniuse.com, 2026-11).
 */

/** @typedef {{ getItem(key: string): string | null, setItem(key: string, value: string): void, removeItem(key: string): void, isLasting: boolean }} Shelf */

/**
 * @template T
 * @template N
 * @param {() => T} act
 * @param {N} otherwise
 */
function tried(act, otherwise) {
  try {
    return act();
  } catch {
    return otherwise;
  }
}

/** A random UUID, version 4. `crypto.randomUUID` exists in secure contexts only; random bytes everywhere. */
export function randomUuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // RFC 9562 §5.4
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/**
 * The browser's storage, or this page's memory for what it does not take: blocked by the reader
 * (even the look at it throws), full, or forbidden in a frame.
 * @param {"localStorage" | "sessionStorage"} name
 * @returns {Shelf} `isLasting`: a reload, and for localStorage another tab, sees what is written
 */
export function openShelf(name) {
  const store = tried(() => globalThis[name], null);
  /** @type {Map<string, string | null>} */
  const memory = new Map();
  /** @param {string} key @param {() => void} write @param {string | null} value */
  const keep = (key, write, value) => {
    memory.delete(key);
    if (!store || !tried(() => (write(), true), false)) memory.set(key, value);
  };
  return {
    getItem: (key) => memory.has(key) ? memory.get(key) ?? null : tried(() => store?.getItem(key) ?? null, null),
    setItem: (key, value) => keep(key, () => store?.setItem(key, value), value),
    removeItem: (key) => keep(key, () => store?.removeItem(key), null),
    isLasting: Boolean(store) && tried(() => (void store?.getItem(""), true), false),
  };
}

/** A line to this browser's other tabs, or null. @param {string} name */
export const openChannel = (name) => tried(() => new BroadcastChannel(name), null);

/** A signal that aborts after so long. @param {number} ms */
export function timeLimit(ms) {
  if (AbortSignal.timeout) return AbortSignal.timeout(ms);
  const limit = new AbortController();
  setTimeout(() => limit.abort(), ms);
  return limit.signal;
}

/** Notifications exist in secure contexts only, and not in Safari's tabs on iPhones. */
export const notices = {
  /** @returns {NotificationPermission | "unsupported"} */
  permission: () => tried(() => Notification.permission, /** @type {const} */ ("unsupported")),

  /** Asks the reader; must come from a click. */
  async ask() {
    const answer = await Promise.resolve(tried(() => Notification.requestPermission(), null)).catch(() => null);
    return answer === "granted";
  },

  /** Android's Chromium has the constructor and refuses to construct. @param {string} title @param {NotificationOptions} options */
  show(title, options) {
    if (notices.permission() === "granted") tried(() => new Notification(title, options), null);
  },
};

/** A loudspeaker, or null. @returns {AudioContext | null} */
export const openSound = () => tried(() => new AudioContext(), null);

/** @param {number | number[]} pattern ms on and off by turns; not on iPhones */
export const vibrate = (pattern) => tried(() => navigator.vibrate?.(pattern), false);

/** A canvas that is not in the page. @param {number} width @param {number} height pixels */
export function makeCanvas(width, height) {
  if (typeof OffscreenCanvas !== "undefined") return new OffscreenCanvas(width, height);
  return Object.assign(document.createElement("canvas"), { width, height });
}

/**
 * The context to draw with on either kind of canvas.
 * @param {OffscreenCanvas | HTMLCanvasElement} canvas
 * @param {boolean} [willReadFrequently]
 */
export const pencil = (
  canvas,
  willReadFrequently = false,
) => /** @type {OffscreenCanvasRenderingContext2D | null} */ (canvas.getContext("2d", { willReadFrequently }));

/** Whether a canvas gives back what was drawn: some browsers answer with noise, against fingerprinting. */
export function canReadPixels() {
  const context = pencil(makeCanvas(2, 2), true);
  if (!context) return false;
  context.fillStyle = "#102030";
  context.fillRect(0, 0, 2, 2);
  const { data } = context.getImageData(0, 0, 2, 2);
  return data.every((value, at) => value === [0x10, 0x20, 0x30, 0xff][at % 4]);
}

/**
 * A panel that its button opens and closes; where there are popovers, a press beside it closes it too.
 * @param {HTMLElement} panel with an id
 * @param {HTMLElement} button
 * @returns {() => void} closes it
 */
export function openBy(panel, button) {
  if (typeof panel.showPopover === "function") {
    panel.popover = "auto";
    button.setAttribute("popovertarget", panel.id);
    return () => panel.matches(":popover-open") && panel.hidePopover();
  }
  panel.hidden = true;
  button.addEventListener("click", () => (panel.hidden = !panel.hidden));
  return () => void (panel.hidden = true);
}
