"""A buyer who turns to the bank: the tickets wait, are void when it is lost and good when it is won."""

from __future__ import annotations

from typing import Any

import pytest

from houseful.domain.errors import Conflict
from houseful.ledger import bookings, claims, revenue
from tests.checkout.shop import Shop, data
from tests.stripe_double.server import StripeDouble


async def bought(shop: Shop) -> dict[str, Any]:
    seats = await shop.hold("ada", 0, 1)
    return data(await shop.buy("ada", seats, payment_token="pm_card_visa"))


async def tickets(shop: Shop) -> list[str]:
    found = await shop.database.query(lambda s: claims.tickets(s, 1))
    return [ticket.state for ticket in found]


async def told(shop: Shop, double: StripeDouble, booking: dict[str, Any], status: str) -> str:
    """The bank moves, Stripe's webhook comes; how the booking then stands."""
    payment_id = booking["paymentTransactionId"]
    double.account.dispute(payment_id, status)
    await shop.checkout.apply_payment(payment_id)
    found = await shop.database.query(lambda s: bookings.get(s, 1))
    assert found is not None
    return found.dispute


async def test_a_dispute_marks_the_tickets_and_tells_staff(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    booking = await bought(stripe_shop)
    assert await told(stripe_shop, stripe_double, booking, "needs_response") == "OPEN"
    assert await tickets(stripe_shop) == ["DISPUTED"] * 2
    sums = await stripe_shop.database.query(
        lambda s: revenue.sums(s, stripe_shop.event.id, stripe_shop.clock())
    )
    assert sums.disputed == 1
    assert "payment_disputed" in [what for what, _ in stripe_shop.told]
    assert await stripe_shop.problems() == []


async def test_an_inquiry_moves_no_ticket(stripe_shop: Shop, stripe_double: StripeDouble) -> None:
    booking = await bought(stripe_shop)
    standing = await told(stripe_shop, stripe_double, booking, "warning_needs_response")
    assert standing == "INQUIRY"
    assert await tickets(stripe_shop) == ["VALID"] * 2


async def test_a_lost_dispute_voids_the_tickets_and_a_won_appeal_restores_them(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    booking = await bought(stripe_shop)
    assert await told(stripe_shop, stripe_double, booking, "under_review") == "OPEN"
    assert await told(stripe_shop, stripe_double, booking, "lost") == "LOST"
    assert await tickets(stripe_shop) == ["VOID"] * 2
    assert await stripe_shop.status(stripe_shop.event.first_seat_id) == "B"
    assert await stripe_shop.problems() == []
    assert await told(stripe_shop, stripe_double, booking, "won") == "WON"
    assert await tickets(stripe_shop) == ["VALID"] * 2
    assert await stripe_shop.problems() == []


async def test_while_the_bank_decides_nothing_is_cancelled(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    booking = await bought(stripe_shop)
    await told(stripe_shop, stripe_double, booking, "needs_response")
    for role, who in (("customer", "ada"), ("admin", "boss")):
        with pytest.raises(Conflict) as refused:
            await stripe_shop.checkout.cancel(who, role, booking["bookingReference"], "")
        assert refused.value.code == "payment_disputed"


async def test_staff_free_the_seats_of_a_lost_dispute_without_a_refund(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    booking = await bought(stripe_shop)
    await told(stripe_shop, stripe_double, booking, "lost")
    ended = await stripe_shop.checkout.cancel("boss", "admin", booking["bookingReference"], "lost")
    assert ended["status"] == "CANCELLED"
    assert await stripe_shop.status(stripe_shop.event.first_seat_id) == "A"
    assert [entry.kind for entry in stripe_double.ledger.entries] == ["charge"]
    await stripe_shop.checkout.apply_payment(booking["paymentTransactionId"])
    assert await stripe_shop.status(stripe_shop.event.first_seat_id) == "A"
    assert await stripe_shop.problems() == []


async def test_a_dispute_that_no_webhook_told_of_is_found(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    booking = await bought(stripe_shop)
    stripe_double.account.dispute(booking["paymentTransactionId"])
    await stripe_shop.checkout._reconciler.money()
    assert await tickets(stripe_shop) == ["DISPUTED"] * 2
    stripe_double.account.dispute(booking["paymentTransactionId"], "won")
    await stripe_shop.checkout._reconciler.money()
    assert await tickets(stripe_shop) == ["VALID"] * 2
