// @ts-check
/** Which ticket a seat is bought as, and what its holder shows; only words where there is no choice. */
import { h } from "../lib/dom.js";
import { money } from "../lib/i18n.js";
import { computed } from "../lib/signals.js";

/**
 * @param {{
 *   label: string,
 *   types: () => readonly { id: number, name: string, note: string, price: string }[],
 *   chosen: () => number | undefined,
 *   currency: string,
 *   isLocked?: () => boolean,
 *   onChoose: (id: number) => void,
 * }} parts `types`: the default first
 */
export function typeChoice({ label, types, chosen, currency, isLocked = () => false, onChoose }) {
  const named = computed(() => types().filter((kind) => kind.name));
  // The menu is made anew only when its words are others: whoever has it open keeps it.
  const words = computed(() => named.value.map((kind) => `${kind.id} ${kind.name} ${kind.price}`).join("\n"));
  const current = () => named.value.find((kind) => kind.id === chosen()) ?? named.value[0];
  return [
    () => {
      if (!words.value.includes("\n")) return h("span", null, named.peek()[0]?.name ?? "");
      const choice = h(
        "select",
        {
          class: "ticket-type",
          "aria-label": label,
          disabled: isLocked,
          onchange: () => onChoose(Number(choice.value)),
        },
        named.peek().map((kind) =>
          h("option", { value: String(kind.id) }, `${kind.name}, ${money(kind.price, currency)}`)
        ),
      );
      choice.value = String(current()?.id ?? "");
      return choice;
    },
    h("span", { class: "muted" }, () => current()?.note ?? ""),
  ];
}
