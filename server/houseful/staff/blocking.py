"""Taking seats off sale and putting them back: SQL says what is meant, by whom and why; Redis decides
which seats can be, and follows SQL whatever was cut off in between."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from houseful.checkout.checkout_context import clock_ms
from houseful.checkout.following import undoing
from houseful.domain.errors import Conflict, InvalidRequest, NotFound
from houseful.domain.seats import Changed, FailedSeat, PlacesWanted, Refused, SeatRecord
from houseful.domain.wording import shown
from houseful.ledger import audit
from houseful.ledger.catalog import events
from houseful.ledger.catalog.events import Block
from houseful.sales.catalog import Catalog
from houseful.sales.seating import EventSeats
from houseful.sql.database import Database, Session
from houseful.store.seats import SeatStore, distinct

AT_ONCE: Final = 1000
"""Seats of one script call: bounds how long Redis is busy."""

Move = Callable[[int, Sequence[int]], Awaitable[Changed | Refused]]


@dataclass(frozen=True, slots=True)
class Choice:
    """The seats of an act: a list of them, a whole section by its name, or so many places of an area."""

    seat_ids: Sequence[int] = ()
    section: str | None = None
    places: PlacesWanted | None = None

    def of(self, house: EventSeats) -> list[int]:
        """The seats' ids. Raises InvalidRequest, NotFound for what the event does not have."""
        if self.section is None:
            unknown = [seat_id for seat_id in self.seat_ids if not house.holds(seat_id)]
            if unknown:
                raise NotFound(
                    f"event {house.event.id} has no seat {unknown[0]}",
                    code="unknown_seat",
                    details={"seatIds": unknown},
                )
            return distinct(self.seat_ids)
        for section in house.sections:
            if section.name == self.section:
                first = house.first_seat_id + section.first
                return list(range(first, first + section.count))
        raise NotFound(f"the plan has no section {shown(self.section)}", code="unknown_section")


class Blocking:
    """Blocks and unblocks. A seat that somebody holds, pays for or has bought stays theirs."""

    def __init__(self, database: Database, seats: SeatStore, catalog: Catalog) -> None:
        self._database = database
        self._seats = seats
        self._catalog = catalog

    async def block(
        self, event_id: int, choice: Choice, *, who: str, reason: str
    ) -> tuple[list[int], list[FailedSeat]]:
        """(seats that are newly off sale, seats that could not be). Raises NotFound."""
        return await self._turn(event_id, choice, who, reason, blocked=True)

    async def unblock(
        self, event_id: int, choice: Choice, *, who: str, reason: str
    ) -> tuple[list[int], list[FailedSeat]]:
        """(seats that are on sale again, seats that could not be). Raises NotFound."""
        return await self._turn(event_id, choice, who, reason, blocked=False)

    async def listed(self, event_id: int) -> tuple[EventSeats, list[Block]]:
        """The seats off sale, with their house for their names."""
        house = await self._catalog.house(event_id)
        return house, await self._database.query(lambda session: events.blocks(session, event_id))

    async def _turn(
        self, event_id: int, choice: Choice, who: str, reason: str, *, blocked: bool
    ) -> tuple[list[int], list[FailedSeat]]:
        """SQL first: it says what is meant, and the comparison has Redis follow if we die between."""
        if not reason.strip():
            raise InvalidRequest("reason: expected to hear why, got nothing", field="reason")
        house = await self._catalog.house(event_id)
        found = await self._database.query(lambda session: events.blocks(session, event_id))
        known = {block.seat_id: block for block in found}
        if choice.places is not None:
            wanted = await self._places(house, choice.places, known.keys(), blocked=blocked)
        else:
            wanted = choice.of(house)
        house.require_whole(wanted)
        fresh = [seat_id for seat_id in wanted if (seat_id in known) != blocked]
        now = clock_ms()

        async def say(session: Session) -> None:
            await events.set_blocked(session, event_id, fresh, blocked, reason, who, now)

        async def log_it(session: Session) -> None:
            if blocked:
                lost = [seat_id for seat_id in fresh if seat_id not in moved]
                await events.set_blocked(session, event_id, lost, False, reason, who)
            if moved:
                await audit.write(
                    session,
                    who=who,
                    act="block" if blocked else "unblock",
                    at_ms=now,
                    event_id=event_id,
                    reason=reason,
                    details={"seatIds": moved},
                )

        if fresh:
            await self._database.transact(say)
        async with undoing(lambda: self._take_back(event_id, fresh, known)):
            move = self._seats.block if blocked else self._seats.unblock
            done, failed = await self._move(house, wanted, move)
            moved = [seat_id for seat_id in fresh if not blocked or seat_id in set(done)]
            if fresh:
                await self._database.transact(log_it)
        return moved, failed

    async def _take_back(
        self, event_id: int, seat_ids: Sequence[int], before: Mapping[int, Block]
    ) -> None:
        """SQL as it was `before`; where Redis moved, it follows."""

        async def work(session: Session) -> None:
            await events.set_blocked(session, event_id, seat_ids, False, "", "")
            for block in (before[seat_id] for seat_id in seat_ids if seat_id in before):
                await events.set_blocked(
                    session, event_id, [block.seat_id], True, block.reason, block.who, block.at_ms
                )

        await self._database.transact(work)
        self._catalog.doubted(event_id)

    async def _places(
        self, house: EventSeats, wanted: PlacesWanted, known: AbstractSet[int], *, blocked: bool
    ) -> list[int]:
        """Which places of an area are to be blocked, the last free ones, or unblocked. Raises NotFound,
        Conflict `area_full` where there are fewer: what is held or sold cannot be taken off sale."""
        area = next((one for one in house.areas if one.id == wanted.area_id), None)
        if area is None:
            raise NotFound(f"the event has no standing area {wanted.area_id}", code="unknown_area")
        places = range(area.id, area.id + area.count)
        if blocked:
            await self._catalog.opened(house.event.id, lambda: self._seats.sweep(house.event.id))
            records = await self._seats.records(house.event.id, places)
            found = [p for p in places if p not in known and is_free(records.get(p))]
        else:
            found = [place for place in places if place in known]
        if len(found) < wanted.quantity:
            word = "free" if blocked else "blocked"
            raise Conflict(
                f"quantity: expected at most {len(found)}, the places that are {word},"
                f" got {wanted.quantity}",
                code="area_full",
                details={"areaId": area.id, "available": len(found)},
            )
        return found[-wanted.quantity :] if blocked else found[: wanted.quantity]

    async def _move(
        self, house: EventSeats, seat_ids: Sequence[int], move: Move
    ) -> tuple[list[int], list[FailedSeat]]:
        done: list[int] = []
        failed: list[FailedSeat] = []
        event_id = house.event.id
        for part in parts(house, seat_ids):
            answer = await self._catalog.opened(event_id, lambda part=part: move(event_id, part))  # type: ignore[misc]
            failed += answer.failed
            if isinstance(answer, Changed):
                done += answer.seat_ids
        return done, failed


def is_free(record: SeatRecord | None) -> bool:
    return record is None or record.status == "A"


def parts(house: EventSeats, seat_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Pieces of at most twice `AT_ONCE`; the seats of a table or box that is sold whole stay together."""
    by_unit = house.units_among(seat_ids)
    whole = {seat_id for some in by_unit.values() for seat_id in some}
    piece: list[int] = []
    for some in (*by_unit.values(), *([one] for one in seat_ids if one not in whole)):
        piece += some
        if len(piece) >= AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece
