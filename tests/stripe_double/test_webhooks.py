"""The courier: signed, repeated until taken, and as unreliable as it is told to be."""

from __future__ import annotations

import asyncio
import itertools
import json

import httpx2

from houseful.payments.webhooks import verify
from tests.stripe_double.inbox import Inbox
from tests.stripe_double.rules import VERSION
from tests.stripe_double.server import StripeDouble
from tests.stripe_double.webhooks import Route

SECRET = "whsec_double"


async def kinds(inbox: Inbox, count: int) -> list[str]:
    """The kinds of the next deliveries, each verified."""
    found = []
    async with asyncio.timeout(10):
        for _ in range(count):
            body, headers = await inbox.next()
            found.append(verify(body, headers["stripe-signature"], SECRET).kind)
    return found


def pay(double: StripeDouble) -> None:
    """A payment: three events."""
    made = double.account.create_intent(500, "eur", payment_method="pm_card_visa")
    double.account.confirm_intent(made.id)


PAYMENT = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


async def test_events_held_back_arrive_in_whatever_order_is_asked_for(
    stripe_double: StripeDouble, inbox: Inbox
) -> None:
    stripe_double.courier.route = Route(inbox.url, SECRET, is_holding=True)
    for order in itertools.permutations(range(3)):
        pay(stripe_double)
        stripe_double.flush_webhooks(order)
        assert await kinds(inbox, 3) == [PAYMENT[i] for i in order]


async def test_a_position_named_twice_is_delivered_twice(
    stripe_double: StripeDouble, inbox: Inbox
) -> None:
    stripe_double.courier.route = Route(inbox.url, SECRET, is_holding=True)
    pay(stripe_double)
    stripe_double.flush_webhooks([2, 2])
    assert await kinds(inbox, 2) == ["payment_intent.succeeded"] * 2


async def drive(double: StripeDouble, form: dict[str, str]) -> None:
    """One PaymentIntent over HTTP, so that its event leaves from the double's own loop."""
    async with httpx2.AsyncClient(base_url=double.url, trust_env=False) as client:
        headers = {"Authorization": "Bearer sk_test_1", "Stripe-Version": VERSION}
        answer = await client.post("/v1/payment_intents", data=form, headers=headers)
        answer.raise_for_status()


async def test_a_delivery_that_is_not_taken_comes_again(
    stripe_double: StripeDouble, inbox: Inbox
) -> None:
    inbox.answers = [500, 503]
    stripe_double.courier.route = Route(inbox.url, SECRET, pause_s=0.01)
    await drive(stripe_double, {"amount": "100", "currency": "eur"})
    assert await kinds(inbox, 3) == ["payment_intent.created"] * 3


async def test_copies_arrive_as_often_as_asked(stripe_double: StripeDouble, inbox: Inbox) -> None:
    stripe_double.courier.route = Route(inbox.url, SECRET, copies=3)
    await drive(stripe_double, {"amount": "100", "currency": "eur"})
    assert await kinds(inbox, 3) == ["payment_intent.created"] * 3


async def test_what_is_dropped_is_lost_but_listed(
    stripe_double: StripeDouble, inbox: Inbox
) -> None:
    stripe_double.courier.route = Route(inbox.url, SECRET, drop=1)
    await drive(stripe_double, {"amount": "100", "currency": "eur"})
    assert len(stripe_double.account.events) == 1
    assert stripe_double.courier.delivered == []
    assert stripe_double.courier.is_idle


async def test_the_body_is_a_stripe_event(stripe_double: StripeDouble, inbox: Inbox) -> None:
    stripe_double.courier.route = Route(inbox.url, SECRET)
    await drive(stripe_double, {"amount": "700", "currency": "eur"})
    async with asyncio.timeout(10):
        body, headers = await inbox.next()
    event = json.loads(body)
    assert event["object"] == "event"
    assert event["data"]["object"]["amount"] == 700
    assert headers["content-type"].startswith("application/json")
