"""The double is as strict as the API of the pinned version, and we speak to that version."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from stripe import params
from stripe._api_version import _ApiVersion

from houseful import paths
from houseful.payments.stripe import API_VERSION, PAYMENT_METHODS
from tests.stripe_double import rules
from tests.stripe_double.server import StripeDouble

INTENTS = "/v1/payment_intents"
NEW = {"amount": "500", "currency": "eur", "allowed_payment_method_types[0]": "card"}

TYPED = {
    "create": params.PaymentIntentCreateParams,
    "confirm": params.PaymentIntentConfirmParams,
    "retrieve": params.PaymentIntentRetrieveParams,
    "list": params.PaymentIntentListParams,
    "cancel": params.PaymentIntentCancelParams,
    "capture": params.PaymentIntentCaptureParams,
    "refund": params.RefundCreateParams,
    "list_refunds": params.RefundListParams,
    "retrieve_refund": params.RefundRetrieveParams,
    "list_disputes": params.DisputeListParams,
    "list_events": params.EventListParams,
}


def test_the_server_the_page_and_the_double_speak_one_version() -> None:
    assert API_VERSION == rules.VERSION == _ApiVersion.CURRENT
    page = (paths.STATIC / "buyer" / "checkout" / "stripe.js").read_text()
    train = re.search(r"https://js\.stripe\.com/(\w+)/stripe\.js", page)
    assert train is not None
    assert train[1] == API_VERSION.partition(".")[2]


def test_the_page_offers_just_what_the_server_accepts() -> None:
    page = (paths.STATIC / "buyer" / "checkout" / "stripe.js").read_text()
    listed = re.search(r"const PAYMENT_METHODS = \[(.*?)\]", page)
    assert listed is not None
    assert tuple(re.findall(r'"(\w+)"', listed[1])) == PAYMENT_METHODS
    assert set(PAYMENT_METHODS) <= rules.METHOD_TYPES


@pytest.mark.parametrize("operation", TYPED)
def test_the_double_knows_no_parameter_that_the_sdk_does_not(operation: str) -> None:
    assert rules.PARAMETERS[operation] <= set(TYPED[operation].__annotations__)


async def refusal(api: httpx2.AsyncClient, form: dict[str, str], path: str = INTENTS) -> Any:
    answer = await api.post(path, data=form)
    assert answer.status_code == 400
    return answer.json()["error"]


async def test_the_parameter_that_was_removed_is_refused_by_its_own_code(
    api: httpx2.AsyncClient,
) -> None:
    error = await refusal(api, {**NEW, "payment_method_types[0]": "card"})
    assert error["code"] == "payment_method_types_no_longer_supported"
    assert error["param"] == "payment_method_types"


@pytest.mark.parametrize("version", [None, "2026-08-26.dahlia", "2017-08-15"])
async def test_a_request_of_another_version_is_refused(
    stripe_double: StripeDouble, version: str | None
) -> None:
    headers = {"Authorization": "Bearer sk_test_1"}
    if version is not None:
        headers["Stripe-Version"] = version
    async with httpx2.AsyncClient(base_url=stripe_double.url, trust_env=False) as client:
        answer = await client.post(INTENTS, data=NEW, headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("49", "eur", "amount_too_small"),
        ("12505", "kwd", "invalid_amount"),
        ("550", "ugx", "invalid_amount"),
        ("5001", "isk", "invalid_amount"),
        ("49", "jpy", "amount_too_small"),
        ("100000000", "usd", "amount_too_large"),
        ("500", "xxx", None),
        ("500", "EUR", None),
    ],
)
async def test_an_amount_that_stripe_would_not_charge_is_refused(
    api: httpx2.AsyncClient, amount: str, currency: str, code: str | None
) -> None:
    error = await refusal(api, {**NEW, "amount": amount, "currency": currency})
    assert error.get("code") == code
    assert error["param"] == ("amount" if code else "currency")


async def test_a_method_that_does_not_exist_is_refused(api: httpx2.AsyncClient) -> None:
    error = await refusal(api, {**NEW, "allowed_payment_method_types[0]": "cards"})
    assert error["param"].startswith("allowed_payment_method_types")


async def test_a_card_is_refused_where_only_other_methods_are_allowed(
    api: httpx2.AsyncClient,
) -> None:
    form = {**NEW, "allowed_payment_method_types[0]": "ideal", "payment_method": "pm_card_visa"}
    made = (await api.post(INTENTS, data=form)).json()["id"]
    assert (await refusal(api, {}, f"{INTENTS}/{made}/confirm"))["param"] == "payment_method"


async def test_without_a_list_of_methods_a_confirmation_needs_a_return_url(
    api: httpx2.AsyncClient,
) -> None:
    form = {"amount": "500", "currency": "eur", "payment_method": "pm_card_visa"}
    made = (await api.post(INTENTS, data=form)).json()["id"]
    assert (await refusal(api, {}, f"{INTENTS}/{made}/confirm"))["param"] == "return_url"
    paid = await api.post(f"{INTENTS}/{made}/confirm", data={"return_url": "https://example.org/"})
    assert paid.json()["status"] == "succeeded"


async def test_a_disputed_charge_is_not_refunded(
    api: httpx2.AsyncClient, stripe_double: StripeDouble
) -> None:
    form = {**NEW, "payment_method": "pm_card_visa"}
    made = (await api.post(INTENTS, data=form)).json()["id"]
    await api.post(f"{INTENTS}/{made}/confirm")
    stripe_double.account.dispute(made)
    error = await refusal(api, {"payment_intent": made}, "/v1/refunds")
    assert error["code"] == "charge_disputed"
    listed = (await api.get("/v1/disputes", params={"payment_intent": made})).json()["data"]
    assert [dispute["status"] for dispute in listed] == ["needs_response"]
