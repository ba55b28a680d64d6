// @ts-check
/** How many places of a standing area. In the list and in the cart alike. */
import { t } from "../lib/i18n.js";
import { stepper } from "./stepper.js";

/**
 * @param {import("../app/purchase.js").Purchase} purchase
 * @param {Readonly<import("../state/areas.js").StandingArea>} area
 */
export function areaStepper(purchase, area) {
  return stepper({
    label: t("areas.places", { area: area.name }),
    fewer: t("areas.fewer", { area: area.name }),
    more: t("areas.more", { area: area.name }),
    number: () => purchase.places.of(area.id),
    said: (n) => t("areas.chosen", { n }),
    canStep(by) {
      purchase.revision.value;
      return by < 0 ? purchase.places.of(area.id) > 0 : purchase.roomFor(area) > 0;
    },
    onStep: (by) => purchase.stepPlaces(area, by),
  });
}
