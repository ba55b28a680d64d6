// @ts-check
/**
 * Where this house stands below its origin: "/", or "/tickets/" behind a proxy that gives it a path.
 * Known from where this very file came from, so that nothing has to be set for it.
 */

const root = new URL("../../", import.meta.url);

/** Ends in a slash; "/" outside of a browser. */
export const BASE = root.protocol.startsWith("http") ? root.pathname : "/";

/** The address of a path of the server's. @param {string} path as "/events/1" */
export const at = (path) => BASE + path.replace(/^\//, "");
