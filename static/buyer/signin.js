// @ts-check
/** Where a buyer who signed out becomes a guest again. */
import { h, View } from "../lib/dom.js";
import { t } from "../lib/i18n.js";
import { go } from "../lib/routes.js";
import { signal } from "../lib/signals.js";
import { ApiError } from "../net/envelope.js";
import { entitle } from "../ui/frame.js";
import { explain } from "../ui/explain.js";
import { icon } from "../ui/icons.js";

export class SignInView extends View {
  /** @type {import("../app/app.js").App} */
  app = /** @type {any} */ (null);

  /** @override */
  render() {
    const fault = signal("");
    const signIn = async () => {
      try {
        await this.app.api.token();
        this.app.tabs.tell("signed-in");
        go("/");
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        fault.value = explain.error(error);
      }
    };
    entitle(this, t("account.signin"));
    return h(
      "div",
      { class: "page empty" },
      icon("user", "big-icon"),
      h("h1", null, () => t(this.app.session.identity.value ? "account.signin" : "account.signedOut")),
      h("p", null, t("account.signedOutHelp")),
      () => fault.value ? h("p", { class: "fault", role: "alert" }, fault.value) : null,
      h("button", { class: "button is-primary", type: "button", onclick: signIn }, t("account.signin")),
    );
  }
}
customElements.define("signin-view", SignInView);
