// @ts-check
/** A tone and a buzz for yes and no at the door, for hands and eyes that are busy. Off until asked for. */
import { h } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { openSound, vibrate } from "../../lib/platform.js";
import { signal } from "../../lib/signals.js";
import { icon } from "../../ui/icons.js";

const KEY = "houseful.doorSound";
const GOOD = /** @type {const} */ ([[880, 0, 0.12], [1175, 0.12, 0.18]]);
const BAD = /** @type {const} */ ([[196, 0, 0.45]]);

/** @param {import("../../lib/platform.js").Shelf} shelf */
export function answerSound(shelf) {
  const isOn = signal(shelf.getItem(KEY) === "on");
  /** @type {AudioContext | null} */
  let context = null;

  /** @param {readonly (readonly [hertz: number, from: number, seconds: number])[]} tones @param {number | number[]} buzz */
  function tell(tones, buzz) {
    if (!isOn.peek()) return;
    vibrate(buzz);
    context ??= openSound();
    if (!context) return;
    for (const [hertz, from, seconds] of tones) {
      const tone = context.createOscillator(), level = context.createGain();
      tone.frequency.value = hertz;
      level.gain.value = 0.15;
      tone.connect(level).connect(context.destination);
      tone.start(context.currentTime + from);
      tone.stop(context.currentTime + from + seconds);
    }
  }

  return {
    good: () => tell(GOOD, 80),
    bad: () => tell(BAD, [120, 60, 120]),
    button: h("button", {
      type: "button",
      class: "plain-button toggle",
      "aria-pressed": () => String(isOn.value),
      "aria-label": t("venue.door.sound"),
      title: t("venue.door.sound"),
      onclick: () => {
        isOn.value = !isOn.peek();
        shelf.setItem(KEY, isOn.peek() ? "on" : "off");
      },
    }, icon("sound")),
  };
}
