// @ts-check
/** What shape and colour mean on the staff's map. */
import { h } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { mapKey } from "../ui/legend.js";

/** The buyers' key serves, but nothing here is "reserved for you"; the heat is ours. */
export function staffKey() {
  const key = mapKey();
  key.querySelector(".is-mine")?.parentElement?.remove();
  key.append(h("li", null, h("span", { class: "heat-mark", "aria-hidden": "true" }), t("venue.heatKey")));
  return key;
}
