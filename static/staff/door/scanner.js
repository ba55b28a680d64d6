// @ts-check
/** Reads QR codes off the camera: by the browser's BarcodeDetector, else by the server. */
import { h, onEnd } from "../../lib/dom.js";
import { t } from "../../lib/i18n.js";
import { signal } from "../../lib/signals.js";
import { createFrameReader } from "./frame-reader.js";
import { sign } from "../signs.js";

const LOOK_EVERY_MS = 180;
/** A code that stays in front of the camera is one scan. */
const SAME_CODE_MS = 4000;

/** @typedef {{ detect(video: HTMLVideoElement): Promise<{ rawValue: string }[]> }} Detector */
/** @typedef {"off" | "starting" | "on" | "denied" | "insecure" | "missing"} State */

/** The browser's own, which only Chromium on some systems has. @returns {Promise<Detector | null>} */
async function browsersDetector() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  const formats = await Detector?.getSupportedFormats?.().catch(() => []) ?? [];
  return formats.includes("qr_code") ? new Detector({ formats: ["qr_code"] }) : null;
}

/**
 * @param {(code: string) => void} onCode
 * @param {(jpeg: Blob) => Promise<string | null>} readFrame what the server reads off a picture
 */
export function scanner(onCode, readFrame) {
  const state = signal(/** @type {State} */ ("off"));
  const isReached = signal(true);
  const video = h("video", { class: "scanner-video", playsinline: true, hidden: () => state.value !== "on" });
  video.muted = true; // the attribute alone does not count on a video made by a script
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
    if (state.peek() === "starting") return;
    // Browsers hide the camera from pages that came over plain http.
    if (!navigator.mediaDevices) return void (state.value = globalThis.isSecureContext ? "missing" : "insecure");
    state.value = "starting";
    isReached.value = true;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } },
      });
    } catch {
      return void (state.value = "denied");
    }
    if (!video.isConnected) return stop();
    video.srcObject = stream;
    await video.play().catch(() => undefined);
    state.value = "on";
    look(stream);
  }

  /** @param {MediaStream} mine */
  async function look(mine) {
    const byServer = createFrameReader(readFrame, (reached) => (isReached.value = reached));
    let detector = await browsersDetector() ?? byServer;
    const next = async () => {
      const [found] = await detector.detect(video).catch(() => {
        detector = byServer; // a detector that is there and does not work is as good as none
        return [];
      });
      if (stream !== mine) return;
      const now = performance.now();
      if (found && (found.rawValue !== last.code || now - last.at > SAME_CODE_MS)) onCode(found.rawValue);
      if (found) last = { code: found.rawValue, at: now };
      timer = setTimeout(next, LOOK_EVERY_MS);
    };
    next();
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
    h("p", { class: "muted small", role: "status" }, () => {
      if (state.value === "on") return isReached.value ? "" : t("venue.door.camera.unreached");
      return state.value === "off" || state.value === "starting" ? "" : t(`venue.door.camera.${state.value}`);
    }),
  );
}
