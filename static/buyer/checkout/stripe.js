// @ts-check
/**
 * Stripe's Payment Element. Stripe.js comes from Stripe itself, as it must, and only when this shop
 * has a publishable key and a buyer is at the checkout.
 */
import { toMinor } from "../../lib/money.js";

/** The release train of the API version that the server pins (docs.stripe.com/sdks/stripejs-versioning,
 * read 2026-11-28); a test holds both equal. */
const SOURCE = "https://js.stripe.com/endive/stripe.js";

/** What the server accepts (`PAYMENT_METHODS` in payments/stripe.py); the form offers nothing else. */
const PAYMENT_METHODS = ["card"];

/** @type {Promise<any> | null} */
let loading = null;

/** @returns {Promise<(key: string, options?: object) => any>} */
function loadStripe() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = SOURCE;
    script.onload = () => resolve(/** @type {any} */ (globalThis).Stripe);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new Error("Stripe.js could not be loaded"));
    };
    document.head.append(script);
  });
  return loading;
}

/** @param {string} publishableKey @param {string} locale */
export async function createStripe(publishableKey, locale) {
  const Stripe = await loadStripe();
  const stripe = Stripe(publishableKey, { locale });
  /** @type {any} */
  let elements = null;

  return {
    /**
     * @param {HTMLElement} place
     * @param {string} amount
     * @param {string} currency
     */
    mount(place, amount, currency) {
      elements = stripe.elements({
        mode: "payment",
        allowedPaymentMethodTypes: PAYMENT_METHODS,
        amount: toMinor(amount),
        currency: currency.toLowerCase(),
        appearance: { theme: isDark(place) ? "night" : "stripe", variables: { borderRadius: "10px" } },
      });
      elements.create("payment", { layout: "tabs", fields: { billingDetails: { name: "never", email: "never" } } })
        .mount(place);
    },

    /** @param {string} amount @param {string} currency */
    update: (amount, currency) => elements?.update({ amount: toMinor(amount), currency: currency.toLowerCase() }),

    /**
     * What the server charges: a confirmation token for what was typed.
     * @param {{ name: string, email: string, phone: string }} contact
     * @returns {Promise<{ token: string } | { message: string }>}
     */
    async token(contact) {
      const submitted = await elements.submit();
      if (submitted.error) return { message: submitted.error.message };
      const { error, confirmationToken } = await stripe.createConfirmationToken({
        elements,
        params: {
          return_url: location.href,
          payment_method_data: {
            billing_details: { name: contact.name, email: contact.email, phone: contact.phone || undefined },
          },
        },
      });
      return error ? { message: error.message } : { token: confirmationToken.id };
    },

    /** Lets the bank ask the buyer; what came of it, the server says. @param {string} clientSecret */
    async authenticate(clientSecret) {
      await stripe.handleNextAction({ clientSecret });
    },
  };
}

/** @param {HTMLElement} element */
function isDark(element) {
  const [red = 255] = (getComputedStyle(element).color.match(/\d+/g) ?? []).map(Number);
  return red > 128;
}
