"""With Stripe's keys set: its form, its script from its own address, and only at the checkout.

Stripe.js itself is not to be had here. A stand-in with its documented calls takes its place at its
own address, so that the Content-Security-Policy is tried as well; the server talks to the double.
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from playwright.async_api import Route, expect

from tests.browser import steps
from tests.browser.conftest import IN_A_BROWSER, Enter, Shop, Visit, run_shop
from tests.stripe_double.fixture import running_double
from tests.stripe_double.server import StripeDouble

pytestmark = IN_A_BROWSER

SCRIPT = "https://js.stripe.com/endive/stripe.js"
STAND_IN = """
// As strict as Stripe.js of the release `endive` (docs.stripe.com/js, read 2026-11-28): an option that
// it does not know throws, `paymentMethodTypes` among them
// (docs.stripe.com/changelog/endive/2026-09-30/remove-elements-deferred-intent-payment-method-types).
const known = (given, names) => {
  for (const name of Object.keys(given)) {
    if (!names.split(" ").includes(name)) throw new Error(`IntegrationError: ${name}`);
  }
};
globalThis.Stripe = (key, options) => {
  known(options, "locale apiVersion stripeAccount betas");
  return {
    elements(facts) {
      known(facts, "mode amount currency allowedPaymentMethodTypes appearance fonts locale captureMethod");
      if (!Number.isInteger(facts.amount) || facts.currency !== facts.currency.toLowerCase()) {
        throw new Error("IntegrationError: amount or currency");
      }
      const form = document.createElement("p");
      const show = () =>
        (form.textContent =
          `${key}: ${facts.mode} ${facts.amount} ${facts.currency} ${facts.allowedPaymentMethodTypes}`);
      return {
        create: (kind, more) => {
          known(more, "layout fields terms wallets defaultValues business paymentMethodOrder readOnly");
          return { mount: (place) => { show(); place.append(form); } };
        },
        update: (next) => {
          known(next, "amount currency mode allowedPaymentMethodTypes appearance locale");
          Object.assign(facts, next);
          show();
        },
        submit: async () => ({}),
      };
    },
    createConfirmationToken: async (given) => {
      known(given, "elements params");
      known(given.params, "payment_method_data shipping return_url");
      const { payment_method_data, return_url } = given.params;
      known(payment_method_data, "billing_details allow_redisplay metadata");
      const { name, email } = payment_method_data.billing_details;
      if (!name || !email) return { error: { message: "the form does not ask for name and email" } };
      const id = await globalThis.keepCard(globalThis.chosenCard ?? "pm_card_visa", return_url);
      return { confirmationToken: { id } };
    },
    handleNextAction: (given) => {
      known(given, "clientSecret");
      return globalThis.askTheBank(given.clientSecret);
    },
  };
};
"""


@pytest.fixture(scope="module")
def double() -> Iterator[StripeDouble]:
    with running_double() as running:
        yield running
        assert running.ledger.violations() == []


@pytest.fixture(scope="module")
def stripe_shop(tmp_path_factory: pytest.TempPathFactory, double: StripeDouble) -> Iterator[Shop]:
    variables = {
        "STRIPE_SECRET_KEY": "sk_test_shop",
        "STRIPE_PUBLISHABLE_KEY": "pk_test_shop",
        "STRIPE_API_BASE": double.url,
    }
    with run_shop(tmp_path_factory.mktemp("stripe"), variables) as running:
        yield running


async def with_stripe(visit: Visit, double: StripeDouble) -> list[str]:
    """Puts the stand-in at Stripe's address; returns the list of requests for it."""
    asked: list[str] = []
    await visit.page.expose_function("keepCard", double.account.create_confirmation_token)

    async def answer(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(body=STAND_IN, content_type="text/javascript")

    await visit.page.route(SCRIPT, answer)
    return asked


async def contact(visit: Visit) -> None:
    await visit.page.get_by_label("Full name").fill("Ada Buyer")
    await visit.page.get_by_label("E-mail").fill("ada@example.org")


async def test_stripes_form_is_fetched_at_the_checkout_and_pays(
    stripe_shop: Shop, double: StripeDouble, enter: Enter
) -> None:
    buyer = await enter(stripe_shop)
    asked = await with_stripe(buyer, double)
    await steps.to_row(buyer, 0, 0)
    assert asked == []
    await steps.pick(buyer.page, 1)
    await steps.reserve(buyer.page)
    await expect(buyer.page.locator(".stripe-place")).to_have_text(
        "pk_test_shop: payment 6000 eur card"
    )
    assert asked == [SCRIPT]
    await expect(buyer.page.get_by_label("Test card number")).to_have_count(0)
    await expect(buyer.page.get_by_text("no money moves")).to_have_count(0)
    await contact(buyer)
    await steps.confirm(buyer.page)
    await steps.is_confirmed(buyer.page)


async def test_a_discount_changes_what_stripes_form_asks_for(
    stripe_shop: Shop, double: StripeDouble, enter: Enter
) -> None:
    buyer = await enter(stripe_shop)
    await with_stripe(buyer, double)
    await steps.to_checkout(buyer, 0, 1, 1)
    await buyer.page.get_by_label("Discount code").fill("SUMMER10")
    await buyer.page.get_by_label("Discount code").press("Enter")
    await expect(buyer.page.locator(".stripe-place")).to_have_text(
        "pk_test_shop: payment 5400 eur card"
    )


async def test_a_card_that_stripe_declines_can_be_changed(
    stripe_shop: Shop, double: StripeDouble, enter: Enter
) -> None:
    buyer = await enter(stripe_shop)
    await with_stripe(buyer, double)
    await steps.to_checkout(buyer, 0, 2, 1)
    await contact(buyer)
    await buyer.page.evaluate("globalThis.chosenCard = 'pm_card_chargeDeclinedInsufficientFunds'")
    await steps.confirm(buyer.page)
    panel = buyer.page.get_by_role("alert").filter(has_text="Payment Declined")
    await expect(panel).to_contain_text("The card has too little money on it.")
    await buyer.page.evaluate("globalThis.chosenCard = 'pm_card_visa'")
    await steps.confirm(buyer.page)
    await steps.is_confirmed(buyer.page)


async def test_without_stripes_script_the_buyer_is_told_and_can_try_again(
    stripe_shop: Shop, enter: Enter
) -> None:
    buyer = await enter(stripe_shop)
    tries: list[str] = []

    async def answer(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            await route.abort("connectionrefused")
        else:
            await route.fulfill(body=STAND_IN, content_type="text/javascript")

    await buyer.page.route(SCRIPT, answer)
    await steps.to_checkout(buyer, 0, 3, 1)
    fault = buyer.page.get_by_role("alert").filter(has_text="could not be loaded from Stripe")
    await fault.get_by_role("button", name="Try again").click()
    await expect(buyer.page.locator(".stripe-place")).to_contain_text("6000 eur")


@pytest.mark.parametrize("agrees", [True, False])
async def test_the_bank_is_asked_through_stripe_and_its_word_counts(
    stripe_shop: Shop, double: StripeDouble, enter: Enter, agrees: bool
) -> None:
    """3-D Secure: the page hands Stripe the secret and then asks the server what came of it."""
    buyer = await enter(stripe_shop)
    await with_stripe(buyer, double)
    asked: list[str] = []

    async def ask_the_bank(client_secret: str) -> dict[str, object]:
        asked.append(client_secret)
        payment_id = client_secret.partition("_secret_")[0]
        async with httpx2.AsyncClient(base_url=double.url, trust_env=False) as bank:
            answer = await bank.post(
                f"/v1/payment_intents/{payment_id}/_authenticate",
                data={"client_secret": client_secret, "success": str(agrees).lower()},
                headers={"Authorization": "Bearer sk_test_shop"},
            )
        return {} if answer.status_code == 200 else {"error": {"message": answer.text}}

    await buyer.page.expose_function("askTheBank", ask_the_bank)
    await steps.to_checkout(buyer, 0, 4 + agrees, 1)
    await contact(buyer)
    await buyer.page.evaluate("globalThis.chosenCard = 'pm_card_authenticationRequiredOnSetup'")
    await steps.confirm(buyer.page)
    if agrees:
        await steps.is_confirmed(buyer.page)
    else:
        panel = buyer.page.get_by_role("alert").filter(has_text="Payment Declined")
        await expect(panel).to_be_visible()
        await buyer.page.evaluate("globalThis.chosenCard = 'pm_card_visa'")
        await steps.confirm(buyer.page)
        await steps.is_confirmed(buyer.page)
    assert len(asked) == 1


async def test_a_fault_of_the_shop_is_said_as_such_and_the_buyer_keeps_the_seats(
    stripe_shop: Shop, double: StripeDouble, enter: Enter
) -> None:
    buyer = await enter(stripe_shop)
    await with_stripe(buyer, double)
    await steps.to_checkout(buyer, 0, 6, 1)
    await contact(buyer)
    double.faults.add("refuse", "create")
    await steps.confirm(buyer.page)
    panel = buyer.page.get_by_role("alert").filter(has_text="cannot take payments just now")
    await expect(panel).to_contain_text("It is not your card")
    await expect(panel).to_contain_text("Your seats stay yours for")
    await expect(buyer.page.get_by_text("Payment Declined")).to_have_count(0)
    await panel.get_by_role("button", name="Try Again").click()
    await steps.is_confirmed(buyer.page)
