"""Events and plans: finds them, opens them in the seat store, and takes in new ones.

Owns: what is cached of SQL for an event's life (plan, prices), and the (re)building of an event's
seats in Redis from what SQL has sold. Never: who holds what.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar
from weakref import WeakValueDictionary

import structlog

from houseful.clock import clock_ms
from houseful.domain.errors import NotFound, Unavailable
from houseful.domain.plan import Plan
from houseful.domain.prices.price_lists import NewPrices, PriceList
from houseful.domain.seat_choice.lone_seats import LoneSeatRule
from houseful.domain.seats import Claim, UnitSeats
from houseful.domain.units import TableBooking
from houseful.ledger import bookings
from houseful.ledger.catalog import discounts, events, plans, price_lists
from houseful.ledger.catalog.events import EventRecord
from houseful.sales.seating import EventSeats
from houseful.sales.single_flight import SingleFlight
from houseful.sql.database import Database, Session
from houseful.store.seats import SeatStore, Unopened

T = TypeVar("T")
log = structlog.get_logger(__name__)

VERSIONS_PER_GENERATION = 1_000_000
"""Room for versions between two rebuilds of one event; no seat changes hands as often as that."""

EVENT_TTL_S = 0.8
"""How long an event's sale window and name may be remembered: every worker, also one that missed the
note of a change, must know a new window within a second."""

RENEWED_AT_ONCE = 4
"""Of all events after Redis was restarted: those that somebody asks for go before."""

HOUSES = 64
"""Plans kept in memory that nobody uses; a 50,000-seat one takes about 30 MB. Those of live events
are their replicas', however many."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """What makes an event. `prices`: category → minor units where it has one type of ticket; times in
    ms UTC.

    `timezone` is an IANA name; None: the venue's, and for a new venue the server's.
    """

    name: str
    venue: str
    starts_at_ms: int
    currency: str
    prices: Mapping[str, int] | NewPrices
    on_sale_at_ms: int | None = None
    off_sale_at_ms: int | None = None
    timezone: str | None = None
    is_demo: bool = False
    lone_seats: LoneSeatRule | None = None
    table_booking: TableBooking = TableBooking.INHERIT


class Catalog:
    """Everything known of events before anybody buys."""

    def __init__(
        self,
        database: Database,
        seats: SeatStore,
        timezone: str = "UTC",
        clock: Callable[[], int] = clock_ms,
    ) -> None:
        """`timezone`: the IANA name of new venues' own, where nobody says another."""
        self._database = database
        self._clock = clock
        self.timezone = timezone
        self._seats = seats
        self._events: dict[int, tuple[float, EventRecord]] = {}
        self._houses: WeakValueDictionary[int, EventSeats] = WeakValueDictionary()
        self._kept: OrderedDict[int, EventSeats] = OrderedDict()
        self._old_prices: OrderedDict[tuple[int, int], PriceList] = OrderedDict()
        self._units: dict[int, tuple[UnitSeats, ...]] = {}
        self._event_flights: SingleFlight[int, EventRecord] = SingleFlight()
        self._house_flights: SingleFlight[int, EventSeats] = SingleFlight()
        self._openings: SingleFlight[int, None] = SingleFlight()
        self._renewals = asyncio.Semaphore(RENEWED_AT_ONCE)
        self.doubted: Callable[[int], None] = lambda event_id: None
        """Told of events that were opened or renewed: they are to be compared with SQL."""

    async def event(self, event_id: int) -> EventRecord:
        """As it sells at this moment. Raises NotFound."""
        known = self._events.get(event_id)
        if known and monotonic() - known[0] < EVENT_TTL_S:
            record = known[1]
        else:
            record = await self._event_flights.run(event_id, lambda: self._read_event(event_id))
        return record.at(self._clock())

    async def _read_event(self, event_id: int) -> EventRecord:
        record = await self._database.query(lambda session: events.get(session, event_id))
        if record is None:
            raise NotFound(f"no event {event_id}", code="unknown_event")
        self._events[event_id] = (monotonic(), record)
        return record

    def forget(self, event_id: int) -> None:
        """The event was changed: read it again when it is asked for."""
        self._events.pop(event_id, None)

    async def refresh(self, event_ids: Sequence[int] | None = None) -> list[EventRecord]:
        """Read these events again, or every one; two statements for 500."""
        records = await self._database.query(
            events.list_all
            if event_ids is None
            else lambda session: events.some(session, event_ids)
        )
        now, now_ms = monotonic(), self._clock()
        self._events.update((record.id, (now, record)) for record in records)
        return [record.at(now_ms) for record in records]

    async def events(self) -> list[tuple[EventRecord, int]]:
        """Every event with the number of its available seats."""
        found, now_ms = await self._database.query(events.list_all), self._clock()
        records = [record.at(now_ms) for record in found]
        return list(zip(records, await self.available(records), strict=True))

    async def available(self, records: Sequence[EventRecord]) -> list[int]:
        """How many seats of each event are available now."""
        taken = await self._seats.taken([record.id for record in records]) if records else []
        return [record.seat_count - count for record, count in zip(records, taken, strict=True)]

    async def event_ids(self) -> list[int]:
        """The ids of all events; asks SQL alone."""
        return await self._database.query(events.ids)

    async def house(self, event_id: int) -> EventSeats:
        """The event with its seats' names and prices, as they are now. Raises NotFound."""
        record = await self.event(event_id)
        house = self._houses.get(event_id)
        if house is None or house.event.prices != record.prices:
            return await self._house_flights.run(event_id, lambda: self._read_house(event_id))
        if house.event != record:
            house = house.renamed(record)
            await self._follow_units(house)
        return self._keep(house)

    async def sold_with(self, event_id: int, seat_ids: Sequence[int]) -> dict[int, int]:
        """Of each seat that is sold with a whole table or box, the first seat of that. Raises NotFound,
        Conflict `whole_unit_only`."""
        house = await self.house(event_id)
        house.require_whole(seat_ids)
        return house.unit_ids(seat_ids)

    def _keep(self, house: EventSeats) -> EventSeats:
        event_id = house.event.id
        self._houses[event_id] = self._kept[event_id] = house
        self._kept.move_to_end(event_id)
        while len(self._kept) > HOUSES:
            self._kept.popitem(last=False)
        return house

    async def price_list(self, event_id: int, number: int) -> PriceList:
        """An event's price list that a hold was made under.

        Of a hold that names none (0), or one that this database does not know: the one of now.
        """
        record = await self.event(event_id)
        if number in {0, record.price_list}:
            return record.prices
        key = (event_id, number)
        if key not in self._old_prices:
            found = await self._database.query(
                lambda session: price_lists.get(session, event_id, number)
            )
            if found is None:
                return record.prices
            self._old_prices[key] = found
            while len(self._old_prices) > HOUSES:
                self._old_prices.popitem(last=False)
        return self._old_prices[key]

    async def _read_house(self, event_id: int) -> EventSeats:
        record = await self.event(event_id)
        house = EventSeats(record, await self.plan(record.plan_id))
        await asyncio.to_thread(lambda: house.sections)  # names all its seats, 0.2 s for a stadium
        await self._follow_units(house)
        return self._keep(house)

    async def plan(self, plan_id: int) -> plans.StoredPlan:
        """Raises NotFound."""
        for house in list(self._houses.values()):
            if house.stored.plan_id == plan_id:
                return house.stored
        stored = await self._database.query(lambda session: plans.load(session, plan_id))
        if stored is None:
            raise NotFound(f"no plan {plan_id}", code="unknown_plan")
        return stored

    async def open_event(self, event_id: int, expected_epoch: str = "") -> None:
        """Make the event's seats in Redis good, unless somebody did so since.

        Redis that has none of them, or those of another database's event, gets them from SQL. Those
        that another process of Redis wrote, or whose epoch the caller knows to be wrong
        (`expected_epoch`: Redis went back in time), get a new epoch and keep who holds what. In any
        case the versions lie above all that were ever handed out, and `doubted` is told, so that
        they are compared with SQL.
        """
        record = await self.event(event_id)
        standing = await self._seats.standing(event_id)
        if standing is not None and expected_epoch not in ("", standing.epoch):
            return
        above = standing.version_base // VERSIONS_PER_GENERATION if standing else 0
        generation = await self._database.transact(
            lambda session: events.next_generation(session, event_id, above), is_repeatable=True
        )
        base = generation * VERSIONS_PER_GENERATION
        theirs = standing and (standing.first_seat_id, standing.seat_count)
        if standing is not None and theirs == (record.first_seat_id, record.seat_count):
            is_done = await self._seats.renew(
                event_id,
                expected_epoch=standing.epoch,
                epoch=secrets.token_hex(6),
                version_base=base,
                is_certain=bool(expected_epoch),
            )
        else:
            is_done = await self._build(record, standing.epoch if standing else "", base)
        if is_done:
            log.info("event_opened", event_id=event_id, generation=generation)
            self.doubted(event_id)

    async def _build(self, record: EventRecord, expected_epoch: str, version_base: int) -> bool:
        house = await self.house(record.id)
        areas = [(area.id, area.count) for area in house.areas]

        async def look(session: Session) -> tuple[list[Claim], list[int]]:
            claims = await bookings.live_claims(session, record.id)
            return claims, await events.blocked_seats(session, record.id)

        claims, blocked = await self._database.query(look)
        taken = {claim.seat_id for claim in claims}
        return await self._seats.open(
            record.id,
            expected_epoch=expected_epoch,
            epoch=secrets.token_hex(6),
            version_base=version_base,
            first_seat_id=record.first_seat_id,
            seat_count=record.seat_count,
            claims=claims,
            blocked=[seat_id for seat_id in blocked if seat_id not in taken],
            areas=areas,
            units=house.unit_seats,
        )

    async def _follow_units(self, house: EventSeats) -> None:
        """Have Redis sell whole what SQL says is: it may have missed a change whose worker died. Where
        seats are in the way it stays as it is, and what was sold is sold."""
        event_id = house.event.id
        if not house.has_tables or self._units.get(event_id) == house.unit_seats:
            return
        with suppress(Unavailable):  # what is not open is opened so
            in_the_way = await self._seats.set_units(event_id, house.unit_seats)
            if in_the_way:
                log.warning("units_in_the_way", event_id=event_id, seat_ids=in_the_way)
        self._units[event_id] = house.unit_seats

    async def renew_event(self, event_id: int) -> bool:
        """As `open_event`, but only for what Redis has something of; whether it has."""
        if await self._seats.standing(event_id) is None:
            return False
        async with self._renewals:
            await self.open_event(event_id)
        return True

    async def opened(self, event_id: int, move: Callable[[], Awaitable[T]]) -> T:
        """The result of `move`; where Redis lacks the event, opens it and tries again."""
        try:
            return await move()
        except Unopened:
            await self._openings.run(event_id, lambda: self.open_event(event_id))
            return await move()

    async def add_event(self, plan: Plan, event: NewEvent) -> int:
        """Store a plan and an event on it; returns the event's id."""

        async def work(session: Session) -> int:
            return await write_event(session, await plans.add(session, plan), event, self.timezone)

        return await self._database.transact(work)

    async def add_discount(self, code: str, percent: int, *, is_demo: bool = False) -> None:
        """So many percent off at every event, or at the demo's. Raises Conflict when it exists."""
        await self._database.transact(
            lambda session: discounts.add(session, code=code, percent=percent, is_demo=is_demo)
        )

    async def had_events(self) -> bool:
        """Whether there is an event, or was one that is removed."""
        return await self._database.query(events.any_ever)

    async def visible(self, event_id: int, *, is_staff: bool = False) -> EventRecord:
        """The event, unless it is hidden from who asks. Raises NotFound."""
        record = await self.event(event_id)
        if record.is_hidden and not is_staff:
            raise NotFound(f"no event {event_id}", code="unknown_event")
        return record


async def write_event(
    session: Session,
    plan_id: int,
    event: NewEvent,
    house_timezone: str = "UTC",
    who: str = "",
    now_ms: int = 0,
) -> int:
    """Store an event on a stored plan; returns its id. Raises NotFound, InvalidRequest."""
    return await events.add(
        session,
        plan_id=plan_id,
        venue_name=event.venue,
        name=event.name,
        starts_at_ms=event.starts_at_ms,
        on_sale_at_ms=event.on_sale_at_ms,
        off_sale_at_ms=event.off_sale_at_ms,
        currency=event.currency,
        prices=event.prices,
        timezone=event.timezone,
        house_timezone=house_timezone,
        is_demo=event.is_demo,
        lone_seats=event.lone_seats,
        table_booking=event.table_booking,
        who=who,
        now_ms=now_ms,
    )
