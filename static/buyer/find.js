// @ts-check
/** Having the mail of a booking sent again, with its link, by what a buyer still knows of it. */
import { h, View } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { explain } from "../ui/explain.js";
import { entitle } from "../ui/frame.js";

export class FindView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);

  /** @override */
  render() {
    entitle(this, t("find.title"));
    const said = signal("");
    const input = (/** @type {string} */ name, /** @type {string} */ type) =>
      h("input", { id: `find-${name}`, name, type, required: true, autocomplete: type === "email" ? "email" : "off" });
    const reference = input("reference", "text"), email = input("email", "email");
    const field = (/** @type {HTMLInputElement} */ control, /** @type {string} */ label) =>
      h("div", { class: "field" }, h("label", { for: control.id }, label), control);
    const send = async () => {
      try {
        await this.app.api.findBooking(reference.value.trim(), email.value.trim());
        said.value = t("find.sent");
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        said.value = explain.error(error);
      }
    };
    return h(
      "div",
      { class: "page" },
      h("h1", null, t("find.title")),
      h("p", { class: "muted" }, t("find.help")),
      h(
        "form",
        { onsubmit: (/** @type {Event} */ submitted) => (submitted.preventDefault(), void send()) },
        field(reference, t("booking.reference")),
        field(email, t("find.email")),
        h("button", { type: "submit", class: "button is-primary" }, t("find.send")),
        h("p", { role: "status" }, () => said.value),
      ),
    );
  }
}
customElements.define("find-view", FindView);
