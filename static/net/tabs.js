// @ts-check
/**
 * Tells the other tabs of this browser what happened here, so that two tabs are one buyer with one
 * hold. Works alone, silently, where there is no channel to them.
 */

/** @typedef {ReturnType<typeof createTabs>} Tabs */

/** @param {BroadcastChannel | null} channel */
export function createTabs(channel) {
  /** @type {Map<string, Set<(body: any) => void>>} */
  const listeners = new Map();

  channel?.addEventListener("message", ({ data }) => {
    for (const listener of listeners.get(data?.topic) ?? []) listener(data.body);
  });

  return {
    /** @param {string} topic @param {unknown} [body] */
    tell(topic, body = null) {
      channel?.postMessage({ topic, body });
    },

    /**
     * @param {string} topic
     * @param {(body: any) => void} listener
     * @returns {() => void} stops listening
     */
    on(topic, listener) {
      const set = listeners.get(topic) ?? new Set();
      listeners.set(topic, set.add(listener));
      return () => set.delete(listener);
    },

    close: () => channel?.close(),
  };
}
