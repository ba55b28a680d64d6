"""Events that were called off: what is still to be ended of them, and how far that is.

Nothing is remembered beside the event's own row and its bookings: what is left to do is what is
still alive, so that any worker goes on where another died.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, func, select, update

from houseful.domain.booking import LIVE, State
from houseful.ledger.leases import is_over
from houseful.ledger.models import BOOKING, EVENT, Big
from houseful.sql.database import Session

ENDED: Final = LIVE - {State.CANCELLING}
"""States of bookings that are to be ended; one that is being cancelled ends by itself."""


@dataclass(frozen=True, slots=True)
class Due:
    """A booking of an event that was called off, by whom and why."""

    booking_id: int
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many bookings of a called-off event stand where; `disputed` wait for the bank."""

    cancelled_at_ms: int
    who: str
    reason: str
    live: int
    on_the_way: int
    refunded: int
    failed: int
    disputed: int


async def begin(session: Session, event_id: int, who: str, reason: str, now_ms: int) -> bool:
    """Call the event off; False when it was before. Claims that are being made are waited for, and
    later ones find it called off."""
    await session.execute(select(EVENT.c.id).where(EVENT.c.id == event_id).with_for_update())
    begun = await session.execute(
        update(EVENT)
        .where(EVENT.c.id == event_id, EVENT.c.cancelled_at_ms.is_(None))
        .values(
            cancelled_at_ms=now_ms,
            cancelled_by=who,
            cancel_reason=reason,
            revision=EVENT.c.revision + 1,
            revised_at_ms=now_ms,
        )
    )
    return bool(begun.rowcount)


_DUE: Final = (
    select(BOOKING.c.id, EVENT.c.cancelled_by, EVENT.c.cancel_reason)
    .join(EVENT, EVENT.c.id == BOOKING.c.event_id)
    .where(
        EVENT.c.cancelled_at_ms.is_not(None),
        BOOKING.c.state.in_([str(state) for state in sorted(ENDED)]),
        BOOKING.c.dispute != "OPEN",
        is_over(BOOKING),
    )
    .order_by(BOOKING.c.id)
    .limit(bindparam("most", type_=Big))
)


async def due(session: Session, limit: int) -> list[Due]:
    """Bookings that are to be ended and that nobody works on."""
    return [Due(*row) for row in await session.execute(_DUE, {"most": limit})]


async def progress(session: Session, event_id: int) -> Progress | None:
    """How far it is; None for an event that was not called off."""
    event = (
        await session.execute(
            select(EVENT.c.cancelled_at_ms, EVENT.c.cancelled_by, EVENT.c.cancel_reason).where(
                EVENT.c.id == event_id, EVENT.c.cancelled_at_ms.is_not(None)
            )
        )
    ).one_or_none()
    if event is None:
        return None
    is_disputed = BOOKING.c.dispute == "OPEN"
    found = await session.execute(
        select(BOOKING.c.state, is_disputed, func.count())
        .where(BOOKING.c.event_id == event_id, BOOKING.c.confirmed_at_ms.is_not(None))
        .group_by(BOOKING.c.state, is_disputed)
    )
    counts = {"live": 0, "on_the_way": 0, "refunded": 0, "failed": 0, "disputed": 0}
    for state, disputed, number in found:
        counts[_standing(State(state), bool(disputed))] += number
    return Progress(event[0], event[1], event[2], **counts)


def _standing(state: State, is_disputed: bool) -> str:
    if state in LIVE:
        return "disputed" if is_disputed else "live"
    if state is State.REFUND_DUE:
        return "on_the_way"
    return "failed" if state is State.REFUND_FAILED else "refunded"
