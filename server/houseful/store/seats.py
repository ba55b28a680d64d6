"""The seats of an event in Redis: one method per transition, each one Lua script of that name.

Owns: the key names and the shape of the scripts' replies. Losing a race is a value (`Refused`);
`Unopened` says that Redis knows nothing of the event (yet, or any more), and `Unavailable` that it
does not answer, in which case the caller does not know whether the move was made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import Any

from houseful import paths
from houseful.domain.errors import InvalidRequest, Unavailable
from houseful.domain.seats import (
    Change,
    Changed,
    Claim,
    FailedArea,
    FailedSeat,
    Granted,
    Hold,
    Origin,
    PlacesWanted,
    Refused,
    Reservation,
    ReservationStatus,
    SeatRecord,
    Snapshot,
    Standing,
    Swept,
    UnitSeats,
    UnitWanted,
)
from houseful.redis.command_router import Client
from houseful.redis.connection import translated
from houseful.store.scripts import Scripts

SWEEP_LIMIT = 500
"""Reservations freed, and purchases named, by one call: bounds how long Redis is busy."""

FEED_LIMIT = 1000
"""Feed entries read by one call."""

SEQ_PLACE = {
    **dict.fromkeys(("granted", "held", "extended", "begun", "kept"), 4),
    **dict.fromkeys(("released", "freed", "blocked", "unblocked", "booked", "unbooked"), 1),
    **dict.fromkeys(("opened", "renewed", "refused"), 0),
}
"""Where a script's reply has the feed's position, by the reply's first word; 0: it has none."""

NEXT_PLACE = {"granted": 8, "extended": 7, "begun": 7, "kept": 7}
"""Where a reply that set a deadline (its third item) says whether that is the event's earliest."""

NOT_COUNTED = Origin()

HOLDS_LIMIT = 5000
"""Holds, and purchases under way, in one list."""

CLAIM_GRACE_MS = 30_000
"""How long seats that SQL has under payment stay PAYING after a rebuild, unless SQL says else."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer by its number; `seq` is the feed's position that it speaks of, if it says so.

    Answers come in the order in which the scripts ran, so that the last stands for all before.
    """

    number: int
    seq: int | None


class Unopened(Unavailable):
    """Redis has no state for the event, or one that another process of Redis wrote: it must be opened
    from SQL, or renewed, first."""

    code = "unopened"

    def __init__(self, event_id: int) -> None:
        super().__init__(f"event {event_id} is not open in the seat store", retry_after_s=1)
        self.event_id = event_id


class FeedLost(Exception):
    """The position is of no use: read a snapshot. `rewound`: Redis went back in time."""

    def __init__(self, *, rewound: bool) -> None:
        super().__init__("rewound" if rewound else "gap")
        self.rewound = rewound


def event_keys(event_id: int) -> tuple[str, str, str, str, str]:
    """The five keys every script takes, in the scripts' order."""
    tag = f"seat:{{{event_id}}}:"
    return (
        f"{tag}meta",
        f"{tag}state",
        f"{tag}feed",
        f"{tag}deadlines",
        f"{tag}checkouts",
    )


class SeatStore:
    """Every transition of a seat. All methods are safe to call from any number of workers."""

    def __init__(self, client: Client, *, lua: Path | None = None, scripts: Scripts | None = None):
        self._scripts = scripts or Scripts(client, lua or paths.LUA)
        self._numbers = count(1)
        self.answered: dict[int, Answered] = {}
        """Event → the last answer given here that a reader may know of."""
        self.moved: set[int] = set()
        """Events with answers since somebody emptied this."""
        self.heard_deadline: Callable[[int, int], None] = lambda event_id, deadline_ms: None
        """Told of each deadline that may be its event's earliest; 0 for "look at once"."""

    async def _run(self, name: str, event_id: int, *args: str | int) -> list[Any]:
        with translated():
            reply: list[Any] = await self._scripts.run(
                name, event_keys(event_id), args, stamped=True
            )
        if reply[0] == "unopened":
            raise Unopened(event_id)
        place = SEQ_PLACE.get(reply[0])
        if place is not None:
            seq = reply[place] if place else None
            self.answered[event_id] = Answered(next(self._numbers), seq)
            self.moved.add(event_id)
        told = NEXT_PLACE.get(reply[0])
        if told is not None and reply[told]:
            self.heard_deadline(event_id, reply[2])
        return reply

    async def open(
        self,
        event_id: int,
        *,
        expected_epoch: str,
        epoch: str,
        version_base: int,
        first_seat_id: int,
        seat_count: int,
        claims: Sequence[Claim],
        blocked: Sequence[int],
        areas: Sequence[tuple[int, int]] = (),
        units: Sequence[UnitSeats] = (),
    ) -> bool:
        """Build the event from SQL; False if its epoch is not `expected_epoch` any more.

        `areas`: (id, number of places) of the standing areas, whose places are the last seats.
        """
        flat: chain[str | int] = chain.from_iterable(
            (
                claim.seat_id,
                claim.booking_id,
                claim.user,
                int(claim.paying),
                claim.price_list,
                int(claim.is_closed),
            )
            for claim in claims
        )
        reply = await self._run(
            "open",
            event_id,
            expected_epoch,
            epoch,
            version_base,
            first_seat_id,
            seat_count,
            CLAIM_GRACE_MS,
            len(areas),
            len(claims),
            len(units),
            *chain.from_iterable(areas),
            *flat,
            *chain.from_iterable(map(unit_numbers, units)),
            *blocked,
        )
        self.heard_deadline(event_id, 0)
        return bool(reply[0] == "opened")

    async def set_units(self, event_id: int, units: Sequence[UnitSeats]) -> tuple[int, ...]:
        """From now on these are sold whole; the seats in the way where that cannot be yet, and nothing
        changes: of a unit that begins, ends or changes none may be held, sold, or blocked alone."""
        reply = await self._run(
            "set_units", event_id, *chain.from_iterable(map(unit_numbers, units))
        )
        return integers(reply[1]) if reply[0] == "refused" else ()

    async def close(self, event_id: int, idle_ms: int) -> bool:
        """Forget an event that is over; False while seats are held, or moved in the last `idle_ms`."""
        return bool((await self._run("close", event_id, idle_ms))[0] == "closed")

    async def standing(self, event_id: int) -> Standing | None:
        """What Redis has of an event, also of another server; None for nothing."""
        key = event_keys(event_id)[0]
        with translated():
            epoch, *numbers = await self._scripts.router.send(
                key, "HMGET", key, "epoch", "base", "first", "count"
            )
        return Standing(epoch, *map(int, numbers)) if epoch else None

    async def renew(
        self,
        event_id: int,
        *,
        expected_epoch: str,
        epoch: str,
        version_base: int,
        is_certain: bool,
    ) -> bool:
        """Begin a new epoch with all that Redis has; False if that is not needed any more."""
        reply = await self._run(
            "renew", event_id, expected_epoch, epoch, version_base, int(is_certain)
        )
        self.heard_deadline(event_id, 0)
        return bool(reply[0] == "renewed")

    async def reserve(
        self,
        event_id: int,
        user: str,
        session: str,
        wanted: Sequence[tuple[int, int]],
        *,
        hold_ms: int,
        max_seats: int,
        price_list: int = 0,
        origin: Origin = NOT_COUNTED,
        places: Sequence[PlacesWanted] = (),
        units: Sequence[UnitWanted] = (),
        request: str = "",
        whole: bool = False,
        replaces: int = 0,
    ) -> Granted | Refused:
        """Hold what can be held of `wanted`, pairs of (seat id, version the buyer saw), `places` and
        `units`; `whole`: all or none.

        `price_list` is the event's now; seats that join a hold come under the hold's own. Asked again
        under the same `request`, the hold that it made is granted. `replaces` is a hold that is given
        back if this is granted.
        """
        seat_ids = [seat_id for seat_id, _ in wanted]
        seats_and_areas = seat_ids + [one.area_id for one in places]
        for ids in (seats_and_areas, [one.unit_id for one in units]):
            if ids or not (seats_and_areas or units):
                distinct(ids)
        reply = await self._run(
            "reserve",
            event_id,
            user,
            session,
            hold_ms,
            max_seats,
            price_list,
            origin.address,
            origin.most_seats,
            origin.most_seat_ms,
            request,
            int(whole),
            replaces,
            len(places),
            len(units),
            *chain.from_iterable(
                (one.area_id, one.quantity, int(one.accept_fewer)) for one in places
            ),
            *chain.from_iterable((one.unit_id, one.heads) for one in units),
            *chain.from_iterable(wanted),
        )
        if reply[0] == "refused":
            return Refused(
                failed_seats(reply[1]), outrun=reply[2] == 1, failed_areas=failed_areas(reply[3])
            )
        return replace(
            granted(reply),
            failed=failed_seats(reply[7]),
            failed_areas=failed_areas(reply[9]),
            closed=frozenset(integers(reply[10])),
            repeated=reply[0] == "held",
        )

    async def extend(
        self, event_id: int, user: str, reservation_id: int, *, hold_ms: int
    ) -> Granted | Refused:
        reply = await self._run("extend", event_id, user, reservation_id, hold_ms)
        if reply[0] == "refused":
            return Refused(reason=reply[1])
        return with_closed(reply)

    async def release(self, event_id: int, user: str, seat_ids: Sequence[int]) -> Changed | Refused:
        """Give back single seats of any of the user's reservations."""
        reply = await self._run("release", event_id, user, 0, "released", *distinct(seat_ids))
        return changed(reply)

    async def release_reservation(
        self, event_id: int, user: str, reservation_id: int, *, by_staff: bool = False
    ) -> Changed | Refused:
        kind = "withdrawn" if by_staff else "released"
        reply = await self._run("release", event_id, user, reservation_id, kind)
        if reply[0] == "refused" and isinstance(reply[1], str):
            return Refused(reason=reply[1])
        return changed(reply)

    async def sweep(self, event_id: int) -> Swept:
        """Free the holds that lapsed; say which purchases did, and when to look again."""
        reply = await self._run("sweep", event_id, SWEEP_LIMIT)
        return Swept(
            now_ms=reply[1],
            next_ms=None if reply[2] < 0 else reply[2],
            freed=len(reply[3]),
            lapsed=integers(reply[4]),
        )

    async def defer_checkouts(
        self, event_id: int, booking_ids: Iterable[int], until_ms: int
    ) -> None:
        """Name these purchases to a sweep again from `until_ms` on, and others before them."""
        key = event_keys(event_id)[4]
        pairs = chain.from_iterable((until_ms, booking_id) for booking_id in booking_ids)
        with translated():
            await self._scripts.router.send(key, "ZADD", key, "XX", *pairs)

    async def block(
        self, event_id: int, seat_ids: Sequence[int], *, whole: bool = True
    ) -> Changed | Refused:
        """`whole`: a table or box that is sold whole is blocked whole; not so to follow SQL."""
        return changed(await self._run("block", event_id, int(whole), *distinct(seat_ids)))

    async def unblock(
        self, event_id: int, seat_ids: Sequence[int], *, whole: bool = True
    ) -> Changed | Refused:
        """`whole` as in `block`."""
        return changed(await self._run("unblock", event_id, int(whole), *distinct(seat_ids)))

    async def begin_checkout(
        self,
        event_id: int,
        user: str,
        booking_id: int,
        seat_ids: Sequence[int],
        *,
        pay_ms: int,
        fence: str = "",
    ) -> Granted | Refused:
        """All seats to PAYING for this booking, or none; asked again it is a success.

        `fence` names the attempt: whoever abandons an earlier one of the booking moves nothing.
        """
        reply = await self._run(
            "begin_checkout", event_id, user, booking_id, pay_ms, fence, *distinct(seat_ids)
        )
        if reply[0] == "refused":
            return Refused(failed_seats(reply[1]))
        return with_closed(reply)

    async def abandon_checkout(
        self, event_id: int, booking_id: int, *, keep: bool, fence: str = ""
    ) -> Granted | None:
        """Give the seats of a purchase back: to the buyer (`keep`) or to everyone. Idempotent.

        `fence`: only if that attempt is the last; empty: whichever it is. Returns the hold as it
        stands again, or None when there is none.
        """
        reply = await self._run("abandon_checkout", event_id, booking_id, int(keep), fence)
        return with_closed(reply) if reply[0] == "kept" else None

    async def book_seats(
        self, event_id: int, booking_id: int, user: str, seat_ids: Sequence[int]
    ) -> Changed:
        """The sale is in SQL: BOOKED, whatever Redis believed. Idempotent."""
        reply = await self._run("book_seats", event_id, booking_id, user, *distinct(seat_ids))
        return Changed(integers(reply[2]), reply[1])

    async def unbook_seats(
        self, event_id: int, booking_id: int, user: str, seat_ids: Sequence[int]
    ) -> Changed:
        """The sale is undone in SQL: seats booked by it are AVAILABLE again. Idempotent."""
        reply = await self._run("unbook_seats", event_id, booking_id, user, *distinct(seat_ids))
        return Changed(integers(reply[2]), reply[1])

    async def reservations(self, event_id: int, user: str) -> list[Reservation]:
        """What the user holds or is paying for now."""
        return held(await self._run("reservations", event_id, user, 0))

    async def reservation(
        self, event_id: int, user: str, reservation_id: int
    ) -> Reservation | None:
        """One reservation of this user, also for an hour after it ended."""
        found = held(await self._run("reservations", event_id, user, reservation_id))
        return found[0] if found else None

    async def holds(self, event_id: int, reservation_id: int = 0) -> list[Hold]:
        """What everybody holds or is paying for, or the one reservation named."""
        reply = await self._run("holds", event_id, reservation_id, HOLDS_LIMIT)
        return [
            Hold(reservation, item[10], item[11])
            for reservation, item in zip(held(reply), reply[2], strict=True)
        ]

    async def taken(self, event_ids: Sequence[int]) -> list[int]:
        """How many seats of each event are not AVAILABLE; 0 for one that is not open."""
        keys = [event_keys(event_id)[0] for event_id in event_ids]
        with translated():
            counts = await asyncio.gather(
                *(self._scripts.router.send(key, "HGET", key, "taken") for key in keys)
            )
        return [int(count or 0) for count in counts]

    async def positions(self, event_ids: Sequence[int]) -> list[tuple[str, str]]:
        """Each event's `position`."""
        return await asyncio.gather(*map(self.position, event_ids))

    async def position(self, event_id: int) -> tuple[str, str]:
        """An event's (epoch, seq); another one says that its seats changed."""
        key = event_keys(event_id)[0]
        with translated():
            epoch, seq = await self._scripts.router.send(key, "HMGET", key, "epoch", "seq")
        return epoch or "", seq or ""

    async def records(self, event_id: int, seat_ids: Sequence[int]) -> dict[int, SeatRecord]:
        """Those of these seats that ever changed, as they are."""
        key = event_keys(event_id)[1]
        with translated():
            found = await self._scripts.router.send(key, "HMGET", key, *seat_ids)
        return {
            seat_id: seat_record(str(seat_id), record)
            for seat_id, record in zip(seat_ids, found, strict=True)
            if record
        }

    async def snapshot(self, event_id: int) -> Snapshot:
        """The whole state as it is, holds that lapsed and were not swept yet among it."""
        reply = await self._run("snapshot", event_id)
        _, epoch, seq, base, first, count, now_ms, records, owners, at = reply
        return Snapshot(
            epoch=epoch,
            seq=seq,
            version_base=base,
            first_seat_id=first,
            seat_count=count,
            now_ms=now_ms,
            records=tuple(
                seat_record(seat_id, record)
                for seat_id, record in zip(records[::2], records[1::2], strict=True)
            ),
            owners={
                int(ref): (user, session)
                for ref, user, session in zip(owners[::3], owners[1::3], owners[2::3], strict=True)
            },
            at_ms=int(at),
        )

    async def recent(self, event_id: int, limit: int = FEED_LIMIT) -> list[Change]:
        """The last changes, oldest first; none of an event that is not open."""
        key = event_keys(event_id)[2]
        with translated():
            found = await self._scripts.router.send(key, "XREVRANGE", key, "+", "-", "COUNT", limit)
        return [
            feed_entry([position, list(chain.from_iterable(fields.items()))])
            for position, fields in reversed(found)
        ]

    async def read_feed(
        self, event_id: int, epoch: str, since: int, at_ms: int = 0
    ) -> tuple[list[Change], int]:
        """(changes after `since`, Redis's time in ms). Raises FeedLost when they cannot be had.

        `at_ms` is when the entry at `since` was written, if known: a Redis that lost writes and took
        others in their place has another one there.
        """
        reply = await self._run("read_feed", event_id, epoch, since, at_ms, FEED_LIMIT)
        if reply[0] != "entries":
            raise FeedLost(rewound=reply[0] == "rewound")
        return [feed_entry(entry) for entry in reply[3]], reply[2]


def distinct(seat_ids: Iterable[int]) -> list[int]:
    """The ids as a list. Raises InvalidRequest `duplicate_seat` or when there are none."""
    ids = list(seat_ids)
    if not ids:
        raise InvalidRequest("expected at least one seat, got none", code="no_seats")
    if len(set(ids)) != len(ids):
        twice = next(seat_id for seat_id in ids if ids.count(seat_id) > 1)
        raise InvalidRequest(
            f"expected each seat once, got seat {twice} twice", code="duplicate_seat"
        )
    return ids


def integers(texts: Iterable[str | int]) -> tuple[int, ...]:
    return tuple(map(int, texts))


def failed_seats(flat: Sequence[str]) -> tuple[FailedSeat, ...]:
    return tuple(
        FailedSeat(int(seat_id), reason)
        for seat_id, reason in zip(flat[::2], flat[1::2], strict=True)
    )


def failed_areas(flat: Sequence[str]) -> tuple[FailedArea, ...]:
    return tuple(
        FailedArea(int(area_id), reason, int(available))
        for area_id, reason, available in zip(flat[::3], flat[1::3], flat[2::3], strict=True)
    )


def granted(reply: Sequence[Any]) -> Granted:
    return Granted(
        reservation_id=int(reply[1]),
        deadline_ms=reply[2],
        now_ms=reply[3],
        seq=reply[4],
        seat_ids=integers(reply[5]),
        price_list=reply[6],
    )


def with_closed(reply: Sequence[Any]) -> Granted:
    """Of a reply whose ninth item is the closed seats."""
    return replace(granted(reply), closed=frozenset(integers(reply[8])))


def unit_numbers(unit: UnitSeats) -> tuple[int, int, int, int]:
    return unit.unit_id, unit.size, unit.least, unit.most


def changed(reply: Sequence[Any]) -> Changed | Refused:
    if reply[0] == "refused":
        return Refused(failed_seats(reply[1]))
    return Changed(integers(reply[2]), reply[1], failed_seats(reply[3]))


def held(reply: Sequence[Any]) -> list[Reservation]:
    return [
        Reservation(
            reservation_id=int(ref),
            status=ReservationStatus(status),
            created_ms=created,
            deadline_ms=deadline,
            now_ms=reply[1],
            seat_ids=integers(seats),
            session=session,
            price_list=price_list,
            is_withdrawn=withdrawn == 1,
            request=request,
            closed=frozenset(integers(closed)),
        )
        for (
            ref,
            status,
            created,
            deadline,
            seats,
            price_list,
            session,
            withdrawn,
            request,
            closed,
            *_,
        ) in reply[2]
    ]


def seat_record(seat_id: str, record: str) -> SeatRecord:
    version, status, ref, deadline = record.split(":")
    return SeatRecord(int(seat_id), int(version), status, int(ref), int(deadline))


def feed_entry(entry: Sequence[Any]) -> Change:
    """One stream entry, `[id, [field, value, …]]`, in the order `lib/feed.lua` writes them."""
    position, fields = entry
    _, kind, _, ref, _, user, _, session, _, status, _, deadline, _, at, _, seats, *rest = fields
    flat = integers(seats.split())
    return Change(
        seq=int(position[:-2]),
        kind=kind,
        ref=int(ref),
        user=user,
        session=session,
        status=status,
        deadline_ms=int(deadline),
        at_ms=int(at),
        seats=tuple(zip(flat[::2], flat[1::2], strict=True)),
        moved=int(rest[1]) if rest else len(flat) // 2,
    )
