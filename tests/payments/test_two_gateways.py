"""Whatever is done to a payment, the demo gateway and Stripe's answer alike.

Hypothesis makes up the story; the double stands for Stripe. The demo is what people try the
server with, so it must not be kinder than the real thing.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from houseful.domain.errors import HousefulError
from houseful.payments.gateway import PaymentState
from tests.payments.tills import PAYMENT_METHODS, DemoTill, StripeTill, Till
from tests.stripe_double.fixture import running_double

AMOUNT = 1000

Step = tuple[str, str | bool | int | None]

STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just("confirm"), st.sampled_from(sorted(PAYMENT_METHODS))),
    st.tuples(st.just("authenticate"), st.booleans()),
    st.tuples(st.just("cancel"), st.none()),
    st.tuples(st.just("refund"), st.sampled_from([None, 1, 400, 1000, 1001])),
)


@pytest.fixture(scope="module")
def tell() -> Iterator[Callable[[list[Step]], tuple[list[str], list[str]]]]:
    """Tells a story at both gateways; they and their loop are made once."""
    with running_double() as double, asyncio.Runner() as runner:
        demo, stripe = DemoTill(), StripeTill(double.url)

        async def both(steps: list[Step]) -> tuple[list[str], list[str]]:
            return await told(demo, steps), await told(stripe, steps)

        yield lambda steps: runner.run(both(steps))
        runner.run(stripe.gateway.close())


@example([("confirm", "4000002500003155"), ("authenticate", False), ("cancel", None)])
@example([("confirm", "4242424242424242"), ("refund", 400), ("refund", None), ("refund", 1)])
@settings(max_examples=50, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=8))
def test_every_story_ends_alike_at_both(
    tell: Callable[[list[Step]], tuple[list[str], list[str]]], steps: list[Step]
) -> None:
    by_demo, by_stripe = tell(steps)
    assert by_demo == by_stripe


async def told(till: Till, steps: list[Step]) -> list[str]:
    """The story as its caller sees it: a line for each step, then how the payment ended."""
    story = secrets.token_hex(8)
    payment = await till.gateway.create(
        amount_minor=AMOUNT,
        currency="EUR",
        payment_token=till.token("4242424242424242"),
        metadata={"booking": story},
        idempotency_key=story,
    )
    lines = []
    for number, step in enumerate(steps):
        lines.append(await line(till, payment, step, f"{story}:{number}"))
    return lines


async def line(till: Till, payment: PaymentState, step: Step, key: str) -> str:
    """What one step brought, and the state after it."""
    try:
        answer = await take(till, payment, step, key)
    except HousefulError as error:
        answer = f"{type(error).__name__} {error.details}"
    state = await till.gateway.fetch(payment.payment_id)
    return f"{step}: {answer} → {state.outcome}, refunded {state.refunded_minor}"


async def take(till: Till, payment: PaymentState, step: Step, key: str) -> str:
    verb, what = step
    name = payment.payment_id
    if verb == "confirm":
        token = till.token(str(what))
        return (await till.gateway.confirm(name, payment_token=token, idempotency_key=key)).outcome
    if verb == "cancel":
        return (await till.gateway.cancel(name, idempotency_key=key)).outcome
    if verb == "refund":
        amount = what if isinstance(what, int) else None
        refund = await till.gateway.refund(
            name, amount_minor=amount, idempotency_key=key, metadata={}
        )
        return f"{refund.outcome} {refund.amount_minor}"
    state = await till.gateway.fetch(name)
    if state.outcome != "requires_action":
        # What Stripe.js does then is no answer of the gateway's.
        return "not asked"
    await till.authenticate(name, payment.client_secret or "", bool(what))
    return "answered"
