"""Positive controls: take a guard away and the books go wrong. Each names what it vouches for."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import ColumnElement, text, true
from sqlalchemy.sql.visitors import replacement_traverse

from houseful.domain.errors import Conflict
from houseful.ledger import bookings
from houseful.ledger.catalog import discounts
from houseful.ledger.leases import is_over
from houseful.ledger.models import BOOKING, DISCOUNT
from houseful.payments.gateway import Gateway
from houseful.sql.database import Session
from tests.checkout.shop import Shop, data, new_key
from tests.checkout.test_recovery import answer_of_a_late_writer, confirmations_by_two_completers
from tests.invariants import broken, i1_no_seat_is_sold_twice, i9_discounts_keep_their_limit
from tests.stripe_double.server import StripeDouble
from tests.support.sessions import writing


async def drop_index(shop: Shop, name: str) -> None:
    async with writing(shop.database) as session:
        await session.execute(text(f"DROP INDEX {name}"))


async def test_without_the_unique_index_a_seat_is_sold_twice(shop: Shop) -> None:
    """Vouches for `test_sql_has_the_last_word_when_redis_forgot_a_sale`."""
    await drop_index(shop, "one_live_claim_per_seat")
    seats = await shop.hold("ada", 0)
    await shop.buy("ada", seats)
    await shop.seats.unbook_seats(shop.event.id, 1, "ada", seats)
    await shop.buy("bob", await shop.hold("bob", 0))
    assert await i1_no_seat_is_sold_twice(await shop.world()) != []


async def test_without_the_key_s_uniqueness_a_repeated_request_is_lost(shop: Shop) -> None:
    """Vouches for `test_a_finished_key_replays_byte_for_byte`."""
    await drop_index(shop, "one_key_per_user")
    seats, key = await shop.hold("ada", 0), new_key()
    await shop.buy("ada", seats, key)
    with pytest.raises(Conflict):
        await shop.buy("ada", seats, key)


async def test_without_the_lease_two_work_on_one_booking(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vouches for `test_two_completers_work_on_a_booking_one_at_a_time`."""
    for name in ("_DUE", "_TAKE"):
        monkeypatch.setattr(bookings, name, without_the_lease(getattr(bookings, name)))
    assert await confirmations_by_two_completers(shop) == 2


def without_the_lease(statement: Any) -> Any:
    """The statement without its look at the lease."""
    lease = is_over(BOOKING)

    def passed(part: Any, **_: Any) -> Any:
        return true() if isinstance(part, ColumnElement) and part.compare(lease) else None

    changed = replacement_traverse(statement, {}, passed)
    assert not changed.compare(statement)
    return changed


async def test_without_the_version_a_late_writer_writes_twice(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vouches for `test_a_writer_that_lost_its_lease_changes_nothing`."""

    async def change(session: Session, before: bookings.Booking, **values: Any) -> Any:
        row = await session.execute(
            BOOKING.update().where(BOOKING.c.id == before.id).values(**values).returning(*BOOKING.c)
        )
        return bookings.booking(row.one())

    monkeypatch.setattr(bookings, "change", change)
    await answer_of_a_late_writer(shop)
    assert any("valid tickets" in problem for problem in await shop.problems())


class Keyless:
    """Stripe called without our idempotency keys."""

    name = "stripe"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._gateway, name)

        async def without_key(*args: Any, **more: Any) -> Any:
            if "idempotency_key" in more:
                more["idempotency_key"] = secrets.token_hex(8)
            return await call(*args, **more)

        return without_key


async def payments_after_a_lost_reply(shop: Shop, double: StripeDouble, gateway: Gateway) -> int:
    """How many payments one booking makes at Stripe when all replies to its creation get lost."""
    checkout = shop.new_checkout(gateway=gateway)
    double.faults.add("lose_reply", "create", times=3)
    seats, key = await shop.hold("ada", 0), new_key()
    request = shop.request(seats, payment_token="pm_card_visa")
    status = (await checkout.book("ada", key, request)).status
    while status not in {200, 201}:
        status = (await checkout.book("ada", key, request)).status
    return len(await shop.gateway.list_since(0))


async def test_a_booking_makes_one_payment_however_many_replies_get_lost(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    made = await payments_after_a_lost_reply(stripe_shop, stripe_double, stripe_shop.gateway)
    assert made == 1


async def test_without_our_keys_lost_replies_make_more_payments(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    gateway: Any = Keyless(stripe_shop.gateway)
    assert await payments_after_a_lost_reply(stripe_shop, stripe_double, gateway) > 1


async def test_without_the_conditional_count_a_code_is_used_too_often(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vouches for `test_of_ten_buyers_three_get_the_three_uses`."""

    async def count(session: Session, discount_id: int) -> Any:
        row = await session.execute(
            DISCOUNT.update()
            .where(DISCOUNT.c.id == discount_id)
            .values(used=DISCOUNT.c.used + 1)
            .returning(*DISCOUNT.c)
        )
        return replace(discounts._discount(row.one()), max_uses=None)

    async with writing(shop.database) as session:
        await discounts.add(session, code="SAVE", percent=10, max_uses=1)
    monkeypatch.setattr(discounts, "count_use", count)
    for index in range(2):
        await shop.buy("ada", await shop.hold("ada", index), discount_code="SAVE")
    assert await i9_discounts_keep_their_limit(await shop.world()) != []


async def test_the_invariants_see_money_without_a_booking(shop: Shop) -> None:
    booking = data(await shop.buy("ada", await shop.hold("ada", 0)))
    async with writing(shop.database) as session:
        await session.execute(
            BOOKING.update()
            .where(BOOKING.c.id == int(booking["bookingId"]))
            .values(state="CANCELLED")
        )
    words = " ".join(await broken(await shop.world()))
    assert "I2" in words
    assert "I10" in words
    async with writing(shop.database) as session:
        await session.execute(BOOKING.update().values(state="CONFIRMED", total_minor=1))
    assert "I2" in " ".join(await broken(await shop.world()))


async def test_the_invariants_see_a_booking_without_money(shop: Shop) -> None:
    booking = data(await shop.buy("ada", await shop.hold("ada", 0)))
    await shop.gateway.refund(
        booking["paymentTransactionId"], amount_minor=None, idempotency_key="r", metadata={}
    )
    assert "I3" in " ".join(await broken(await shop.world()))


async def test_the_invariants_see_another_answer(shop: Shop) -> None:
    key = new_key()
    await shop.buy("ada", await shop.hold("ada", 0), key)
    shop.answers["ada", key] = b"{}"
    assert "I8" in " ".join(await broken(await shop.world()))


async def test_the_invariants_see_a_seat_paying_too_long(shop: Shop) -> None:
    seats = await shop.hold("ada", 0)
    await shop.seats.begin_checkout(shop.event.id, "ada", 7, seats, pay_ms=1)
    for _ in range(300):
        if "I5" in " ".join(await broken(await shop.world())):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("not seen")
