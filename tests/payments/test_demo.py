"""What is the demo gateway's own: its store, its delay, races for one charge."""

from __future__ import annotations

import asyncio
import time

import pytest

from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import GatewayRejected, GatewayUnknown, Outcome, PaymentState
from tests.payments.memory_charges import MemoryDemoCharges

CARD = "demo_card_4242424242424242"
AUTHENTICATES = "demo_card_4000002500003155"


async def create(gateway: DemoGateway, token: str = CARD) -> PaymentState:
    return await gateway.create(
        amount_minor=7500, currency="EUR", payment_token=token, metadata={}, idempotency_key="k"
    )


async def test_racing_creations_with_one_key_make_one_charge() -> None:
    charges = MemoryDemoCharges()
    gateway = DemoGateway(charges)
    states = await asyncio.gather(*(create(gateway) for _ in range(10)))
    assert len({state.payment_id for state in states}) == 1
    assert len(charges.by_id) == 1


async def test_of_cancel_and_confirm_at_once_exactly_one_wins_and_both_know_which() -> None:
    charges = MemoryDemoCharges()
    gateway = DemoGateway(charges)
    payment = await create(DemoGateway(charges))  # another worker's: each of the two reads it first
    confirmed, cancelled = await asyncio.gather(
        gateway.confirm(payment.payment_id, payment_token=CARD, idempotency_key="c"),
        gateway.cancel(payment.payment_id, idempotency_key="x"),
    )
    assert confirmed.outcome == cancelled.outcome
    assert confirmed.outcome.is_final
    assert charges.lost_races == 1


async def test_a_store_that_always_loses_the_race_is_an_unknown_outcome() -> None:
    class Contended(MemoryDemoCharges):
        async def replace(self, charge: object) -> bool:
            return False

    gateway = DemoGateway(Contended())
    payment = await create(gateway)
    with pytest.raises(GatewayUnknown):
        await gateway.cancel(payment.payment_id, idempotency_key="x")


async def test_the_delay_passes_before_anything_is_charged() -> None:
    charges = MemoryDemoCharges()
    gateway = DemoGateway(charges, delay_ms=60_000)
    payment = await create(gateway)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await gateway.confirm(payment.payment_id, payment_token=CARD, idempotency_key="c")
    state = await gateway.fetch(payment.payment_id)
    assert state.outcome is Outcome.REQUIRES_CONFIRMATION

    prompt = DemoGateway(charges, delay_ms=50)
    began_s = time.monotonic()
    await prompt.confirm(payment.payment_id, payment_token=CARD, idempotency_key="c")
    assert time.monotonic() - began_s >= 0.05


async def test_three_d_secure_with_another_payments_secret_is_refused() -> None:
    gateway = DemoGateway(MemoryDemoCharges())
    payment = await create(gateway, AUTHENTICATES)
    await gateway.confirm(payment.payment_id, payment_token=AUTHENTICATES, idempotency_key="c")
    for secret in (f"{payment.payment_id}_secret_0", payment.payment_id, "", "_secret_"):
        with pytest.raises(GatewayRejected):
            await gateway.authenticate(secret, True)
    assert (await gateway.fetch(payment.payment_id)).outcome is Outcome.REQUIRES_ACTION


async def test_three_d_secure_for_a_payment_that_asks_for_none_is_refused() -> None:
    gateway = DemoGateway(MemoryDemoCharges())
    payment = await create(gateway)
    assert payment.client_secret is not None
    with pytest.raises(GatewayRejected) as refused:
        await gateway.authenticate(payment.client_secret, True)
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_passing_three_d_secure_twice_pays_once() -> None:
    gateway = DemoGateway(MemoryDemoCharges())
    payment = await create(gateway, AUTHENTICATES)
    await gateway.confirm(payment.payment_id, payment_token=AUTHENTICATES, idempotency_key="c")
    for _ in range(2):
        state = await gateway.authenticate(payment.client_secret or "", True)
        assert state.outcome is Outcome.SUCCEEDED
