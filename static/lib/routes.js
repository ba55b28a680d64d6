// @ts-check
/** Addresses behind the `#`: which view they name, and with what. */

/** @typedef {{ view: string, params: Record<string, string> }} Route */

const ROUTES = /** @type {const} */ ([
  ["home", /^\/$/],
  ["event", /^\/events\/(?<event>\d+)$/],
  ["seats", /^\/events\/(?<event>\d+)\/seats$/],
  ["checkout", /^\/events\/(?<event>\d+)\/checkout$/],
  ["bookings", /^\/bookings$/],
  ["booking", /^\/bookings\/(?<reference>BK-[\w-]+)$/],
  ["find", /^\/find$/],
  ["signin", /^\/signin$/],
  ["venue", /^\/venue(?:\/(?<event>\d+))?(?:\/(?<page>[a-z]+))?$/],
]);

/**
 * @param {string} hash as in location.hash
 * @returns {Route}
 */
export function routeOf(hash) {
  const path = decodePath(hash.replace(/^#/, "") || "/");
  for (const [view, pattern] of ROUTES) {
    const match = pattern.exec(path);
    if (!match) continue;
    const given = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined);
    const link = view === "booking" ? new URLSearchParams(hash.split("?")[1] ?? "").get("link") : null;
    return { view, params: { ...Object.fromEntries(given), ...(link ? { link } : {}) } };
  }
  return { view: "missing", params: {} };
}

/** @param {string} path */
function decodePath(path) {
  try {
    return decodeURIComponent(path.split("?")[0] ?? "/");
  } catch {
    return "";
  }
}

/** @param {string} path as "/events/1" */
export function go(path) {
  globalThis.location.hash = `#${path}`;
}
