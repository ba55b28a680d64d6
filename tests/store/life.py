"""An event lived through from its opening to its end: every script that moves or reads its seats."""

from __future__ import annotations

from typing import Final

from houseful.domain.seats import Granted, Origin, UnitSeats
from houseful.store.seats import SeatStore

BASE, HOLD_MS, PAY_MS = 1_000_000, 60_000, 60_000
FIRST, COUNT, AREA, PLACES = 1, 30, 9, 10
"""The last ten seats are the places of one standing area."""

LIMITED: Final = Origin("10.0.0.1", 100, 100 * HOLD_MS)


async def reserve(store: SeatStore, event: int, user: str, *seats: int) -> Granted:
    wanted = [(seat, BASE) for seat in seats]
    found = await store.reserve(
        event, user, "s", wanted, hold_ms=HOLD_MS, max_seats=10, origin=LIMITED, request=f"{seats}"
    )
    assert isinstance(found, Granted), found
    return found


async def live_through(store: SeatStore, event: int) -> None:
    await store.open(
        event,
        expected_epoch="",
        epoch="e1",
        version_base=BASE,
        first_seat_id=FIRST,
        seat_count=COUNT,
        claims=[],
        blocked=[],
        areas=[(AREA, PLACES)],
    )
    hold = await reserve(store, event, "ann", 1, 2, 3)
    await store.extend(event, "ann", hold.reservation_id, hold_ms=HOLD_MS)
    await store.release(event, "ann", [3])
    await store.reservations(event, "ann")
    await store.holds(event)
    for keep in (True, False):
        await store.begin_checkout(event, "ann", 7, [1, 2], pay_ms=PAY_MS, fence="f")
        if keep:
            await store.abandon_checkout(event, 7, keep=True, fence="f")
    await store.book_seats(event, 7, "ann", [1, 2])
    await store.unbook_seats(event, 7, "ann", [2])
    other = await reserve(store, event, "bob", 4)
    await store.release_reservation(event, "bob", other.reservation_id)
    await store.set_units(event, [UnitSeats(11, 4, 2, 4)])
    await store.block(event, [5, 6])
    await store.unblock(event, [5, 6])
    await store.sweep(event)
    await store.snapshot(event)
    await store.read_feed(event, "e1", 0)
    await store.renew(
        event, expected_epoch="e1", epoch="e2", version_base=2 * BASE, is_certain=True
    )
    await store.close(event, idle_ms=0)
