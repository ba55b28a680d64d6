// @ts-check
/** Reads QR codes off the camera where the browser can (BarcodeDetector); else it says that it cannot. */
import { h, onEnd } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { sign } from "./signs.js";

const LOOK_EVERY_MS = 180;
/** A code that stays in front of the camera is one scan. */
const SAME_CODE_MS = 4000;

/** @returns {Promise<{ detect(video: HTMLVideoElement): Promise<{ rawValue: string }[]> } | null>} */
async function createDetector() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  const formats = await Detector?.getSupportedFormats?.().catch(() => []) ?? [];
  return formats.includes("qr_code") && navigator.mediaDevices ? new Detector({ formats: ["qr_code"] }) : null;
}

/** @param {(code: string) => void} onCode */
export function scanner(onCode) {
  const state = signal(/** @type {"off" | "starting" | "on" | "denied" | "missing"} */ ("off"));
  const video = h("video", {
    class: "scanner-video",
    playsinline: true,
    muted: true,
    hidden: () => state.value !== "on",
  });
  /** @type {MediaStream | null} */
  let stream = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let last = { code: "", at: 0 };

  function stop() {
    clearTimeout(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = null;
    video.srcObject = null;
    state.value = "off";
  }

  async function start() {
    state.value = "starting";
    const detector = await createDetector();
    if (!detector) return void (state.value = "missing");
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      return void (state.value = "denied");
    }
    if (!video.isConnected) return stop();
    video.srcObject = stream;
    await video.play().catch(() => undefined);
    state.value = "on";
    const look = async () => {
      const [found] = await detector.detect(video).catch(() => []);
      const now = Date.now();
      if (found && (found.rawValue !== last.code || now - last.at > SAME_CODE_MS)) onCode(found.rawValue);
      if (found) last = { code: found.rawValue, at: now };
      if (stream) timer = setTimeout(look, LOOK_EVERY_MS);
    };
    look();
  }

  onEnd(stop);
  return h(
    "div",
    { class: "scanner" },
    video,
    h(
      "button",
      {
        type: "button",
        class: "button is-secondary",
        "aria-pressed": () => String(state.value === "on"),
        onclick: () => state.peek() === "on" ? stop() : start(),
      },
      sign("camera"),
      () => t(state.value === "on" ? "venue.door.cameraOff" : "venue.door.cameraOn"),
    ),
    () =>
      state.value === "denied" || state.value === "missing"
        ? h("p", { class: "muted small", role: "status" }, t(`venue.door.camera.${state.value}`))
        : null,
  );
}
