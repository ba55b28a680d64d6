"""What is the Stripe gateway's own: lost answers, time limits, tokens, Stripe's finer states."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest
import structlog
from structlog.testing import LogCapture

from houseful.domain.errors import PaymentDeclined
from houseful.payments import stripe_answers
from houseful.payments.gateway import (
    AlreadyRefunded,
    GatewayRejected,
    GatewayUnknown,
    Outcome,
    PaymentState,
    RefundOutcome,
)
from houseful.payments.stripe import StripeGateway, StripeLimits
from houseful.payments.stripe_answers import payment_state, refund_state
from tests.payments.tills import API_KEY, QUICK
from tests.stripe_double.fixture import running_double
from tests.stripe_double.server import StripeDouble

ONCE = replace(QUICK, attempts=1)
"""No second try: the caller meets every fault."""
HASTY = replace(QUICK, attempts=1, connect_s=0.3, read_s=0.3, total_s=2)


@contextlib.asynccontextmanager
async def gateway_at(url: str, limits: StripeLimits = QUICK) -> AsyncIterator[StripeGateway]:
    gateway = StripeGateway(API_KEY, api_base=url, limits=limits)
    try:
        yield gateway
    finally:
        await gateway.close()


@pytest.fixture
async def gateway(stripe_double: StripeDouble) -> AsyncIterator[StripeGateway]:
    async with gateway_at(stripe_double.url) as made:
        yield made


async def create(
    gateway: StripeGateway, booking: int = 1, token: str = "pm_card_visa"
) -> PaymentState:
    return await gateway.create(
        amount_minor=7500,
        currency="EUR",
        payment_token=token,
        metadata={"booking": str(booking)},
        idempotency_key=f"bk:{booking}:pi:1",
    )


async def confirm(
    gateway: StripeGateway, payment: PaymentState, key: str = "", token: str = "pm_card_visa"
) -> PaymentState:
    booking = payment.metadata["booking"]
    return await gateway.confirm(
        payment.payment_id,
        payment_token=token,
        idempotency_key=key or f"bk:{booking}:confirm:1",
    )


async def pay(gateway: StripeGateway, booking: int = 1) -> PaymentState:
    return await confirm(gateway, await create(gateway, booking))


async def pay_again_until_known(gateway: StripeGateway, booking: int) -> PaymentState:
    """A caller who begins anew, with the same keys, whenever no answer came."""
    for _ in range(5):
        with contextlib.suppress(GatewayUnknown):
            return await pay(gateway, booking)
    raise AssertionError("no answer in five tries")


async def test_a_hundred_lost_replies_are_a_hundred_charges_and_none_twice(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    for booking in range(100):
        stripe_double.faults.add("lose_reply", "create")
        stripe_double.faults.add("lose_reply", "confirm")
        assert (await pay(gateway, booking)).outcome is Outcome.SUCCEEDED
    assert len(stripe_double.faults.fired) == 200
    assert len(stripe_double.ledger.charges()) == 100
    assert stripe_double.ledger.violations() == []


async def test_a_caller_who_pays_anew_under_the_same_keys_pays_once(
    stripe_double: StripeDouble,
) -> None:
    async with gateway_at(stripe_double.url, ONCE) as gateway:
        for booking in range(20):
            stripe_double.faults.add("lose_reply", "confirm")
            await pay_again_until_known(gateway, booking)
    assert len(stripe_double.ledger.charges()) == 20


async def test_control_without_idempotency_the_same_caller_pays_twice_and_the_ledger_is_red() -> (
    None
):
    with running_double() as double:
        double.layer.is_on = False
        async with gateway_at(double.url, ONCE) as gateway:
            double.faults.add("lose_reply", "confirm")
            await pay_again_until_known(gateway, 1)
        assert len(double.ledger.charges("1")) == 2
        assert double.ledger.violations() == ["booking 1 was paid 2 times"]


@pytest.mark.parametrize(
    "kind",
    ["lose_reply", "lose_request", "reset_before", "reset_after", "unavailable", "rate_limit"],
)
@pytest.mark.parametrize("operation", ["create", "confirm"])
async def test_a_passing_fault_is_tried_again_under_the_same_key(
    stripe_double: StripeDouble, gateway: StripeGateway, operation: str, kind: str
) -> None:
    stripe_double.faults.add(kind, operation)
    assert (await pay(gateway)).outcome is Outcome.SUCCEEDED
    tries = [key for name, key in stripe_double.seen if name == operation]
    assert len(tries) == 2
    assert len(set(tries)) == 1
    assert len(stripe_double.ledger.charges()) == 1


@pytest.mark.parametrize("kind", ["error_before", "error_after"])
@pytest.mark.parametrize("operation", ["create", "confirm"])
async def test_a_500_that_stripe_keeps_is_passed_by_under_another_key_and_charges_once(
    stripe_double: StripeDouble, gateway: StripeGateway, operation: str, kind: str
) -> None:
    stripe_double.faults.add(kind, operation)
    first = await pay(gateway)
    assert first.outcome is Outcome.SUCCEEDED
    assert await pay(gateway) == first
    assert len(stripe_double.ledger.charges()) == 1


@pytest.mark.parametrize(("amount", "given"), [(None, 7500), (100, 100)])
@pytest.mark.parametrize("calls", [1, 3])
async def test_a_kept_500_never_gives_money_back_twice(
    stripe_double: StripeDouble, gateway: StripeGateway, amount: int | None, given: int, calls: int
) -> None:
    payment = await pay(gateway)
    stripe_double.faults.add("error_after", "refund")
    for _ in range(calls):
        with pytest.raises((GatewayUnknown, AlreadyRefunded)):
            await gateway.refund(
                payment.payment_id, amount_minor=amount, idempotency_key="r", metadata={}
            )
    assert (await gateway.fetch(payment.payment_id)).refunded_minor == given


async def test_a_kept_500_that_did_nothing_still_lets_everything_be_given_back(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    payment = await pay(gateway)
    stripe_double.faults.add("error_before", "refund")
    refund = await gateway.refund(
        payment.payment_id, amount_minor=None, idempotency_key="r", metadata={}
    )
    assert refund.amount_minor == 7500


async def test_a_cancel_that_met_a_stored_500_succeeds_when_asked_again(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    payment = await create(gateway)
    stripe_double.faults.add("error_before", "cancel")
    with pytest.raises(GatewayUnknown):
        await gateway.cancel(payment.payment_id, idempotency_key="x")
    state = await gateway.cancel(payment.payment_id, idempotency_key="x")
    assert state.outcome is Outcome.CANCELED


@pytest.mark.parametrize(
    ("kind", "truth"),
    [("hang_before", Outcome.REQUIRES_CONFIRMATION), ("hang_after", Outcome.SUCCEEDED)],
)
async def test_a_reply_that_never_comes_is_unknown_after_the_read_limit(
    stripe_double: StripeDouble, kind: str, truth: Outcome
) -> None:
    async with gateway_at(stripe_double.url, HASTY) as gateway:
        payment = await create(gateway)
        stripe_double.faults.add(kind, "confirm")
        began_s = time.monotonic()
        with pytest.raises(GatewayUnknown):
            await confirm(gateway, payment)
        assert 0.3 <= time.monotonic() - began_s < 1.5
        assert (await gateway.fetch(payment.payment_id)).outcome is truth


async def test_the_whole_call_ends_within_its_limit_whatever_the_tries_are_worth(
    stripe_double: StripeDouble,
) -> None:
    limits = replace(QUICK, read_s=0.3, total_s=0.5, attempts=10)
    async with gateway_at(stripe_double.url, limits) as gateway:
        stripe_double.faults.add("hang_before", times=None)
        began_s = time.monotonic()
        with pytest.raises(GatewayUnknown, match=r"within 0\.5 s"):
            await create(gateway)
        assert time.monotonic() - began_s < 1.5


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose queue is full: a connection there is neither made nor refused."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        with contextlib.ExitStack() as waiting:
            for _ in range(4):
                sock = waiting.enter_context(socket.socket())
                sock.setblocking(False)
                sock.connect_ex(("127.0.0.1", port))
            yield port


async def test_a_connection_that_is_never_made_is_unknown_after_the_connect_limit(
    deaf_port: int,
) -> None:
    limits = replace(HASTY, read_s=60, total_s=60)
    async with gateway_at(f"http://127.0.0.1:{deaf_port}", limits) as gateway:
        began_s = time.monotonic()
        with pytest.raises(GatewayUnknown):
            await create(gateway)
        assert 0.3 <= time.monotonic() - began_s < 1.5


async def test_while_stripe_is_down_nothing_is_charged_and_nothing_is_decided(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    payment = await create(gateway)
    stripe_double.faults.add("unavailable", times=None)
    with pytest.raises(GatewayUnknown) as unknown:
        await confirm(gateway, payment)
    assert (unknown.value.status, unknown.value.retryable) == (503, True)
    with pytest.raises(GatewayUnknown):
        await gateway.cancel(payment.payment_id, idempotency_key="x")
    stripe_double.faults.clear()
    assert (await gateway.fetch(payment.payment_id)).outcome is Outcome.REQUIRES_CONFIRMATION


async def test_a_rate_limit_that_stays_is_unknown_and_says_when_to_come_back(
    stripe_double: StripeDouble,
) -> None:
    async with gateway_at(stripe_double.url, ONCE) as gateway:
        stripe_double.faults.add("rate_limit", "create", seconds=7)
        with pytest.raises(GatewayUnknown) as unknown:
            await create(gateway)
    assert unknown.value.retry_after_s == 7


async def test_a_request_that_finds_its_key_at_work_waits_for_the_same_answer(
    stripe_double: StripeDouble,
) -> None:
    limits = replace(QUICK, first_pause_s=0.1, attempts=6)
    async with gateway_at(stripe_double.url, limits) as gateway:
        payment = await create(gateway)
        stripe_double.faults.add("latency", "confirm", seconds=0.4)
        first, second = await asyncio.gather(confirm(gateway, payment), confirm(gateway, payment))
    assert first == second
    assert first.outcome is Outcome.SUCCEEDED
    assert len([name for name, _ in stripe_double.seen if name == "confirm"]) >= 3


async def test_one_key_with_another_card_is_refused(gateway: StripeGateway) -> None:
    payment = await create(gateway, token="pm_card_chargeDeclined")
    with pytest.raises(PaymentDeclined):
        await confirm(gateway, payment, token="pm_card_chargeDeclined")
    with pytest.raises(GatewayRejected) as refused:
        await confirm(gateway, payment, token="pm_card_visa")
    assert refused.value.code == "idempotency_error"


async def test_a_wrong_api_key_is_ours_to_mend_and_never_the_buyers_fault(
    stripe_double: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = StripeGateway("sk_wrong", api_base=stripe_double.url, limits=QUICK)
    monkeypatch.setattr(stripe_answers, "_log", structlog.wrap_logger(None, [told := LogCapture()]))
    with pytest.raises(GatewayUnknown):
        await create(gateway)
    await gateway.close()
    assert [line["event"] for line in told.entries] == ["stripe_refuses_our_key"]


async def test_a_confirmation_token_pays_once(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    token = stripe_double.account.create_confirmation_token("pm_card_visa")
    payment = await create(gateway, token=token)
    assert payment.outcome is Outcome.REQUIRES_CONFIRMATION
    assert (await confirm(gateway, payment, token=token)).outcome is Outcome.SUCCEEDED
    other = await create(gateway, booking=2, token=token)
    with pytest.raises(GatewayRejected):
        await confirm(gateway, other, token=token)


async def test_a_confirmation_token_of_a_card_with_three_d_secure_asks_for_it(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    token = stripe_double.account.create_confirmation_token("pm_card_authenticationRequired")
    state = await confirm(gateway, await create(gateway, token=token), token=token)
    assert state.outcome is Outcome.REQUIRES_ACTION


async def test_a_repeated_confirmation_tells_how_the_payment_stands_now(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    token = "pm_card_authenticationRequired"
    payment = await create(gateway, token=token)
    state = await confirm(gateway, payment, token=token)
    assert state.outcome is Outcome.REQUIRES_ACTION
    stripe_double.account.authenticate_intent(
        payment.payment_id, payment.client_secret or "", success=True
    )
    assert (await confirm(gateway, payment, token=token)).outcome is Outcome.SUCCEEDED
    assert (await create(gateway, token=token)).outcome is Outcome.SUCCEEDED


async def test_a_stolen_card_reads_as_a_plain_decline_but_staff_see_why(
    gateway: StripeGateway,
) -> None:
    token = "pm_card_visa_chargeDeclinedStolenCard"
    payment = await create(gateway, token=token)
    with pytest.raises(PaymentDeclined) as declined:
        await confirm(gateway, payment, token=token)
    assert declined.value.details == {"declineCode": "card_declined"}
    assert "stolen" not in declined.value.message
    assert (await gateway.fetch(payment.payment_id)).decline_code == "stolen_card"


async def test_a_payment_in_processing_can_neither_be_cancelled_nor_is_it_lost(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    payment = await create(gateway, token="pm_double_processing")
    state = await confirm(gateway, payment, token="pm_double_processing")
    assert state.outcome is Outcome.PROCESSING
    cancelled = await gateway.cancel(payment.payment_id, idempotency_key="x")
    assert cancelled.outcome is Outcome.PROCESSING
    stripe_double.account.settle_intent(payment.payment_id, success=True)
    assert (await gateway.fetch(payment.payment_id)).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(
    ("token", "outcome"),
    [
        ("pm_card_pendingRefund", RefundOutcome.PENDING),
        ("pm_card_refundFail", RefundOutcome.FAILED),
    ],
)
async def test_a_refund_that_takes_time_or_fails_says_so(
    gateway: StripeGateway, token: str, outcome: RefundOutcome
) -> None:
    payment = await confirm(gateway, await create(gateway, token=token), token=token)
    refund = await gateway.refund(
        payment.payment_id, amount_minor=None, idempotency_key="r", metadata={}
    )
    assert refund.outcome is outcome


async def test_a_lost_reply_to_a_refund_gives_back_once(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    payment = await pay(gateway)
    stripe_double.faults.add("lose_reply", "refund")
    await gateway.refund(payment.payment_id, amount_minor=100, idempotency_key="r", metadata={})
    assert (await gateway.fetch(payment.payment_id)).refunded_minor == 100


async def test_more_payments_than_a_page_are_all_listed(
    stripe_double: StripeDouble, gateway: StripeGateway
) -> None:
    made = [stripe_double.account.create_intent(100, "eur").id for _ in range(250)]
    assert [state.payment_id for state in await gateway.list_since(0)] == made
    assert [name for name, _ in stripe_double.seen] == ["list"] * 3


async def test_calls_go_out_no_faster_than_the_rate(stripe_double: StripeDouble) -> None:
    limits = replace(QUICK, rate_per_s=50, burst=5)
    async with gateway_at(stripe_double.url, limits) as gateway:
        payment = await create(gateway)
        began_s = time.monotonic()
        await asyncio.gather(*(gateway.fetch(payment.payment_id) for _ in range(30)))
        assert time.monotonic() - began_s >= (30 - 5) / 50


async def test_new_payments_keep_off_the_reserved_share_of_the_rate(
    stripe_double: StripeDouble,
) -> None:
    limits = replace(QUICK, rate_per_s=20, burst=1, reserved_share=0.5)
    async with gateway_at(stripe_double.url, limits) as gateway:
        began_s = time.monotonic()
        await asyncio.gather(*(create(gateway, booking) for booking in range(6)))
        assert time.monotonic() - began_s >= (6 - 1) / (20 * 0.5)


async def test_a_queue_of_new_payments_leaves_room_to_settle_those_begun(
    stripe_double: StripeDouble,
) -> None:
    limits = replace(QUICK, rate_per_s=2, burst=1, max_wait_s=0.1)
    async with gateway_at(stripe_double.url, limits) as gateway:
        payment = await create(gateway)
        with pytest.raises(GatewayUnknown) as busy:
            await create(gateway, booking=2)
        assert busy.value.code == "gateway_busy"
        assert (await confirm(gateway, payment)).outcome is Outcome.SUCCEEDED
    assert [name for name, _ in stripe_double.seen] == ["create", "confirm"]


INTENT = {"id": "pi_1", "amount": 1, "currency": "eur", "created": 1, "client_secret": None}


def test_a_status_we_do_not_know_is_an_unknown_outcome() -> None:
    with pytest.raises(GatewayUnknown, match="half_paid"):
        payment_state({**INTENT, "status": "half_paid"})
    with pytest.raises(GatewayUnknown, match="half_given"):
        refund_state({"status": "half_given"})


def test_a_decline_always_has_a_code() -> None:
    state = payment_state({**INTENT, "status": "requires_payment_method", "last_payment_error": {}})
    assert state.decline_code == "card_declined"


def test_a_charge_that_was_not_expanded_reads_as_nothing_refunded() -> None:
    state = payment_state({**INTENT, "status": "succeeded", "latest_charge": "ch_1"})
    assert state.refunded_minor == 0
