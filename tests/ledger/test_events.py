from __future__ import annotations

import asyncio

import pytest

from houseful.domain.errors import NotFound
from houseful.ledger import bookings, events
from houseful.sql.database import Database
from tests.ledger.halls import add_event


async def test_an_event_comes_back_with_prices_and_its_seats(database: Database) -> None:
    event = await add_event(database)
    assert (event.venue, event.currency, event.seat_count) == ("City Hall", "EUR", 40)
    assert event.prices == {"PREMIUM": 7500, "STANDARD": 3000}
    async with database.read() as session:
        assert await events.list_all(session) == [event]
        assert await events.get(session, event.id + 1) is None


async def test_events_at_one_venue_share_it(database: Database) -> None:
    await add_event(database)
    await add_event(database)
    async with database.read() as session:
        assert {event.venue for event in await events.list_all(session)} == {"City Hall"}


async def test_an_event_needs_a_plan(database: Database) -> None:
    with pytest.raises(NotFound, match="plan 7"):
        async with database.write() as session:
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
        async with database.write() as session:
            await events.set_blocked(session, event.id, [3, 1], True, "sound desk", "staff")
    async with database.write() as session:
        assert await events.blocked_seats(session, event.id) == [1, 3]
        await events.set_blocked(session, event.id, [3, 4], False, "", "staff")
        assert await events.blocked_seats(session, event.id) == [1]


async def test_an_event_without_bookings_has_no_claims(database: Database) -> None:
    event = await add_event(database)
    async with database.read() as session:
        assert await bookings.live_claims(session, event.id) == []
