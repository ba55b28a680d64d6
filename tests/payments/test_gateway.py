"""The port's promises, kept alike by the demo gateway and by Stripe's."""

from __future__ import annotations

import asyncio
import time

import pytest

from houseful.domain.errors import PaymentDeclined
from houseful.payments.gateway import (
    AlreadyRefunded,
    GatewayRejected,
    Outcome,
    PaymentState,
    RefundOutcome,
    RefundState,
)
from tests.payments.tills import Till

PAYS = "4242424242424242"
AUTHENTICATES = "4000002500003155"
DECLINES = {
    "4000000000000002": "card_declined",
    "4000000000009995": "insufficient_funds",
    "4000000000000069": "expired_card",
    "4000000000000127": "incorrect_cvc",
}


async def create(
    till: Till, card: str = PAYS, key: str = "bk:1:pi:1", amount: int = 20250
) -> PaymentState:
    return await till.gateway.create(
        amount_minor=amount,
        currency="EUR",
        payment_token=till.token(card),
        metadata={"booking": "1", "event": "7", "seats": "1,2,3"},
        idempotency_key=key,
    )


async def confirm(
    till: Till, payment: PaymentState, card: str = PAYS, key: str = "bk:1:confirm:1"
) -> PaymentState:
    return await till.gateway.confirm(
        payment.payment_id, payment_token=till.token(card), idempotency_key=key
    )


async def paid(till: Till) -> PaymentState:
    return await confirm(till, await create(till))


async def refund(
    till: Till, payment: PaymentState, amount: int | None, key: str = "r1"
) -> RefundState:
    return await till.gateway.refund(
        payment.payment_id, amount_minor=amount, idempotency_key=key, metadata={"booking": "1"}
    )


async def test_a_new_payment_waits_for_confirmation_and_moves_no_money(till: Till) -> None:
    before_ms = time.time_ns() // 1_000_000
    payment = await create(till)
    assert payment.outcome is Outcome.REQUIRES_CONFIRMATION
    assert (payment.amount_minor, payment.currency) == (20250, "EUR")
    assert payment.metadata == {"booking": "1", "event": "7", "seats": "1,2,3"}
    assert payment.client_secret is not None
    assert payment.client_secret.startswith(payment.payment_id)
    assert payment.created_ms >= before_ms - 1_000
    assert await till.gateway.fetch(payment.payment_id) == payment


async def test_a_confirmed_payment_has_succeeded_and_stays_so(till: Till) -> None:
    payment = await paid(till)
    assert payment.outcome is Outcome.SUCCEEDED
    assert payment.refunded_minor == 0
    assert await till.gateway.fetch(payment.payment_id) == payment


async def test_the_same_key_makes_one_payment(till: Till) -> None:
    first, second = await create(till), await create(till)
    assert first == second
    assert len(await till.gateway.list_since(0)) == 1


async def test_the_same_key_with_another_amount_is_refused_and_changes_nothing(till: Till) -> None:
    first = await create(till)
    with pytest.raises(GatewayRejected) as refused:
        await create(till, amount=100)
    assert refused.value.code == "idempotency_error"
    assert await till.gateway.list_since(0) == [first]


async def test_confirming_twice_charges_once(till: Till) -> None:
    payment = await create(till)
    first = await confirm(till, payment)
    again = await confirm(till, payment)
    under_another_key = await confirm(till, payment, key="bk:1:confirm:2")
    assert first == again == under_another_key


async def test_confirmations_at_the_same_moment_charge_once(till: Till) -> None:
    payment = await create(till)
    states = await asyncio.gather(*(confirm(till, payment, key=f"c{i}") for i in range(8)))
    assert {state.outcome for state in states} == {Outcome.SUCCEEDED}


@pytest.mark.parametrize(("card", "code"), DECLINES.items())
async def test_a_declined_card_says_why_and_charges_nothing(
    till: Till, card: str, code: str
) -> None:
    payment = await create(till, card)
    with pytest.raises(PaymentDeclined) as declined:
        await confirm(till, payment, card)
    assert declined.value.details == {"declineCode": code}
    assert declined.value.retryable
    state = await till.gateway.fetch(payment.payment_id)
    assert state.outcome is Outcome.REQUIRES_PAYMENT_METHOD
    assert state.message == declined.value.message


async def test_a_declined_payment_can_be_confirmed_with_another_card(till: Till) -> None:
    payment = await create(till, "4000000000009995")
    with pytest.raises(PaymentDeclined):
        await confirm(till, payment, "4000000000009995")
    state = await confirm(till, payment, PAYS, key="bk:1:confirm:2")
    assert state.outcome is Outcome.SUCCEEDED
    assert state.decline_code is None


async def test_a_declined_payment_declines_again_under_the_same_key(till: Till) -> None:
    payment = await create(till, "4000000000000002")
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            await confirm(till, payment, "4000000000000002")


async def awaiting(till: Till) -> PaymentState:
    state = await confirm(till, await create(till, AUTHENTICATES), AUTHENTICATES)
    assert state.outcome is Outcome.REQUIRES_ACTION
    assert state.client_secret is not None
    return state


async def test_three_d_secure_passed_pays(till: Till) -> None:
    state = await awaiting(till)
    await till.authenticate(state.payment_id, state.client_secret or "", success=True)
    assert (await till.gateway.fetch(state.payment_id)).outcome is Outcome.SUCCEEDED


async def test_three_d_secure_failed_is_a_decline(till: Till) -> None:
    state = await awaiting(till)
    await till.authenticate(state.payment_id, state.client_secret or "", success=False)
    after = await till.gateway.fetch(state.payment_id)
    assert after.outcome is Outcome.REQUIRES_PAYMENT_METHOD
    assert after.decline_code == "payment_intent_authentication_failure"
    assert after.message


async def test_three_d_secure_abandoned_can_be_cancelled(till: Till) -> None:
    state = await awaiting(till)
    assert (await till.gateway.fetch(state.payment_id)).outcome is Outcome.REQUIRES_ACTION
    after = await till.gateway.cancel(state.payment_id, idempotency_key="cancel")
    assert after.outcome is Outcome.CANCELED


async def test_a_cancelled_payment_never_charges(till: Till) -> None:
    payment = await create(till)
    await till.gateway.cancel(payment.payment_id, idempotency_key="cancel")
    state = await confirm(till, payment)
    assert state.outcome is Outcome.CANCELED


async def test_cancelling_twice_is_cancelled_once(till: Till) -> None:
    payment = await create(till)
    for _ in range(2):
        state = await till.gateway.cancel(payment.payment_id, idempotency_key="cancel")
        assert state.outcome is Outcome.CANCELED


async def test_cancelling_what_has_succeeded_returns_the_success(till: Till) -> None:
    payment = await paid(till)
    assert await till.gateway.cancel(payment.payment_id, idempotency_key="cancel") == payment


async def test_a_refund_without_an_amount_gives_all_back(till: Till) -> None:
    payment = await paid(till)
    given = await refund(till, payment, None)
    assert given.outcome is RefundOutcome.SUCCEEDED
    assert (given.amount_minor, given.currency) == (20250, "EUR")
    assert given.payment_id == payment.payment_id
    assert (await till.gateway.fetch(payment.payment_id)).refunded_minor == 20250


async def test_refunds_in_parts_add_up_to_what_was_paid_and_no_further(till: Till) -> None:
    payment = await paid(till)
    await refund(till, payment, 20000, "r1")
    with pytest.raises(GatewayRejected):
        await refund(till, payment, 251, "r2")
    await refund(till, payment, 250, "r3")
    with pytest.raises(AlreadyRefunded):
        await refund(till, payment, None, "r4")
    assert (await till.gateway.fetch(payment.payment_id)).refunded_minor == 20250


async def test_the_same_key_refunds_once(till: Till) -> None:
    payment = await paid(till)
    first, again = await refund(till, payment, 100), await refund(till, payment, 100)
    assert first == again
    with pytest.raises(GatewayRejected) as refused:
        await refund(till, payment, 200)
    assert refused.value.code == "idempotency_error"
    assert (await till.gateway.fetch(payment.payment_id)).refunded_minor == 100


async def test_refunds_at_the_same_moment_never_exceed_the_payment(till: Till) -> None:
    payment = await paid(till)
    results = await asyncio.gather(
        *(refund(till, payment, 15000, f"r{i}") for i in range(4)), return_exceptions=True
    )
    assert sum(isinstance(result, GatewayRejected) for result in results) == 3
    assert (await till.gateway.fetch(payment.payment_id)).refunded_minor == 15000


async def test_what_was_not_paid_cannot_be_refunded(till: Till) -> None:
    with pytest.raises(GatewayRejected):
        await refund(till, await create(till), None)


async def test_list_since_names_every_payment_oldest_first(till: Till) -> None:
    since_ms = time.time_ns() // 1_000_000
    made = [await create(till, key=f"k{i}") for i in range(3)]
    listed = await till.gateway.list_since(since_ms - 1_000)
    assert [state.payment_id for state in listed] == [state.payment_id for state in made]
    assert await till.gateway.list_since(since_ms + 60_000) == []


@pytest.mark.parametrize("token", ["", "demo_card_1", "tok_visa", "4242424242424242", "pm_none"])
async def test_an_unknown_token_is_refused(till: Till, token: str) -> None:
    with pytest.raises(GatewayRejected):
        await till.gateway.create(
            amount_minor=1, currency="EUR", payment_token=token, metadata={}, idempotency_key="k"
        )
    assert await till.gateway.list_since(0) == []


@pytest.mark.parametrize("amount", [0, -1])
async def test_an_amount_of_nothing_is_refused(till: Till, amount: int) -> None:
    with pytest.raises(GatewayRejected):
        await create(till, amount=amount)


async def test_an_unknown_payment_is_refused(till: Till) -> None:
    with pytest.raises(GatewayRejected) as refused:
        await till.gateway.fetch("pi_none")
    assert refused.value.code == "resource_missing"
    with pytest.raises(GatewayRejected):
        await till.gateway.cancel("pi_none", idempotency_key="c")
