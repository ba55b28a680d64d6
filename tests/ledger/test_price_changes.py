"""A list that is to begin: one at most, at its time by itself, and never what a hold was made under."""

from __future__ import annotations

from dataclasses import replace

import pytest

from houseful.domain.errors import Conflict
from houseful.domain.prices.price_drafts import CellChange, PriceChange, applied
from houseful.domain.prices.price_lists import NewPrices, TicketType
from houseful.ledger.catalog import events, price_changes, price_lists
from houseful.ledger.catalog.events import EventRecord
from houseful.sql.database import Database, Session
from tests.ledger.halls import add_event
from tests.support.sessions import reading, writing

FRIDAY = 1_000_000


def dearer(event: EventRecord, amount: int) -> NewPrices:
    change = PriceChange(cells={("PREMIUM", None): CellChange(amount)})
    return applied(event.prices.as_new(), change, "EUR")


async def schedule(
    session: Session, event: EventRecord, amount: int, replaces: int | None = None, now_ms: int = 1
) -> int:
    return await price_changes.schedule(
        session,
        event.id,
        dearer(event, amount),
        starts_at_ms=FRIDAY,
        replaces=replaces,
        who="ada",
        now_ms=now_ms,
    )


async def stands(session: Session, event: EventRecord) -> EventRecord:
    found = await events.get(session, event.id)
    assert found is not None
    assert await events.some(session, [event.id]) == [found]
    return found


def cost(event: EventRecord) -> int:
    return event.prices.by_category["PREMIUM"]


async def test_a_list_begins_at_its_very_time_though_nobody_writes_then(database: Database) -> None:
    event = await add_event(database)
    async with writing(database) as session:
        assert await schedule(session, event, 9000) == 2
    async with reading(database) as session:
        found = await stands(session, event)
    assert [cost(found.at(now)) for now in (0, FRIDAY - 1, FRIDAY, FRIDAY + 1)] == [
        7500, 7500, 9000, 9000,
    ]  # fmt: skip
    assert (found.next_prices, found.at(FRIDAY).next_prices) == (found.at(FRIDAY).prices, None)


async def test_two_lists_to_come_are_refused_and_one_is_replaced_or_withdrawn(
    database: Database,
) -> None:
    event = await add_event(database)
    async with writing(database) as session:
        await schedule(session, event, 9000)
        with pytest.raises(Conflict, match="got list 2") as refused:
            await schedule(session, event, 9500)
        assert (refused.value.code, refused.value.details) == ("prices_scheduled", {"priceList": 2})
        with pytest.raises(Conflict) as unknown:
            await schedule(session, event, 9500, replaces=1)
        assert unknown.value.code == "prices_not_scheduled"
        assert await schedule(session, event, 9500, replaces=2) == 3
        assert cost((await stands(session, event)).at(FRIDAY)) == 9500
        await price_changes.withdraw(session, event.id, 3, now_ms=2)
        assert cost((await stands(session, event)).at(FRIDAY)) == 7500
        with pytest.raises(Conflict):
            await price_changes.withdraw(session, event.id, 3, now_ms=3)
        assert await schedule(session, event, 9900) == 4, "no number comes again"
        made = await price_changes.written(session, event.id)
    assert [(one.number, one.withdrawn_at_ms) for one in made] == [
        (4, None), (3, 2), (2, 1), (1, None),
    ]  # fmt: skip
    assert [one.created_by for one in made] == ["ada", "ada", "ada", ""]


async def test_what_has_begun_is_neither_replaced_nor_withdrawn(database: Database) -> None:
    event = await add_event(database)
    async with writing(database) as session:
        await schedule(session, event, 9000)
        with pytest.raises(Conflict):
            await price_changes.withdraw(session, event.id, 2, now_ms=FRIDAY)
        with pytest.raises(Conflict):
            await schedule(session, event, 9500, replaces=2, now_ms=FRIDAY)
        assert await schedule(session, event, 9900, now_ms=FRIDAY) == 3
        found = await stands(session, event)
    assert (cost(found), found.price_list) == (9000, 2)


async def test_prices_changed_at_once_hold_until_those_that_are_to_come(database: Database) -> None:
    event = await add_event(database)
    async with writing(database) as session:
        await schedule(session, event, 9000)
        number = await price_changes.sell_at(
            session, event.id, dearer(event, 8000), who="ben", now_ms=5
        )
        found = await stands(session, event)
        assert (number, cost(found), cost(found.at(FRIDAY))) == (3, 8000, 9000)
        await price_changes.sell_at(
            session, event.id, dearer(event, 9900), who="ben", now_ms=FRIDAY
        )
        assert cost((await stands(session, event)).at(FRIDAY)) == 9900


async def test_a_list_keeps_the_rules_of_its_types_whatever_later_ones_say(
    database: Database,
) -> None:
    event = await add_event(database)
    card = PriceChange(types=[TicketType(0, "Adult"), TicketType(0, "Child", "show card", 1, 2)])
    cells = {("STANDARD", "Child"): CellChange(1000)}
    async with writing(database) as session:
        first = applied(event.prices.as_new(), replace(card, cells=cells), "EUR")
        await price_changes.sell_at(session, event.id, first, who="ada", now_ms=1)
        before = (await stands(session, event)).prices
        other = replace(card, types=[TicketType(0, "Child", "", 2), TicketType(0, "Adult")])
        change = replace(other, requires={"Child": "Adult"})
        second = applied(before.as_new(), change, "EUR")
        await price_changes.sell_at(session, event.id, second, who="ada", now_ms=2)
        now = (await stands(session, event)).prices
        assert await price_lists.get(session, event.id, 2) == before
    assert [kind.id for kind in now.types] == [kind.id for kind in reversed(before.types)]
    assert [(kind.note, kind.least, kind.most) for kind in before.types] == [
        ("", 1, None), ("show card", 1, 2),
    ]  # fmt: skip
    assert (now.types[0].least, now.types[0].requires_id) == (2, now.types[1].id)
