// @ts-check
/**
 * Contact first, then how to pay: Stripe's form when this shop has a key, test cards otherwise.
 * Owns: what is typed and whether it is complete. Never: keeps a card number past the request.
 */
import { h, View, watch } from "../../lib/dom.js";
import { currentLanguage, t } from "../../lib/i18n.js";
import { computed, signal } from "../../lib/signals.js";
import { icon } from "../../ui/icons.js";
import { createStripe } from "./stripe.js";

/** @typedef {import("../../state/session.js").Contact} Contact */
/** @typedef {{ paymentMethod: "demo" | "stripe", card?: { number: string }, paymentToken?: string }} Means */

const TEST_CARDS = /** @type {const} */ ([
  ["4242 4242 4242 4242", "checkout.cardPays"],
  ["4000 0000 0000 0002", "checkout.cardDeclines"],
  ["4000 0000 0000 9995", "checkout.cardFunds"],
  ["4000 0025 0000 3155", "checkout.cardSecure"],
]);

export class PaymentForm extends View {
  /** @type {import("../../app/app.js").App} */
  app = /** @type {any} */ (null);
  /** What is to be paid, or null while it is not known.
   * @type {import("../../lib/signals.js").Signal<{ total: string, currency: string } | null>} */
  amount = /** @type {any} */ (null);
  /** @type {Awaited<ReturnType<typeof createStripe>> | null} */
  stripe = null;

  /** @override */
  render() {
    const { session, config } = this.app;
    const kept = session.contact();
    // One word: another price must not clear what was typed.
    const way = computed(() => isFree(this.amount.value?.total) ? "free" : config.value.gateway);
    this.faults = signal(/** @type {Record<string, string>} */ ({}));
    return [
      h(
        "fieldset",
        { class: "group" },
        h("legend", null, t("checkout.contact")),
        h(
          "p",
          { class: "muted small" },
          () => t(config.value.sendsMail ? "checkout.contactHelp" : "checkout.contactHelp.off"),
        ),
        this.field("name", t("checkout.name"), { autocomplete: "name", value: kept.name, required: true }),
        this.field("email", t("checkout.email"), {
          type: "email",
          autocomplete: "email",
          inputmode: "email",
          value: kept.email,
          required: true,
          spellcheck: "false",
        }),
        this.field("phone", t("checkout.phone"), { type: "tel", autocomplete: "tel", value: kept.phone }),
      ),
      h(
        "fieldset",
        { class: "group" },
        h("legend", null, t("checkout.payment")),
        () =>
          way.value === "free"
            ? h("p", null, t("checkout.free"))
            : way.value === "stripe"
            ? this.stripePart()
            : this.demoPart(),
      ),
    ];
  }

  demoPart() {
    return [
      h("p", { class: "notice is-demo" }, icon("info"), t("checkout.cardHelp")),
      this.field("card", t("checkout.card"), {
        inputmode: "numeric",
        autocomplete: "off",
        value: TEST_CARDS[0][0],
        required: true,
        maxlength: 23,
        class: "tabular",
      }),
      h(
        "div",
        { class: "test-cards" },
        TEST_CARDS.map(([number, words]) =>
          h(
            "button",
            {
              type: "button",
              class: "chip",
              onclick: () => {
                this.input("card").value = number;
                this.clearFault("card");
              },
            },
            h("span", { class: "tabular" }, `…${number.slice(-4)}`),
            t(words),
          )
        ),
      ),
    ];
  }

  stripePart() {
    const state = signal(/** @type {"loading" | "ready" | "failed"} */ ("loading"));
    const place = h("div", { class: "stripe-place" });
    const load = async () => {
      state.value = "loading";
      try {
        const key = this.app.config.peek().stripePublishableKey ?? "";
        this.stripe = await createStripe(key, currentLanguage());
        const amount = this.amount.peek();
        if (amount) this.stripe.mount(place, amount.total, amount.currency);
        state.value = "ready";
      } catch {
        state.value = "failed";
      }
    };
    load();
    watch(() => {
      const amount = this.amount.value;
      if (amount && state.value === "ready") this.stripe?.update(amount.total, amount.currency);
    });
    return [
      place,
      () => state.value === "loading" ? h("p", { class: "muted", role: "status" }, t("checkout.stripeLoading")) : null,
      () =>
        state.value === "failed"
          ? h(
            "p",
            { class: "fault", role: "alert" },
            t("checkout.stripeFailed"),
            h("button", { class: "link-button", type: "button", onclick: load }, t("error.again")),
          )
          : null,
    ];
  }

  /** @param {string} name @param {string} label @param {Record<string, any>} props */
  field(name, label, props) {
    const fault = () => this.faults?.value[name] ?? "";
    return h(
      "div",
      { class: "field" },
      h("label", { for: `field-${name}` }, label),
      h("input", {
        id: `field-${name}`,
        name,
        type: "text",
        ...props,
        "aria-invalid": () => String(Boolean(fault())),
        "aria-describedby": `fault-${name}`,
        oninput: () => this.clearFault(name),
      }),
      h("p", { class: "fault", id: `fault-${name}` }, () => fault() ? [icon("error"), fault()] : null),
    );
  }

  /** @param {string} name @returns {HTMLInputElement} */
  input(name) {
    return /** @type {HTMLInputElement} */ (this.querySelector(`#field-${name}`));
  }

  /** @param {string} name */
  clearFault(name) {
    if (!this.faults?.peek()[name]) return;
    const { [name]: _gone, ...others } = this.faults.peek();
    this.faults.value = others;
  }

  /** @returns {Contact} */
  contact() {
    return {
      name: this.input("name").value.trim(),
      email: this.input("email").value.trim(),
      phone: this.input("phone").value.trim(),
    };
  }

  /** What the server does not take, at its field. @param {string} name @param {string} words */
  blame(name, words) {
    if (this.faults) this.faults.value = { [name]: words };
    this.input(name).focus();
  }

  /** Whether everything needed is there; if not, says so and goes to the first fault. */
  check() {
    const { name, email } = this.contact();
    /** @type {Record<string, string>} */
    const faults = {};
    if (!name) faults.name = t("checkout.required");
    if (!email) faults.email = t("checkout.required");
    else if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) faults.email = t("checkout.emailWrong");
    const card = this.input("card");
    if (card && !/^\d{12,19}$/.test(digits(card.value))) faults.card = t("checkout.cardWrong");
    if (this.faults) this.faults.value = faults;
    const [first] = Object.keys(faults);
    if (first) this.input(first).focus();
    return !first;
  }

  /** How to pay, or what is wrong with it. @returns {Promise<Means | { message: string }>} */
  async means() {
    if (isFree(this.amount.peek()?.total)) {
      return { paymentMethod: this.app.config.peek().gateway };
    }
    if (this.app.config.peek().gateway === "demo") {
      return { paymentMethod: "demo", card: { number: digits(this.input("card").value) } };
    }
    if (!this.stripe) return { message: t("checkout.stripeFailed") };
    const made = await this.stripe.token(this.contact());
    return "token" in made ? { paymentMethod: "stripe", paymentToken: made.token } : made;
  }
}
customElements.define("payment-form", PaymentForm);

/** @param {string} text */
const digits = (text) => text.replace(/[\s-]/g, "");

/** @param {string | undefined} total */
const isFree = (total) => total !== undefined && Number(total) === 0;
