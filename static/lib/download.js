// @ts-check
/** Hands a file that was fetched (its path needs a token) to the browser's downloads. */
import { h } from "./dom.js";

const KEPT_MS = 60_000;

/** @param {Blob} file @param {string} name */
export function download(file, name) {
  const source = URL.createObjectURL(file);
  h("a", { href: source, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(source), KEPT_MS);
}
