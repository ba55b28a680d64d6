from __future__ import annotations

import asyncio

import pytest

from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.prices.price_drafts import CellChange, PriceChange, applied
from houseful.ledger import bookings
from houseful.ledger.catalog import events, price_changes, price_lists
from houseful.sql.database import Database
from tests.ledger.halls import add_event
from tests.support.sessions import reading, writing


async def test_an_event_comes_back_with_prices_and_its_seats(database: Database) -> None:
    event = await add_event(database)
    assert (event.venue, event.currency, event.seat_count) == ("City Hall", "EUR", 40)
    assert event.prices.by_category == {"PREMIUM": 7500, "STANDARD": 3000}
    async with reading(database) as session:
        assert await events.list_all(session) == [event]
        assert await events.get(session, event.id + 1) is None


async def test_events_at_one_venue_share_it(database: Database) -> None:
    await add_event(database)
    await add_event(database)
    async with reading(database) as session:
        assert {event.venue for event in await events.list_all(session)} == {"City Hall"}


async def test_new_prices_are_another_list_and_the_old_one_stays(database: Database) -> None:
    event = await add_event(database)
    async with writing(database) as session:
        change = PriceChange(cells={("PREMIUM", None): CellChange(18000)})
        dearer = applied(event.prices.as_new(), change, "EUR")
        await price_changes.sell_at(session, event.id, dearer, who="ada", now_ms=1)
        changed = await events.get(session, event.id)
        lists = [await price_lists.get(session, event.id, number) for number in (1, 2, 3)]
        assert await events.list_all(session) == [changed]
    assert changed is not None
    assert (event.price_list, changed.price_list) == (1, 2)
    assert lists == [event.prices, changed.prices, None]
    assert changed.prices.by_category == {"PREMIUM": 18000, "STANDARD": 3000}


async def test_a_venue_has_one_time_zone(database: Database) -> None:
    event = await add_event(database)
    async with writing(database) as session:
        new = {"plan_id": event.plan_id, "name": "N", "starts_at_ms": 1, "on_sale_at_ms": None}
        new |= {"off_sale_at_ms": None, "currency": "EUR", "prices": event.prices.as_new()}

        async def zone_of(venue: str, timezone: str | None, house: str) -> str:
            number = await events.add(
                session, venue_name=venue, timezone=timezone, house_timezone=house, **new
            )
            found = await events.get(session, number)
            assert found is not None
            return found.timezone

        assert await zone_of("Opera", None, "Europe/Vienna") == "Europe/Vienna"
        assert await zone_of("Met", "America/New_York", "Europe/Vienna") == "America/New_York"
        assert await zone_of("Met", None, "Europe/Vienna") == "America/New_York"
        with pytest.raises(InvalidRequest, match="Met is in America/New_York, got Asia/Tokyo"):
            await zone_of("Met", "Asia/Tokyo", "UTC")
        with pytest.raises(InvalidRequest, match="expected a time zone such as"):
            await zone_of("Moon", "Moon/Crater", "UTC")
        await events.change(session, event.id, values={}, timezone="Europe/Oslo")
        changed = await events.get(session, event.id)
    assert changed is not None
    assert changed.timezone == "Europe/Oslo"


async def test_an_event_needs_a_plan(database: Database) -> None:
    with pytest.raises(NotFound, match="plan 7"):
        async with writing(database) as session:
            await events.add(
                session, plan_id=7, venue_name="V", name="N", starts_at_ms=1, on_sale_at_ms=None,
                off_sale_at_ms=None, currency="EUR", prices={"A": 2500},
            )  # fmt: skip


async def test_each_caller_gets_its_own_generation(database: Database) -> None:
    event = await add_event(database)
    got = await asyncio.gather(
        *(database.transact(lambda s: events.next_generation(s, event.id)) for _ in range(20))
    )
    assert sorted(got) == list(range(1, 21))


async def test_the_generation_of_an_unknown_event_is_refused(database: Database) -> None:
    with pytest.raises(NotFound):
        await database.transact(lambda session: events.next_generation(session, 5))


async def test_seats_are_blocked_and_unblocked_repeatedly(database: Database) -> None:
    event = await add_event(database)
    for _ in range(2):
        async with writing(database) as session:
            await events.set_blocked(session, event.id, [3, 1], True, "sound desk", "staff")
    async with writing(database) as session:
        assert await events.blocked_seats(session, event.id) == [1, 3]
        await events.set_blocked(session, event.id, [3, 4], False, "", "staff")
        assert await events.blocked_seats(session, event.id) == [1]


async def test_an_event_without_bookings_has_no_claims(database: Database) -> None:
    event = await add_event(database)
    async with reading(database) as session:
        assert await bookings.live_claims(session, event.id) == []
