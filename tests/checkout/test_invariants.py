"""The invariants that judge what people saw find what is wrong, and say nothing of what is right."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update

from houseful.ledger.models import BOOKING
from tests.checkout.shop import PAYS, Shop, data
from tests.invariants import Sight, broken


async def true_sight(shop: Shop, user: str) -> Sight:
    """What somebody sees who sees everything rightly."""
    snapshot = await shop.seats.snapshot(shop.event.id)
    first = snapshot.first_seat_id
    folded = dict.fromkeys(
        range(first, first + snapshot.seat_count), ("AVAILABLE", snapshot.version_base)
    )
    folded |= {
        record.seat_id: ({"A": "AVAILABLE", "B": "BOOKED"}[record.status], record.version)
        for record in snapshot.records
    }
    booked = frozenset(seat for seat, (status, _) in folded.items() if status == "BOOKED")
    return Sight(user, shop.event.id, folded, booked)


async def problems(shop: Shop, *seen: Sight) -> list[str]:
    return await broken(replace(await shop.world(), seen=seen))


async def test_a_true_picture_breaks_nothing(shop: Shop) -> None:
    bought = data(await shop.buy("ada", await shop.hold("ada", 0)))
    await shop.look_after()
    sight = await true_sight(shop, "ada")
    mine = frozenset({("booking", bought["bookingReference"]), ("reservation", 1)})
    assert await problems(shop, replace(sight, shown=mine), await true_sight(shop, "bob")) == []


async def test_i4_finds_a_seat_shown_as_booked_that_nobody_bought(shop: Shop) -> None:
    await shop.hold("ada", 0)
    seat = shop.event.first_seat_id
    (problem,) = await problems(shop, Sight("bob", shop.event.id, booked=frozenset({seat})))
    assert problem.startswith(f"I4 bob saw seat {seat}")


async def test_i6_finds_a_map_that_is_not_the_truth_and_versions_that_fell(shop: Shop) -> None:
    await shop.buy("ada", await shop.hold("ada", 0))
    await shop.look_after()
    sight = await true_sight(shop, "bob")
    seat = shop.event.first_seat_id
    stale = replace(sight, folded={**sight.folded, seat: ("AVAILABLE", 1)})
    assert [text[:6] for text in await problems(shop, stale)] == ["I6 bob"]
    missing = {other: seen for other, seen in sight.folded.items() if other != seat}
    assert len(await problems(shop, replace(sight, folded=missing))) == 1
    assert await problems(shop, replace(sight, went_back=[seat])) == [
        f"I6 bob saw the version of seat {seat} fall"
    ]


async def test_i7_finds_what_was_shown_to_somebody_else(shop: Shop) -> None:
    bought = data(await shop.buy("ada", await shop.hold("ada", 0)))
    await shop.look_after()
    foreign = Sight(
        "bob", shop.event.id, shown=frozenset({("booking", bought["bookingReference"])})
    )
    assert len(await problems(shop, foreign)) == 1
    both = [
        Sight(user, shop.event.id, shown=frozenset({("reservation", 7)})) for user in ("ada", "bob")
    ]
    assert await problems(shop, *both) == ["I7 reservation 7 of ada was shown to bob"]


async def test_i11_finds_money_of_another_house_that_moved(shop: Shop) -> None:
    state = await shop.gateway.create(
        amount_minor=500,
        currency="EUR",
        payment_token=PAYS,
        metadata={"houseful": "BK-2026-000077", "house": "another"},
        idempotency_key="k",
    )
    await shop.gateway.confirm(state.payment_id, payment_token=PAYS, idempotency_key="c")
    assert await problems(shop) == []
    await shop.gateway.refund(state.payment_id, amount_minor=None, idempotency_key="r", metadata={})
    assert await problems(shop) == [f"I11 {state.payment_id} of house another was refunded"]


async def test_i11_finds_a_payment_that_confirmed_two_bookings(shop: Shop) -> None:
    first = data(await shop.buy("ada", await shop.hold("ada", 0)))
    second = data(await shop.buy("bob", await shop.hold("bob", 1)))
    await shop.look_after()
    async with shop.database.write() as session:
        await session.execute(
            update(BOOKING)
            .where(BOOKING.c.id == int(second["bookingId"]))
            .values(payment_id=first["paymentTransactionId"])
        )
    found = [text for text in await problems(shop) if text.startswith("I11")]
    assert f"I11 {first['paymentTransactionId']} confirmed 2 bookings" in found
