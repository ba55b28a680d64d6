"""What Stripe's documentation promises, asked of the double with a bare HTTP client."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx2
import pytest

from tests.stripe_double.server import StripeDouble

INTENTS = "/v1/payment_intents"
NEW = {
    "amount": "500",
    "currency": "eur",
    "allowed_payment_method_types[0]": "card",
    "metadata[booking]": "1",
}
PAID = {**NEW, "payment_method": "pm_card_visa"}


async def post(
    api: httpx2.AsyncClient, path: str, form: dict[str, str], key: str | None = None
) -> httpx2.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await api.post(path, data=form, headers=headers)


async def paid(api: httpx2.AsyncClient) -> str:
    made = (await post(api, INTENTS, PAID)).json()["id"]
    assert (await post(api, f"{INTENTS}/{made}/confirm", {})).json()["status"] == "succeeded"
    return str(made)


def error(answer: httpx2.Response) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()["error"]
    return body


async def test_without_an_idempotency_key_the_same_request_charges_twice(
    api: httpx2.AsyncClient, stripe_double: StripeDouble
) -> None:
    for _ in range(2):
        await paid(api)
    assert stripe_double.ledger.violations() == ["booking 1 was paid 2 times"]
    stripe_double.ledger.entries.clear()


async def test_with_a_key_the_second_answer_is_the_first_and_says_so(
    api: httpx2.AsyncClient,
) -> None:
    first, again = [await post(api, INTENTS, NEW, "k") for _ in range(2)]
    assert again.json() == first.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_key_with_another_body_or_path_is_a_400(api: httpx2.AsyncClient) -> None:
    await post(api, INTENTS, NEW, "k")
    for path, form in ((INTENTS, {**NEW, "amount": "501"}), ("/v1/refunds", NEW)):
        answer = await post(api, path, form, "k")
        assert (answer.status_code, error(answer)["type"]) == (400, "idempotency_error")


async def test_a_key_at_work_is_a_409(api: httpx2.AsyncClient, stripe_double: StripeDouble) -> None:
    stripe_double.faults.add("latency", "create", seconds=0.3)
    answers = await asyncio.gather(*(post(api, INTENTS, NEW, "k") for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert error(refused)["code"] == "idempotency_key_in_use"


async def test_a_500_and_a_decline_are_kept_and_a_validation_error_is_not(
    api: httpx2.AsyncClient, stripe_double: StripeDouble
) -> None:
    stripe_double.faults.add("error_before", "create")
    assert [(await post(api, INTENTS, NEW, "a")).status_code for _ in range(2)] == [500, 500]
    declining = {**NEW, "payment_method": "pm_card_chargeDeclined"}
    made = (await post(api, INTENTS, declining)).json()["id"]
    declined = [await post(api, f"{INTENTS}/{made}/confirm", {}, "b") for _ in range(2)]
    assert [answer.status_code for answer in declined] == [402, 402]
    assert declined[1].headers["idempotent-replayed"] == "true"
    assert (await post(api, INTENTS, {"currency": "eur"}, "c")).status_code == 400
    assert (await post(api, INTENTS, NEW, "c")).status_code == 200


async def test_the_rate_limiter_stands_before_the_idempotency_layer(
    api: httpx2.AsyncClient, stripe_double: StripeDouble
) -> None:
    stripe_double.faults.add("rate_limit", "create")
    assert [(await post(api, INTENTS, NEW, "k")).status_code for _ in range(2)] == [429, 200]


@pytest.mark.parametrize(
    ("token", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
    ],
)
async def test_a_decline_names_its_codes_and_carries_the_payment(
    api: httpx2.AsyncClient, token: str, code: str, decline_code: str
) -> None:
    made = (await post(api, INTENTS, {**NEW, "payment_method": token})).json()["id"]
    declined = error(await post(api, f"{INTENTS}/{made}/confirm", {}))
    assert (declined["type"], declined["code"]) == ("card_error", code)
    assert declined["decline_code"] == decline_code
    assert declined["payment_intent"]["id"] == made
    assert declined["payment_intent"]["status"] == "requires_payment_method"


@pytest.mark.parametrize("move", ["confirm", "cancel", "capture"])
async def test_a_move_that_the_state_forbids_changes_nothing(
    api: httpx2.AsyncClient, move: str
) -> None:
    made = await paid(api)
    answer = await post(api, f"{INTENTS}/{made}/{move}", {})
    assert error(answer)["code"] == "payment_intent_unexpected_state"
    assert (await api.get(f"{INTENTS}/{made}")).json()["status"] == "succeeded"


async def test_held_money_is_charged_when_it_is_captured(
    api: httpx2.AsyncClient, stripe_double: StripeDouble
) -> None:
    made = (await post(api, INTENTS, {**PAID, "capture_method": "manual"})).json()["id"]
    held = (await post(api, f"{INTENTS}/{made}/confirm", {})).json()
    assert held["status"] == "requires_capture"
    assert stripe_double.ledger.charges() == []
    captured = (await post(api, f"{INTENTS}/{made}/capture", {})).json()
    assert (captured["status"], captured["amount_received"]) == ("succeeded", 500)
    assert len(stripe_double.ledger.charges()) == 1


async def test_refunds_stop_at_what_was_paid(api: httpx2.AsyncClient) -> None:
    made = await paid(api)
    too_much = await post(api, "/v1/refunds", {"payment_intent": made, "amount": "501"})
    assert error(too_much)["param"] == "amount"
    whole = await post(api, "/v1/refunds", {"payment_intent": made})
    assert whole.json()["amount"] == 500
    again = await post(api, "/v1/refunds", {"payment_intent": made})
    assert error(again)["code"] == "charge_already_refunded"
    listed = (await api.get("/v1/refunds", params={"payment_intent": made})).json()["data"]
    assert [refund["amount"] for refund in listed] == [500]


async def test_events_tell_the_whole_story_in_order(api: httpx2.AsyncClient) -> None:
    made = await paid(api)
    await post(api, "/v1/refunds", {"payment_intent": made})
    events = (await api.get("/v1/events", params={"limit": "100"})).json()["data"]
    assert [event["type"] for event in reversed(events)] == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "refund.created",
        "charge.refunded",
    ]
    only = await api.get("/v1/events", params={"type": "charge.refunded"})
    assert [event["type"] for event in only.json()["data"]] == ["charge.refunded"]


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"amount": "x", "currency": "eur"},
        {"amount": "0", "currency": "eur"},
        {"amount": "1", "currency": "EURO"},
        {**NEW, "surprise": "1"},
        {**NEW, "payment_method": "pm_none"},
        {**NEW, "metadata[booking]": "x" * 501},
    ],
)
async def test_a_request_that_stripe_would_refuse_is_refused(
    api: httpx2.AsyncClient, form: dict[str, str]
) -> None:
    assert (await post(api, INTENTS, form)).status_code in (400, 404)
    assert (await api.get(INTENTS)).json()["data"] == []


async def test_without_a_key_of_the_account_there_is_nothing(stripe_double: StripeDouble) -> None:
    async with httpx2.AsyncClient(base_url=stripe_double.url, trust_env=False) as stranger:
        assert (await stranger.get(INTENTS)).status_code == 401


@pytest.mark.parametrize("kind", ["lose_request", "lose_reply", "reset_before", "reset_after"])
async def test_a_broken_connection_gives_no_answer_but_the_work_is_as_its_name_says(
    api: httpx2.AsyncClient, stripe_double: StripeDouble, kind: str
) -> None:
    stripe_double.faults.add(kind, "create")
    expected = httpx2.ReadError if kind.startswith("reset") else httpx2.NetworkError
    with pytest.raises((expected, httpx2.RemoteProtocolError)):
        await post(api, INTENTS, NEW)
    done = kind in ("lose_reply", "reset_after")
    assert len((await api.get(INTENTS)).json()["data"]) == int(done)
