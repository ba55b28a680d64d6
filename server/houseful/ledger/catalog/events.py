"""Events in SQL: what is sold, when, at which prices, and which seats staff took off sale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, case, delete, func, insert, select, update

from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.moments import is_in_bounds
from houseful.domain.prices.price_drafts import check_prices
from houseful.domain.prices.price_lists import NewPrices, PriceList, plain
from houseful.domain.seat_choice.lone_seats import LoneSeatRule, LoneSeats
from houseful.domain.units import TableBooking
from houseful.domain.zones import checked_zone
from houseful.ledger.catalog import price_lists
from houseful.ledger.counters import upsert
from houseful.ledger.models import EVENT, EVENT_BLOCK, PLAN, VENUE
from houseful.sql.database import Session
from houseful.telemetry.rows import readable


@dataclass(frozen=True, slots=True)
class Block:
    """A seat that staff took off sale: why, who, when."""

    seat_id: int
    reason: str
    who: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class EventRecord:
    """An event with its plan's seat range. `prices` is the list it sells at, `next_prices` one that is
    to begin; `at` says which of the two at a time. `timezone` is the venue's IANA name.

    Owners may cancel until `cancel_before_ms` before the start; None: the house rule.
    """

    id: int
    plan_id: int
    venue: str
    name: str
    starts_at_ms: int
    on_sale_at_ms: int | None
    off_sale_at_ms: int | None
    currency: str
    prices: PriceList
    generation: int
    first_seat_id: int
    seat_count: int
    cancel_before_ms: int | None = None
    revision: int = 0
    revised_at_ms: int = 0
    timezone: str = "UTC"
    is_hidden: bool = False
    is_demo: bool = False
    lone_seats: str = LoneSeats.OFF
    lone_seats_off_below_percent: int = 10
    lone_seats_off_hours_before: int = 24
    cancelled_at_ms: int | None = None
    next_prices: PriceList | None = None
    table_booking: str = TableBooking.INHERIT

    def at(self, now_ms: int) -> EventRecord:
        """The event as it sells at a time: the list that was to begin may have begun."""
        coming = self.next_prices
        if coming is None or now_ms < coming.starts_at_ms:
            return self
        return replace(self, prices=coming, next_prices=None)

    @property
    def price_list(self) -> int:
        """The number of the list it sells at now."""
        return self.prices.number

    @property
    def lone_seat_rule(self) -> LoneSeatRule:
        return LoneSeatRule(
            LoneSeats(self.lone_seats),
            self.lone_seats_off_below_percent,
            self.lone_seats_off_hours_before,
        )


async def add(
    session: Session,
    *,
    plan_id: int,
    venue_name: str,
    name: str,
    starts_at_ms: int,
    on_sale_at_ms: int | None,
    off_sale_at_ms: int | None,
    currency: str,
    prices: Mapping[str, int] | NewPrices,
    cancel_before_ms: int | None = None,
    timezone: str | None = None,
    house_timezone: str = "UTC",
    is_demo: bool = False,
    lone_seats: LoneSeatRule | None = None,
    table_booking: TableBooking = TableBooking.INHERIT,
    who: str = "",
    now_ms: int = 0,
) -> int:
    """Store an event and return its id; a venue of that name is shared.

    `prices` by category alone are those of one ticket type without a name. A new venue is in
    `timezone`, without one in `house_timezone`. Raises NotFound for the plan, InvalidRequest for
    prices of categories it does not have or that the gateway cannot charge, and for a zone that is
    not the venue's.
    """
    rule = lone_seats or LoneSeatRule()
    new = prices if isinstance(prices, NewPrices) else plain(prices)
    check_prices(new, currency)
    ordinals = await price_lists.ordinals_of(session, plan_id)
    price_lists.require_categories(new, ordinals)
    result = await session.execute(
        insert(EVENT)
        .values(
            plan_id=plan_id,
            venue_id=await _venue(session, venue_name, timezone, house_timezone),
            name=name,
            starts_at_ms=starts_at_ms,
            on_sale_at_ms=on_sale_at_ms,
            off_sale_at_ms=off_sale_at_ms,
            currency=currency,
            cancel_before_ms=cancel_before_ms,
            is_demo=is_demo,
            lone_seats=rule.mode,
            lone_seats_off_below_percent=rule.off_below_percent,
            lone_seats_off_hours_before=rule.off_hours_before,
            table_booking=table_booking,
        )
        .returning(EVENT.c.id)
    )
    event_id: int = result.scalar_one()
    await price_lists.write(session, event_id, 1, new, ordinals, who=who, now_ms=now_ms)
    return event_id


async def _venue(session: Session, name: str, timezone: str | None, house_timezone: str) -> int:
    zone = checked_zone(timezone or house_timezone)
    statement = upsert(session, VENUE).values(name=name, timezone=zone).on_conflict_do_nothing()
    await session.execute(statement)
    found = await session.execute(select(VENUE.c.id, VENUE.c.timezone).where(VENUE.c.name == name))
    venue_id, stands = found.one()
    if timezone not in {None, stands}:
        raise InvalidRequest(
            f"timeZone: {name} is in {stands}, got {timezone}; change it on one of the venue's events",
            code="other_time_zone",
        )
    return int(venue_id)


async def get(session: Session, event_id: int) -> EventRecord | None:
    """One event; None for none, and for one whose times no event can have."""
    found = (await session.execute(_select().where(EVENT.c.id == event_id))).one_or_none()
    if found is None:
        return None
    prices = await price_lists.current(session, EVENT.c.id == event_id)
    return next(iter(readable("event", [_record(found, prices)], _in_bounds)), None)


async def any_ever(session: Session) -> bool:
    """Whether there is an event, removed ones included."""
    return (await session.execute(select(EVENT.c.id).limit(1))).first() is not None


async def ids(session: Session, since_ms: int = 0) -> list[int]:
    """The ids of all events, or of those that begin at `since_ms` or later."""
    stands = EVENT.c.removed_at_ms.is_(None) & (EVENT.c.starts_at_ms >= since_ms)
    statement = select(EVENT.c.id).where(stands).order_by(EVENT.c.id)
    return list((await session.execute(statement)).scalars())


async def past_ids(session: Session, before_ms: int) -> list[int]:
    """The ids of events that began before `before_ms`."""
    statement = select(EVENT.c.id).where(EVENT.c.starts_at_ms < before_ms).order_by(EVENT.c.id)
    return list((await session.execute(statement)).scalars())


async def list_all(session: Session) -> list[EventRecord]:
    """Every event, by start; one whose times no event can have is logged and left out."""
    found = await _records(session, _select(), True)
    return readable("event", found, _in_bounds)


def _in_bounds(record: EventRecord) -> EventRecord:
    """Raises ValueError. Rows outlive the rule that every door has for them now."""
    for at_ms in (record.starts_at_ms, record.on_sale_at_ms, record.off_sale_at_ms):
        if at_ms is not None and not is_in_bounds(at_ms):
            raise ValueError(at_ms)
    return record


async def some(session: Session, event_ids: Sequence[int]) -> list[EventRecord]:
    """These events, by start; any number of them."""
    found: list[EventRecord] = []
    for first in range(0, len(event_ids), 500):
        part = event_ids[first : first + 500]
        where = EVENT.c.id.in_(part)
        found += await _records(session, _select().where(where), where)
    return readable("event", found, _in_bounds)


async def _records(session: Session, rows: Select[Any], where: Any) -> list[EventRecord]:
    found = (await session.execute(rows.order_by(EVENT.c.starts_at_ms, EVENT.c.id))).all()
    prices = await price_lists.current(session, where)
    return [_record(row, prices) for row in found]


def _select() -> Select[Any]:
    return (
        select(
            EVENT,
            VENUE.c.name.label("venue"),
            VENUE.c.timezone,
            PLAN.c.first_seat_id,
            PLAN.c.seat_count,
        )
        .join(VENUE, VENUE.c.id == EVENT.c.venue_id)
        .join(PLAN, PLAN.c.id == EVENT.c.plan_id)
        .where(EVENT.c.removed_at_ms.is_(None))
    )


def _record(row: Any, prices: price_lists.Lists) -> EventRecord:
    return EventRecord(
        id=row.id,
        plan_id=row.plan_id,
        venue=row.venue,
        name=row.name,
        starts_at_ms=row.starts_at_ms,
        on_sale_at_ms=row.on_sale_at_ms,
        off_sale_at_ms=row.off_sale_at_ms,
        currency=row.currency,
        prices=prices.get((row.id, row.price_list)) or PriceList(row.price_list, row.currency),
        next_prices=prices.get((row.id, row.next_price_list)),
        generation=row.generation,
        first_seat_id=row.first_seat_id,
        seat_count=row.seat_count,
        cancel_before_ms=row.cancel_before_ms,
        revision=row.revision,
        revised_at_ms=row.revised_at_ms,
        timezone=row.timezone,
        is_hidden=row.is_hidden,
        is_demo=row.is_demo,
        lone_seats=row.lone_seats,
        lone_seats_off_below_percent=row.lone_seats_off_below_percent,
        lone_seats_off_hours_before=row.lone_seats_off_hours_before,
        cancelled_at_ms=row.cancelled_at_ms,
        table_booking=row.table_booking,
    )


async def next_generation(session: Session, event_id: int, above: int = 0) -> int:
    """Raise the event's generation by one, and above `above`, and return it. Raises NotFound."""
    least = case((EVENT.c.generation < above, above), else_=EVENT.c.generation)
    result = await session.execute(
        update(EVENT)
        .where(EVENT.c.id == event_id)
        .values(generation=least + 1)
        .returning(EVENT.c.generation)
    )
    generation: int | None = result.scalar_one_or_none()
    if generation is None:
        raise NotFound(f"expected an event, got {event_id}")
    return generation


async def change(
    session: Session,
    event_id: int,
    *,
    values: Mapping[str, Any],
    timezone: str | None = None,
) -> None:
    """Write columns of an event and the zone of its venue."""
    if values:
        await session.execute(update(EVENT).where(EVENT.c.id == event_id).values(**values))
    if timezone is not None:
        venue = select(EVENT.c.venue_id).where(EVENT.c.id == event_id).scalar_subquery()
        zone = checked_zone(timezone)
        await session.execute(update(VENUE).where(VENUE.c.id == venue).values(timezone=zone))


async def revise(session: Session, event_id: int, now_ms: int) -> None:
    """What calendar entries say of the event has changed."""
    await session.execute(
        update(EVENT)
        .where(EVENT.c.id == event_id)
        .values(revision=EVENT.c.revision + 1, revised_at_ms=now_ms)
    )


async def blocked_seats(session: Session, event_id: int, seats: range | None = None) -> list[int]:
    """Seats, of all or of `seats`, that staff took off sale, ascending."""
    where: Any = EVENT_BLOCK.c.event_id == event_id
    if seats is not None:
        where &= EVENT_BLOCK.c.seat_id.between(seats.start, seats.stop - 1)
    statement = select(EVENT_BLOCK.c.seat_id).where(where).order_by(EVENT_BLOCK.c.seat_id)
    return list((await session.execute(statement)).scalars())


async def block_changes(session: Session) -> list[Row[Any]]:
    """(event, numbers that are others whenever its blocks are)."""
    columns = (EVENT_BLOCK.c.event_id, func.count(), func.sum(EVENT_BLOCK.c.seat_id))
    return list((await session.execute(select(*columns).group_by(EVENT_BLOCK.c.event_id))).all())


async def blocks(session: Session, event_id: int) -> list[Block]:
    """The seats off sale with their reasons, by seat."""
    found = await session.execute(
        select(EVENT_BLOCK.c.seat_id, EVENT_BLOCK.c.reason, EVENT_BLOCK.c.who, EVENT_BLOCK.c.at_ms)
        .where(EVENT_BLOCK.c.event_id == event_id)
        .order_by(EVENT_BLOCK.c.seat_id)
    )
    return [Block(*row) for row in found]


async def set_blocked(
    session: Session,
    event_id: int,
    seat_ids: Sequence[int],
    blocked: bool,
    reason: str,
    who: str,
    at_ms: int = 0,
) -> None:
    """Take seats off sale, or put them back. Repeating it changes nothing."""
    if not seat_ids:
        return
    if not blocked:
        for start in range(0, len(seat_ids), 500):
            await session.execute(
                delete(EVENT_BLOCK).where(
                    EVENT_BLOCK.c.event_id == event_id,
                    EVENT_BLOCK.c.seat_id.in_(seat_ids[start : start + 500]),
                )
            )
        return
    rows = [
        {"event_id": event_id, "seat_id": seat, "reason": reason, "who": who, "at_ms": at_ms}
        for seat in sorted(set(seat_ids))
    ]
    await session.execute(upsert(session, EVENT_BLOCK).on_conflict_do_nothing(), rows)
