"""Redis follows SQL: the one place that moves seats because of what SQL says of them.

By booking, after the transaction that changed it and whenever that promise is kept; by seat, where the
two are compared. Each is idempotent, any number of workers may do it at once, and each raises
Unavailable, after which somebody else does it: the relay, the completer or the comparison.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager

from houseful.checkout.checkout_context import log
from houseful.domain.booking import PAID, State
from houseful.domain.errors import Unavailable
from houseful.domain.seats import Claim, Granted, SeatRecord
from houseful.ledger.bookings import Booking
from houseful.store.seats import CLAIM_GRACE_MS, SeatStore


@asynccontextmanager
async def undoing(
    undo: Callable[[], Awaitable[object]], *, unless: type[Exception] | tuple[()] = ()
) -> AsyncIterator[None]:
    """One store has moved, or may have, and the block moves the other: `undo` for whatever error
    it raises, `unless` that says that nobody knows whether it moved.

    What is not undone, because of that, a crash, or a store that is away, follows SQL later: by the
    completer for purchases, by the comparison for blocks.
    """
    try:
        yield
    except unless:
        raise
    except Exception:
        try:
            await undo()
        except Unavailable as error:
            log.warning("undone_later", error=error.told)
        raise


async def follow(
    seats: SeatStore, booking: Booking, live: Sequence[int], gone: Sequence[int]
) -> None:
    """The seats of one booking: those its claim is `live` on are BOOKED once it is paid, those that
    a sale had and are `gone` are free, and those of an attempt that came to nothing are the buyer's
    hold again after a decline, free otherwise."""
    owner = booking.event_id, booking.id, booking.user_id
    if booking.state in PAID and live:
        await seats.book_seats(*owner, live)
    if booking.confirmed_at_ms is not None and gone:
        await seats.unbook_seats(*owner, gone)
    if booking.state in {State.DECLINED, State.CANCELLED}:
        is_kept = booking.state is State.DECLINED
        await give_back(seats, booking.event_id, booking.id, keep=is_kept, fence=booking.nonce)


async def give_back(
    seats: SeatStore, event_id: int, booking_id: int, *, keep: bool, fence: str = ""
) -> None:
    """No claim came of the attempt that `fence` names, or of any: its seats back to the buyer
    (`keep`) or to everyone."""
    await seats.abandon_checkout(event_id, booking_id, keep=keep, fence=fence)


async def follow_sales(
    seats: SeatStore, event_id: int, records: Mapping[int, SeatRecord], claims: Sequence[Claim]
) -> int:
    """Of the seats in `records`, those that SQL has sold are BOOKED, and no others; repairs made."""
    booked = {seat: record.ref for seat, record in records.items() if record.status == "B"}
    missing: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for claim in claims:
        if not claim.paying and booked.get(claim.seat_id) != claim.booking_id:
            missing[claim.booking_id, claim.user].append(claim.seat_id)
    for (booking_id, user), seat_ids in missing.items():
        await seats.book_seats(event_id, booking_id, user, seat_ids)
    sold = {claim.seat_id for claim in claims}
    extra: defaultdict[int, list[int]] = defaultdict(list)
    for seat_id, booking_id in booked.items():
        if seat_id not in sold:
            extra[booking_id].append(seat_id)
    for booking_id, seat_ids in extra.items():
        await seats.unbook_seats(event_id, booking_id, "", seat_ids)
    return len(missing) + len(extra)


async def follow_blocks(
    seats: SeatStore,
    event_id: int,
    records: Mapping[int, SeatRecord],
    blocked: AbstractSet[int],
    odd_before: AbstractSet[int],
) -> tuple[int, set[int]]:
    """Of the seats in `records`, those that SQL has off sale are BLOCKED, and no others.

    Staff write SQL first, and one who lifts a block may be at it just now: what SQL lacks is lifted
    when it is found a second time. Returns (repairs made, seats that are odd now).
    """
    is_blocked = {seat for seat, record in records.items() if record.status == "X"}
    missing, odd = blocked - is_blocked, is_blocked - blocked
    if missing:
        await seats.block(event_id, sorted(missing), whole=False)
    if odd & odd_before:
        await seats.unblock(event_id, sorted(odd & odd_before), whole=False)
    return bool(missing) + bool(odd & odd_before), odd - odd_before


async def follow_payments(
    seats: SeatStore, event_id: int, unpaid: Sequence[Claim], paying: AbstractSet[int]
) -> int:
    """Seats that SQL has under payment are PAYING, where their buyer holds them still; where not,
    SQL's claim refuses others all the same. Repairs made."""
    wanted: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for claim in unpaid:
        wanted[claim.booking_id, claim.user].append(claim.seat_id)
    begun = [
        await seats.begin_checkout(event_id, user, booking_id, seat_ids, pay_ms=CLAIM_GRACE_MS)
        for (booking_id, user), seat_ids in wanted.items()
        if not paying >= set(seat_ids)
    ]
    return sum(isinstance(answer, Granted) for answer in begun)
