// @ts-check
/**
 * Reads QR codes where the browser has no BarcodeDetector (Safari, so every iPhone, and Firefox): the
 * middle of the camera's picture goes to the server as a small JPEG, which the browser makes quickly.
 * Never: more than one picture under way.
 */
import { h } from "../../lib/dom.js";
import { ApiError } from "../../net/envelope.js";

/** A code of 41 modules that fills half the picture then has 6 pixels a module; 2 are needed. */
const SIDE = 480;
const QUALITY = 0.7;
/** What is not in the middle is seldom the ticket. */
const SHARE = 0.8;

/**
 * With the shape of a BarcodeDetector.
 * @param {(jpeg: Blob) => Promise<string | null>} readFrame
 * @param {(isReached: boolean) => void} onReach whether the server could be asked
 */
export function createFrameReader(readFrame, onReach) {
  const canvas = h("canvas", { width: SIDE, height: SIDE });
  const brush = canvas.getContext("2d", { alpha: false });

  /** @param {HTMLVideoElement} video @returns {Promise<Blob | null>} */
  function picture(video) {
    const side = Math.min(video.videoWidth, video.videoHeight) * SHARE;
    if (!side || !brush) return Promise.resolve(null);
    const left = (video.videoWidth - side) / 2, top = (video.videoHeight - side) / 2;
    brush.drawImage(video, left, top, side, side, 0, 0, SIDE, SIDE);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  }

  return {
    /** @param {HTMLVideoElement} video @returns {Promise<{ rawValue: string }[]>} */
    async detect(video) {
      const jpeg = await picture(video);
      if (!jpeg) return [];
      try {
        const code = await readFrame(jpeg);
        onReach(true);
        return code === null ? [] : [{ rawValue: code }];
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        onReach(false);
        return [];
      }
    },
  };
}
