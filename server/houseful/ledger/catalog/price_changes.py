"""Which list an event sells at, and which comes next: changes of prices, now and at a time.

Owns: the event's two columns of lists, and when a list to come was withdrawn. One list is to come at
most; once its time has come it is the list on sale, whether or not anything was written since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import func, select, update

from houseful.domain.errors import Conflict
from houseful.domain.prices.price_drafts import check_prices
from houseful.domain.prices.price_lists import NewPrices
from houseful.ledger.catalog import price_lists
from houseful.ledger.models import EVENT, PRICE_LIST
from houseful.sql.database import Session


@dataclass(frozen=True, slots=True)
class Written:
    """What is kept of a list's making. `withdrawn_at_ms`: it was to begin, and does not."""

    number: int
    created_at_ms: int
    created_by: str
    starts_at_ms: int
    withdrawn_at_ms: int | None


async def sell_at(
    session: Session, event_id: int, prices: NewPrices, *, who: str, now_ms: int
) -> int:
    """Sell at a new list from now on; its number. One that is to come stays so, and those before stay
    as they are, because holds were made under them. Raises InvalidRequest for a price that the
    gateway cannot charge."""
    event = await _locked(session, event_id, now_ms)
    number = await _write(session, event, prices, who, now_ms, now_ms)
    await _set(session, event_id, number, event.next_price_list)
    return number


async def schedule(
    session: Session,
    event_id: int,
    prices: NewPrices,
    *,
    starts_at_ms: int,
    replaces: int | None,
    who: str,
    now_ms: int,
) -> int:
    """Let a new list begin at a time to come, in place of the one that was to (`replaces`); its number.

    Raises Conflict where another is to come, or where `replaces` is not; InvalidRequest for a price.
    """
    event = await _locked(session, event_id, now_ms)
    if replaces is not None:
        await _withdraw(session, event, replaces, now_ms)
    elif event.next_price_list is not None:
        raise Conflict(
            f"expected no list that is to begin, got list {event.next_price_list}",
            code="prices_scheduled",
            details={"priceList": event.next_price_list},
        )
    number = await _write(session, event, prices, who, now_ms, starts_at_ms)
    await _set(session, event_id, event.price_list, number)
    return number


async def withdraw(session: Session, event_id: int, number: int, now_ms: int) -> None:
    """A list that was to begin does not. Raises Conflict for any other."""
    event = await _locked(session, event_id, now_ms)
    await _withdraw(session, event, number, now_ms)
    await _set(session, event_id, event.price_list, None)


async def written(session: Session, event_id: int) -> list[Written]:
    """Every list of the event, the newest first."""
    columns = (PRICE_LIST.c.number, PRICE_LIST.c.created_at_ms, PRICE_LIST.c.created_by)
    times = (PRICE_LIST.c.starts_at_ms, PRICE_LIST.c.withdrawn_at_ms)
    found = await session.execute(
        select(*columns, *times)
        .where(PRICE_LIST.c.event_id == event_id)
        .order_by(PRICE_LIST.c.number.desc())
    )
    return [Written(*row) for row in found]


@dataclass(frozen=True, slots=True)
class _Event:
    id: int
    currency: str
    plan_id: int
    price_list: int
    next_price_list: int | None


async def _locked(session: Session, event_id: int, now_ms: int) -> _Event:
    """The event as it sells now, its row locked, so that two changes make two lists."""
    columns = (EVENT.c.id, EVENT.c.currency, EVENT.c.plan_id)
    lists = (EVENT.c.price_list, EVENT.c.next_price_list)
    locked = await session.execute(
        update(EVENT)
        .where(EVENT.c.id == event_id)
        .values(price_list=EVENT.c.price_list)
        .returning(*columns, *lists)
    )
    event = _Event(*locked.one())
    begun = select(PRICE_LIST.c.number).where(
        PRICE_LIST.c.event_id == event_id,
        PRICE_LIST.c.number == event.next_price_list,
        PRICE_LIST.c.starts_at_ms <= now_ms,
    )
    number = (await session.execute(begun)).scalar_one_or_none()
    return event if number is None else replace(event, price_list=number, next_price_list=None)


async def _write(
    session: Session, event: _Event, prices: NewPrices, who: str, now_ms: int, starts_at_ms: int
) -> int:
    check_prices(prices, event.currency)
    ordinals = await price_lists.ordinals_of(session, event.plan_id)
    price_lists.require_categories(prices, ordinals)
    newest = select(func.max(PRICE_LIST.c.number)).where(PRICE_LIST.c.event_id == event.id)
    number = int((await session.execute(newest)).scalar_one()) + 1
    await price_lists.write(
        session,
        event.id,
        number,
        prices,
        ordinals,
        who=who,
        now_ms=now_ms,
        starts_at_ms=starts_at_ms,
    )
    return number


async def _withdraw(session: Session, event: _Event, number: int, now_ms: int) -> None:
    if number != event.next_price_list:
        raise Conflict(
            f"expected a list that is to begin, got list {number}", code="prices_not_scheduled"
        )
    await session.execute(
        update(PRICE_LIST)
        .where(PRICE_LIST.c.event_id == event.id, PRICE_LIST.c.number == number)
        .values(withdrawn_at_ms=now_ms)
    )


async def _set(session: Session, event_id: int, number: int, coming: int | None) -> None:
    values = {"price_list": number, "next_price_list": coming}
    await session.execute(update(EVENT).where(EVENT.c.id == event_id).values(values))
