"""Redis follows SQL, whatever it forgot or believes, and no event is compared for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from houseful.checkout import seat_comparison
from houseful.ledger.catalog import events
from houseful.sales.catalog import Catalog
from houseful.staff.blocking import Blocking, Choice
from tests.checkout.shop import AUTHENTICATES, Shop
from tests.support.sessions import writing


async def test_a_seat_that_staff_took_off_sale_is_off_sale_again(shop: Shop) -> None:
    seat = shop.event.first_seat_id
    async with writing(shop.database) as session:
        await events.set_blocked(session, shop.event.id, [seat], True, "pillar", "eve")
    assert await shop.checkout._comparison.every_event() == 1
    assert await shop.status(seat) == "X"
    assert await shop.checkout._comparison.every_event() == 0


async def test_a_block_that_sql_does_not_have_yet_is_lifted_only_when_it_stays_so(
    shop: Shop,
) -> None:
    seat = shop.event.first_seat_id
    await shop.seats.block(shop.event.id, [seat])
    assert await shop.checkout._comparison.every_event() == 0
    assert await shop.status(seat) == "X"
    assert await shop.checkout._comparison.every_event() == 1
    assert await shop.status(seat) == "A"


async def test_seats_whose_payment_redis_forgot_are_under_payment_again(shop: Shop) -> None:
    seats = await shop.hold("ada", 0, 1)
    await shop.buy("ada", seats, payment_token=AUTHENTICATES)
    await shop.seats.abandon_checkout(shop.event.id, 1, keep=True)
    assert await shop.status(seats[0]) == "R"
    assert await shop.checkout._comparison.event(shop.event.id) == 1
    assert [await shop.status(seat) for seat in seats] == ["P", "P"]
    assert await shop.checkout._comparison.event(shop.event.id) == 0


async def test_an_event_in_which_nothing_moved_is_not_compared_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[int] = []
    event = shop.checkout._comparison.event

    async def counted(event_id: int) -> int:
        compared.append(event_id)
        return await event(event_id)

    monkeypatch.setattr(shop.checkout._comparison, "event", counted)
    await shop.checkout._comparison.every_event()
    await shop.checkout._comparison.every_event()
    assert compared == [shop.event.id]
    await shop.buy("ada", await shop.hold("ada", 0))
    await shop.checkout._comparison.every_event()
    assert len(compared) == 2


async def test_a_large_house_is_compared_a_part_at_a_time(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_comparison, "SEATS_AT_ONCE", 3)
    read: list[int] = []
    records = shop.seats.records

    async def counted(event_id: int, seat_ids: Sequence[int]) -> object:
        read.extend(seat_ids)
        assert len(seat_ids) <= 3
        return await records(event_id, seat_ids)

    monkeypatch.setattr(shop.seats, "records", counted)
    await shop.buy("ada", await shop.hold("ada", 0, 5, 7))
    await shop.seats.unbook_seats(shop.event.id, 1, "ada", [shop.event.first_seat_id + 7])
    await shop.checkout._comparison.every_event()
    assert await shop.status(shop.event.first_seat_id + 7) == "B"
    first, count = shop.event.first_seat_id, shop.event.seat_count
    assert read == list(range(first, first + count))


async def test_an_event_that_is_doubted_is_compared_at_once(shop: Shop) -> None:
    """What Redis is another process means: see `Catalog.doubted`."""
    seats = await shop.hold("ada", 0)
    await shop.buy("ada", seats)
    await shop.look_after()
    await shop.seats.unbook_seats(shop.event.id, 1, "ada", seats)
    shop.catalog.doubted = shop.checkout.compare_soon
    await shop.catalog.open_event(shop.event.id, (await shop.seats.snapshot(shop.event.id)).epoch)
    assert shop.checkout._wake_seats.is_set()
    await shop.checkout._comparison.doubted_events()
    assert await shop.status(seats[0]) == "B"


@pytest.mark.parametrize("act", ["block", "unblock"])
async def test_a_block_that_is_cut_off_halfway_is_completed(shop: Shop, act: str) -> None:
    """The worker dies after SQL has what is meant, before Redis has it."""

    class Dying:
        def __getattr__(self, name: str) -> object:
            if name == act:
                raise SystemExit
            return getattr(shop.seats, name)

    seat = shop.event.first_seat_id
    blocking = Blocking(shop.database, shop.seats, shop.catalog)
    if act == "unblock":
        await blocking.block(shop.event.id, Choice([seat]), who="vera", reason="rain")
    dying = Blocking(shop.database, Dying(), shop.catalog)  # type: ignore[arg-type]
    with pytest.raises(SystemExit):
        await getattr(dying, act)(shop.event.id, Choice([seat]), who="vera", reason="sun")
    for _ in range(2):
        await shop.checkout._comparison.every_event()
    assert await shop.status(seat) == ("X" if act == "block" else "A")


async def test_a_claim_committed_while_an_event_is_opened_is_not_sold_again(
    shop: Shop, redis_client: Redis
) -> None:
    """Between the look at SQL and the opening in Redis somebody claims a seat there."""
    await shop.buy("ada", await shop.hold("ada", 0))
    seat = shop.event.first_seat_id

    async def claim(is_live: bool) -> None:
        async with writing(shop.database) as session:
            await session.execute(text("UPDATE booking_seat SET live = :live"), {"live": is_live})

    class Late:
        def __getattr__(self, name: str) -> Any:
            return getattr(shop.seats, name)

        async def open(self, *args: Any, **more: Any) -> bool:
            await claim(True)
            return await shop.seats.open(*args, **more)

    await claim(False)
    await redis_client.flushall()
    catalog = Catalog(shop.database, Late())  # type: ignore[arg-type]
    catalog.doubted = shop.checkout.compare_soon
    await catalog.open_event(shop.event.id)
    assert await shop.status(seat) == "A"
    await shop.checkout._comparison.doubted_events()
    assert await shop.status(seat) == "B"
