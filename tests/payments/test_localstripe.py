"""The Stripe gateway against `localstripe`, which is nobody's of ours.

It keeps our own double honest where it can. It speaks the API of 2017 to 2020, not the pinned
version: it wants `payment_method_types`, which Stripe refuses now, and pays no heed to the version
header. It knows no idempotency, few test cards, no refund rules, no disputes and no least amounts.
So only states, declines, 3-D Secure, refunds and webhook signatures are compared here, through the
old parameter. It listens on every
interface by its own choice; it is only ever called by loopback.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from subprocess import DEVNULL, Popen
from typing import Any

import httpx2
import pytest

from houseful.domain.errors import PaymentDeclined
from houseful.payments.gateway import GatewayRejected, Outcome, PaymentState
from houseful.payments.stripe import PAYMENT_METHODS, StripeGateway
from houseful.payments.webhooks import verify
from tests.payments.tills import API_KEY, QUICK, StripeTill
from tests.stripe_double.inbox import Inbox, inbox
from tests.support.ports import free_port

__all__ = ["inbox"]

pytest.importorskip("localstripe")


class LocalstripeGateway(StripeGateway):
    """Confirms what was attached at creation: localstripe answers 500 to anything more."""

    def _method_params(self) -> dict[str, Any]:
        return {"payment_method_types": list(PAYMENT_METHODS)}

    def _confirm_params(self, payment_token: str) -> dict[str, Any]:
        return {"expand": ["latest_charge"]}


@pytest.fixture(scope="module")
def localstripe() -> Iterator[str]:
    """The address of a localstripe of its own, begun from scratch."""
    port = free_port()
    command = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with Popen(command, stdout=DEVNULL, stderr=DEVNULL, env=environment) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_up(url, process)
            yield url
        finally:
            process.terminate()


def _wait_until_up(url: str, process: Popen[bytes]) -> None:
    deadline_s = time.monotonic() + 20
    while time.monotonic() < deadline_s and process.poll() is None:
        try:
            httpx2.get(f"{url}/v1/payment_intents", auth=(API_KEY, "")).raise_for_status()
        except httpx2.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"localstripe did not answer within 20 s, exit code {process.poll()}")


@pytest.fixture
async def till(localstripe: str) -> AsyncIterator[StripeTill]:
    gateway = LocalstripeGateway(API_KEY, api_base=localstripe, limits=QUICK)
    yield StripeTill(localstripe, gateway)
    await gateway.close()


async def create(till: StripeTill, token: str = "pm_card_visa") -> PaymentState:
    return await till.gateway.create(
        amount_minor=7500,
        currency="EUR",
        payment_token=token,
        metadata={"booking": "1"},
        idempotency_key="k",
    )


async def confirm(till: StripeTill, payment: PaymentState) -> PaymentState:
    return await till.gateway.confirm(
        payment.payment_id, payment_token="pm_card_visa", idempotency_key="c"
    )


async def card(till: StripeTill, number: str) -> str:
    """A PaymentMethod for a raw test number, as Stripe.js would make it."""
    made = await till.post(
        "/v1/payment_methods",
        **{
            "type": "card",
            "card[number]": number,
            "card[exp_month]": "12",
            "card[exp_year]": "2040",
            "card[cvc]": "123",
        },
    )
    return str(made["id"])


async def test_a_payment_is_created_confirmed_and_fetched(till: StripeTill) -> None:
    payment = await create(till)
    assert payment.outcome is Outcome.REQUIRES_CONFIRMATION
    assert payment.metadata == {"booking": "1"}
    assert (await confirm(till, payment)).outcome is Outcome.SUCCEEDED
    assert (await till.gateway.fetch(payment.payment_id)).outcome is Outcome.SUCCEEDED


async def test_a_declined_card_is_declined(till: StripeTill) -> None:
    payment = await create(till, "pm_card_chargeCustomerFail")
    with pytest.raises(PaymentDeclined) as declined:
        await confirm(till, payment)
    assert declined.value.details == {"declineCode": "card_declined"}
    state = await till.gateway.fetch(payment.payment_id)
    assert state.outcome is Outcome.REQUIRES_PAYMENT_METHOD


@pytest.mark.parametrize(
    ("success", "outcome"), [(True, Outcome.SUCCEEDED), (False, Outcome.REQUIRES_PAYMENT_METHOD)]
)
async def test_three_d_secure_ends_as_the_buyer_ends_it(
    till: StripeTill, success: bool, outcome: Outcome
) -> None:
    payment = await create(till, await card(till, "4000002500003155"))
    state = await confirm(till, payment)
    assert state.outcome is Outcome.REQUIRES_ACTION
    await till.authenticate(payment.payment_id, state.client_secret or "", success)
    assert (await till.gateway.fetch(payment.payment_id)).outcome is outcome


async def test_a_payment_is_cancelled_and_a_paid_one_is_not(till: StripeTill) -> None:
    payment = await create(till)
    state = await till.gateway.cancel(payment.payment_id, idempotency_key="x")
    assert state.outcome is Outcome.CANCELED
    paid = await confirm(till, await create(till))
    state = await till.gateway.cancel(paid.payment_id, idempotency_key="x")
    assert state.outcome is Outcome.SUCCEEDED


async def test_a_refund_is_seen_on_the_payment(till: StripeTill) -> None:
    payment = await confirm(till, await create(till))
    refund = await till.gateway.refund(
        payment.payment_id, amount_minor=500, idempotency_key="r", metadata={"booking": "1"}
    )
    assert (refund.amount_minor, refund.currency) == (500, "EUR")
    assert (await till.gateway.fetch(payment.payment_id)).refunded_minor == 500


async def test_an_unknown_card_token_is_refused(till: StripeTill) -> None:
    with pytest.raises(GatewayRejected):
        await create(till, "pm_none")


async def test_its_webhooks_verify(till: StripeTill, inbox: Inbox) -> None:
    await till.post(
        "/_config/webhooks/ours",
        url=inbox.url,
        secret="whsec_local",
        **{"events[0]": "payment_intent.succeeded"},
    )
    payment = await confirm(till, await create(till))
    seen = None
    async with asyncio.timeout(15):
        # It sends a second late, so payments of the tests before this one are told of too.
        while seen != payment.payment_id:
            body, headers = await inbox.next()
            event = verify(body, headers["stripe-signature"], "whsec_local")
            assert event.kind == "payment_intent.succeeded"
            seen = event.payment_id
