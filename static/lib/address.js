// @ts-check
/** What the reader searches, filters and sorts, kept behind the `?` of the hash: a reload or a link shows it again. */

/** @returns {URLSearchParams} of this view */
export const addressQuery = () => new URLSearchParams(location.hash.split("?")[1] ?? "");

/**
 * Writes into the address without leaving the view.
 * @param {Record<string, string>} changes an empty value leaves the address
 * @param {boolean} isStep whether "back" leads to what was there before; typing is one step, not many
 */
export function keepInAddress(changes, isStep) {
  const [path = "#/", query = ""] = location.hash.split("?");
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  const address = String(next) ? `${path}?${next}` : path;
  if (address === location.hash) return;
  if (isStep) history.pushState(null, "", address);
  else history.replaceState(history.state, "", address);
}
