"""Check-in: a ticket read at a door is accepted once, and refused with the reason after that.

The QR text proves itself by its signature, the typed code by its check letters; what became of the
ticket since, only SQL says. Nothing here trusts what a door believes.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, NoReturn

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import Conflict, NotFound
from houseful.ledger import audit
from houseful.ledger import check_ins as tickets
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.check_ins import DISPUTED, USED, VOID, Admission
from houseful.ledger.upkeep import house as identity
from houseful.sales.catalog import Catalog
from houseful.sales.seating import EventSeats, NamedSeat
from houseful.sql.database import Database, Session
from houseful.staff import door_pass
from houseful.staff.event_stream import CHECK_IN_UNDONE, CHECKED_IN, StaffEventStream
from houseful.tickets import reader
from houseful.tickets.code import PREFIX, TicketSigner
from houseful.wire.codec import iso

DECODERS: Final = 2
"""Camera pictures decoded at once: a door that sends too many waits, and nobody else."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A ticket with the names of its seat."""

    ticket: Admission
    seat: NamedSeat


class CheckIns:
    """What the doors of all workers ask."""

    def __init__(
        self,
        database: Database,
        catalog: Catalog,
        signer: TicketSigner,
        staff_events: StaffEventStream,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._signer = signer
        self._staff_events = staff_events
        self._decoders = asyncio.Semaphore(DECODERS)

    async def read_frame(self, event_id: int, jpeg: bytes) -> str | None:
        """The text of the QR code in a camera's picture, if any. Raises InvalidRequest, NotFound."""
        await self._catalog.event(event_id)
        async with self._decoders:
            return await asyncio.to_thread(reader.read_qr, jpeg)

    async def open_door(self, event_id: int, *, who: str, name: str) -> tuple[EventRecord, int]:
        """Write down that a phone is signed in as a door; (its event, when that ends in ms)."""
        event = await self._catalog.event(event_id)
        now = clock_ms()
        ends = door_pass.ends_at_ms(event.starts_at_ms, now)
        details = {"door": name, "endsAt": iso(ends)}

        async def work(session: Session) -> None:
            await audit.write(
                session, who=who, act="open_door", at_ms=now, event_id=event_id, details=details
            )

        await self._database.transact(work)
        return event, ends

    async def check_in(self, event_id: int, code: str, *, door: str, who: str) -> Admitted:
        """Let the ticket in. Raises InvalidRequest, NotFound, Conflict, each with its reason."""
        house = await self._catalog.house(event_id)
        ticket_id = await self._read(code)
        now = clock_ms()

        async def work(session: Session) -> tuple[Admission | None, Admission | None]:
            known = await tickets.find(session, ticket_id)
            if known is not None and known.gateway == "demo":
                await _refuse_play_money(session)
            admitted = await tickets.admit(
                session, ticket_id, event_id=event_id, door=door, now_ms=now
            )
            if admitted is None:
                return None, await tickets.find(session, ticket_id)
            await audit.write(
                session,
                who=who,
                act="check_in",
                at_ms=now,
                event_id=event_id,
                booking_id=admitted.booking_id,
                details={"ticket": ticket_id, "seatId": admitted.seat_id, "door": door},
            )
            return admitted, admitted

        admitted, found = await self._database.transact(work)
        if admitted is None:
            if found is not None and found.event_id != event_id:
                raise wrong_event(await self._catalog.house(found.event_id), found)
            refuse(house, found)
        await self._staff_events.tell(event_id, CHECKED_IN, [admitted.seat_id])
        return Admitted(admitted, house.seat(admitted.seat_id))

    async def undo(self, event_id: int, ticket_id: int, *, who: str, reason: str) -> Admitted:
        """Make a used ticket good again. Raises NotFound, Conflict."""
        house = await self._catalog.house(event_id)

        async def work(session: Session) -> tuple[Admission | None, Admission | None]:
            undone = await tickets.readmit(session, ticket_id, event_id=event_id)
            if undone is None:
                return None, await tickets.find(session, ticket_id)
            await audit.write(
                session,
                who=who,
                act="undo_check_in",
                at_ms=clock_ms(),
                event_id=event_id,
                booking_id=undone.booking_id,
                reason=reason,
                details={"ticket": ticket_id, "seatId": undone.seat_id},
            )
            return undone, undone

        undone, found = await self._database.transact(work)
        if undone is None:
            if found is None or found.event_id != event_id:
                raise NotFound(f"event {event_id} has no ticket {ticket_id}", code="unknown_ticket")
            raise Conflict("This ticket is not checked in", code="not_checked_in")
        await self._staff_events.tell(event_id, CHECK_IN_UNDONE, [undone.seat_id])
        return Admitted(undone, house.seat(undone.seat_id))

    async def recent(
        self, event_id: int, limit: int
    ) -> tuple[EventRecord, int, int, list[Admitted]]:
        """(the event, checked in, booked, the last who came in)."""
        house = await self._catalog.house(event_id)

        async def work(session: Session) -> tuple[int, int, list[Admission]]:
            used, booked = await tickets.count(session, event_id)
            return used, booked, await tickets.recent(session, event_id, limit)

        used, booked, found = await self._database.query(work)
        admitted = [Admitted(one, house.seat(one.seat_id)) for one in found]
        return house.event, used, booked, admitted

    async def _read(self, code: str) -> int:
        """The ticket a code names, once the code holds."""
        text = code.strip()
        if not text.upper().startswith(PREFIX):
            return self._signer.read_typed_code(text)
        claims = self._signer.verify(text)
        found = await self._database.query(lambda s: tickets.find(s, claims.ticket_id))
        same = found is not None and (found.event_id, found.seat_id, found.reference) == (
            claims.event_id,
            claims.seat_id,
            claims.booking_ref,
        )
        if not same:
            raise unknown_ticket()
        return claims.ticket_id


async def _refuse_play_money(session: Session) -> None:
    """Raises Conflict: a house that takes money lets nobody in who paid with the demo's."""
    if (await identity.get(session)).gateway:
        raise Conflict(
            "This ticket was bought from the demo, for no money", code="ticket_of_the_demo"
        )


def unknown_ticket() -> NotFound:
    return NotFound("This ticket is not in our books", code="unknown_ticket")


def wrong_event(house: EventSeats, found: Admission) -> Conflict:
    """A ticket for another night, with which."""
    event = house.event
    named = {
        "id": event.id,
        "name": event.name,
        "startsAt": iso(event.starts_at_ms),
        "timeZone": event.timezone,
    }
    return Conflict(
        f"This ticket is for {event.name} at {iso(event.starts_at_ms)}",
        code="wrong_event",
        details={**house.seat(found.seat_id).view, "event": named},
    )


def refuse(house: EventSeats, found: Admission | None) -> NoReturn:
    """Say why a ticket of this event opens no door."""
    if found is None:
        raise unknown_ticket()
    seat = house.seat(found.seat_id).view
    if found.state == USED and found.used_at_ms is not None:
        at = iso(found.used_at_ms)
        raise Conflict(
            f"This ticket was used at {at}" + (f", {found.door}" if found.door else ""),
            code="already_used",
            details={**seat, "usedAt": at, "door": found.door or None},
        )
    if found.state == VOID:
        raise Conflict("This ticket was cancelled", code="ticket_void", details=seat)
    if found.state == DISPUTED:
        raise Conflict(
            "The payment of this ticket is disputed at the bank",
            code="ticket_disputed",
            details=seat,
        )
    raise Conflict("This ticket was just being used at another door", code="already_used")
