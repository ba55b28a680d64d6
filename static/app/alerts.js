// @ts-check
/**
 * Sound, vibration and browser notification for the last minute. All off until asked for.
 */
import { at } from "../lib/base.js";
import { notices, openSound, vibrate } from "../lib/platform.js";
import { signal } from "../lib/signals.js";

const KEY = "houseful.alerts";

/** @param {import("../lib/platform.js").Shelf} shelf */
export function createAlerts(shelf) {
  const kept = read(shelf);
  const sound = signal(kept.sound === true);
  const notify = signal(kept.notify === true && notices.permission() === "granted");

  const keep = () => shelf.setItem(KEY, JSON.stringify({ sound: sound.peek(), notify: notify.peek() }));

  return {
    sound,
    notify,
    canNotify: notices.permission() !== "unsupported",

    /** @param {boolean} isOn */
    setSound(isOn) {
      sound.value = isOn;
      keep();
      if (isOn) chime();
    },

    /** Must come from a click: browsers ask the buyer then. Returns whether it is allowed.
     * @param {boolean} isOn
     */
    async setNotify(isOn) {
      notify.value = isOn && await notices.ask();
      keep();
      return notify.peek() === isOn;
    },

    /** @param {string} title @param {string} body */
    warn(title, body) {
      if (sound.peek()) chime();
      if (notify.peek()) notices.show(title, { body, icon: at("/static/icon.svg"), tag: "houseful-minute" });
      if (sound.peek()) vibrate([120, 80, 120]);
    },
  };
}

/** Two short tones, made here: no file to load. */
function chime() {
  const context = openSound();
  if (!context) return;
  for (const [start, hertz] of /** @type {const} */ ([[0, 660], [0.22, 880]])) {
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(0.0001, context.currentTime + start);
    volume.gain.exponentialRampToValueAtTime(0.2, context.currentTime + start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + start + 0.2);
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + start);
    tone.stop(context.currentTime + start + 0.2);
  }
  setTimeout(() => context.close(), 1000);
}

/** @param {import("../lib/platform.js").Shelf} shelf */
function read(shelf) {
  try {
    return JSON.parse(shelf.getItem(KEY) ?? "{}") ?? {};
  } catch {
    return {};
  }
}
