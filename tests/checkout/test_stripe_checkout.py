"""The saga against a gateway whose answers get lost: nobody pays twice, nobody pays for nothing."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from houseful.domain.errors import Conflict, InProgress, PaymentDeclined, Unavailable
from tests.checkout.shop import Shop, data, new_key, until
from tests.stripe_double.server import StripeDouble

PAYS = "pm_card_visa"
DECLINES = "pm_card_chargeDeclined"
AUTHENTICATES = "pm_card_authenticationRequiredOnSetup"

AFTER = ("lose_reply", "reset_after", "error_after")
BEFORE = ("lose_request", "reset_before", "error_before", "rate_limit", "unavailable")


async def bought_in_the_end(shop: Shop, user: str, seats: list[int], key: str) -> str:
    """A page that repeats its request under one key until it is answered for good."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            answer = await shop.buy(user, seats, key, payment_token=PAYS)
        except (InProgress, Unavailable):
            await shop.look_after(1)
            continue
        if answer.status in {200, 201}:
            return str(data(answer)["bookingReference"])
        await asyncio.sleep(0.02)
    raise AssertionError("never answered for good")


async def test_a_booking_is_paid_at_stripe(stripe_shop: Shop, stripe_double: StripeDouble) -> None:
    seats = await stripe_shop.hold("ada", 0, 1)
    booking = data(await stripe_shop.buy("ada", seats, payment_token=PAYS, payment_method="stripe"))
    assert booking["paymentTransactionId"].startswith("pi_")
    assert stripe_double.ledger.balance(booking["bookingId"]) == 15000
    payment = await stripe_shop.gateway.fetch(booking["paymentTransactionId"])
    house_id = await stripe_shop.checkout._parts.house_id()
    nonce = payment.metadata["nonce"]
    assert len(nonce) == 32
    assert payment.metadata == {
        "house": house_id,
        "nonce": nonce,
        "houseful": booking["bookingReference"],
        "booking": booking["bookingId"],
        "event": str(booking["eventId"]),
        "seats": ",".join(map(str, seats)),
    }
    assert await stripe_shop.problems() == []


@pytest.mark.parametrize("kind", [*AFTER, *BEFORE])
@pytest.mark.parametrize("operation", ["create", "confirm"])
async def test_a_broken_call_ends_in_one_charge(
    stripe_shop: Shop, stripe_double: StripeDouble, operation: str, kind: str
) -> None:
    for times in (1, 4):
        stripe_double.faults.add(kind, operation, times=times)
        seats = await stripe_shop.hold("ada", times)
        await bought_in_the_end(stripe_shop, "ada", seats, new_key())
    assert len(stripe_double.ledger.charges()) == 2
    assert await stripe_shop.problems() == []


async def lose_many_replies(
    shop: Shop, double: StripeDouble, bookings: int, *, keep: int = 0
) -> None:
    """Every other reply of Stripe is lost, in one way or another."""
    for kind in AFTER:
        double.faults.add(kind, "*", times=None, probability=0.2)
    for turn in range(bookings):
        seats = await shop.hold(f"u{turn}", turn % 40)
        reference = await bought_in_the_end(shop, f"u{turn}", seats, new_key())
        if turn >= bookings - keep:
            continue
        await shop.checkout.cancel(f"u{turn}", "customer", reference, "")
    double.faults.clear()
    assert double.ledger.violations() == []
    assert await shop.problems() == []
    print(f"{len(double.faults.fired)} replies lost, {bookings} bookings, no double charge")


async def test_lost_replies_charge_nobody_twice(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    await lose_many_replies(stripe_shop, stripe_double, 40, keep=20)


@pytest.mark.long
async def test_a_thousand_lost_replies_charge_nobody_twice(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    while len(stripe_double.faults.fired) < 1000:
        await lose_many_replies(stripe_shop, stripe_double, 200)


async def test_an_answer_is_given_while_stripe_is_silent(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    stripe_shop.terms = replace(stripe_shop.terms, answer_within_s=0.3)
    stripe_shop.checkout = stripe_shop.new_checkout()
    stripe_double.faults.add("hang_after", "confirm", times=None)
    seats, key = await stripe_shop.hold("ada", 0), new_key()
    started = time.monotonic()
    answer = await stripe_shop.buy("ada", seats, key, payment_token=PAYS)
    assert time.monotonic() - started < 1
    assert (answer.status, data(answer)["status"]) == (202, "PENDING")
    assert answer.retry_after_s == 1
    assert await stripe_shop.status(seats[0]) == "P"
    with pytest.raises(InProgress):
        await stripe_shop.buy("ada", seats, key, payment_token=PAYS)
    stripe_double.faults.clear()
    stripe_double.cut()  # or its end would wait for the silence


async def test_an_unknown_outcome_keeps_the_seats_until_stripe_has_cancelled(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    stripe_double.faults.add("unavailable", "*", times=None)
    stripe_double.faults.rules[0].skip = 1  # the payment can be created, and that is all
    seats, key = await shop.hold("ada", 0), new_key()
    answer = await shop.buy("ada", seats, key, payment_token=PAYS)
    assert answer.status == 202
    shop.clock.ahead_ms += shop.terms.pay_ms + 1
    await shop.look_after()
    assert await shop.status(seats[0]) == "P"
    stripe_double.faults.clear()
    shop.clock.ahead_ms += 60_000
    await shop.look_after()
    assert await shop.status(seats[0]) == "A"
    assert stripe_double.ledger.charges() == []
    with pytest.raises(Conflict):
        await shop.buy("ada", seats, key, payment_token=PAYS)
    assert await shop.problems() == []


async def test_a_charge_nobody_heard_of_is_found_and_the_ticket_issued(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    stripe_double.faults.add("lose_reply", "confirm", times=1)
    stripe_double.faults.add("unavailable", "*", times=None, skip=1)
    seats, key = await shop.hold("ada", 0), new_key()
    answer = await shop.buy("ada", seats, key, payment_token=PAYS)
    assert answer.status == 202
    assert len(stripe_double.ledger.charges()) == 1
    stripe_double.faults.clear()
    shop.clock.ahead_ms += shop.terms.pay_ms + 60_000
    await shop.look_after()
    assert await shop.status(seats[0]) == "B"
    assert (await shop.buy("ada", seats, key, payment_token=PAYS)).status == 200
    assert await shop.problems() == []


async def test_a_decline_can_be_corrected_under_the_same_key(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    seats, key = await stripe_shop.hold("ada", 0), new_key()
    with pytest.raises(PaymentDeclined) as declined:
        await stripe_shop.buy("ada", seats, key, payment_token=DECLINES)
    assert declined.value.details["declineCode"] == "card_declined"
    assert (await stripe_shop.buy("ada", seats, key, payment_token=PAYS)).status == 201
    assert await stripe_shop.problems() == []
    assert len(stripe_double.ledger.charges()) == 1


async def test_lost_replies_of_refunds_give_back_once(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    booking = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token=PAYS))
    stripe_double.faults.add("lose_reply", "refund", times=4)
    await shop.checkout.cancel("ada", "customer", booking["bookingReference"], "")

    async def is_refunded() -> bool:
        shop.clock.ahead_ms += 1_000
        await shop.look_after(1)
        found = await shop.checkout.get_booking("ada", "customer", booking["bookingReference"])
        return bool(found["status"] == "REFUNDED")

    await until(is_refunded, what="the refund")
    assert stripe_double.ledger.balance(booking["bookingId"]) == 0
    assert await shop.problems() == []


async def test_a_refund_that_the_bank_sends_back_is_not_called_given(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    """Pending refunds count as given until a webhook or the reconciler learns otherwise."""
    shop = stripe_shop
    booking = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token=PAYS))
    reference, payment_id = booking["bookingReference"], booking["paymentTransactionId"]
    ended = await shop.checkout.cancel("ada", "customer", reference, "")
    assert (ended["status"], ended["refundedAmount"]) == ("REFUNDED", 75.0)
    stripe_double.account.bounce_refund(payment_id)
    shop.clock.ahead_ms += 60_000
    assert await shop.checkout._reconciler.money() == 1
    known = await shop.checkout.get_booking("ada", "customer", reference)
    assert (known["status"], known["paymentStatus"]) == ("CANCELLED", "REFUND_FAILED")
    assert known["refundedAmount"] == 0.0
    assert await shop.problems() == [f"I2 {payment_id}: kept 7500, its booking is REFUND_FAILED"]

    await shop.checkout.cancel("ada", "customer", reference, "please")
    assert len([e for e in stripe_double.ledger.entries if e.kind == "refund"]) == 1
    again = await shop.checkout.cancel("boss", "admin", reference, "another try")
    assert (again["status"], again["refundedAmount"]) == ("REFUNDED", 75.0)
    assert stripe_double.ledger.balance(booking["bookingId"]) == 0
    assert await shop.problems() == []
