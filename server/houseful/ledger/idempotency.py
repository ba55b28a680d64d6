"""Idempotency keys: who may work on a request, and what it was answered.

A key belongs to one user. The request that took it holds a lease (see `leases`); once that is over the
next may take over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, delete, exists, select, update

from houseful.ledger.counters import upsert_in
from houseful.ledger.leases import database_ms, is_over
from houseful.ledger.models import BOOKING, KEY, Big
from houseful.sql.database import Session
from houseful.sql.fixed import fixed

DECLINED = 402
"""The stored status that lets a new attempt begin under the same key."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The key is ours: do the work. `status` is what it was answered before: 0 or DECLINED."""

    booking_id: int
    is_new: bool
    status: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The request was answered for good."""

    booking_id: int
    status: int
    response: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody is working on it now."""

    booking_id: int


@dataclass(frozen=True, slots=True)
class Differs:
    """The key was used for another request."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked under a key; the two fingerprints are SHA-256 in hex."""

    user_id: str
    key: str
    event_id: int
    fingerprint: str
    purchase: str


async def take(
    session: Session, request: Request, *, lease: str, now_ms: int, lease_ms: int, keep_ms: int
) -> Taken | Finished | Busy | Differs:
    """Take the key for `lease_ms`, or say what stands in the way. Keys live for `keep_ms`."""
    while True:
        row = await _insert(session, request, lease, now_ms, lease_ms, keep_ms)
        if row is not None:
            return Taken(row, is_new=True)
        found = await session.execute(
            select(KEY, is_over(KEY).label("is_free"))
            .where(KEY.c.user_id == request.user_id, KEY.c.key == request.key)
            .with_for_update()
        )
        known = found.one_or_none()
        if known is None:
            continue  # it expired or was dropped between the two statements
        if known.expires_at_ms > now_ms or await _is_unfinished(session, known.id):
            return await _take_known(session, known, request, lease, lease_ms)
        await session.execute(delete(KEY).where(KEY.c.id == known.id))


@cache
def _inserting(dialect: str) -> Any:
    until = database_ms() + bindparam("lease_ms", type_=Big)
    statement = upsert_in(dialect, KEY).values(lease_until_ms=until)
    return fixed(statement.on_conflict_do_nothing().returning(KEY.c.id))


_STILL_HOLDS: Final = fixed(
    update(KEY)
    .where(KEY.c.id == bindparam("wanted"), KEY.c.lease == bindparam("held"))
    .values(lease=bindparam("held"))
)
_FINISH: Final = fixed(
    update(KEY)
    .where(KEY.c.id == bindparam("wanted"))
    .values(status=bindparam("answer"), response=bindparam("body"), lease_until_ms=0)
)

_STORED: Final = fixed(
    select(KEY.c.status, KEY.c.response).where(
        KEY.c.id == bindparam("wanted"), KEY.c.response.is_not(None)
    )
)


_CLAIMED: Final = exists().where(BOOKING.c.id == KEY.c.id, BOOKING.c.state != "DECLINED")
_ORPHANS: Final = (
    select(KEY.c.id)
    .where(KEY.c.status == 0, KEY.c.lease_until_ms > 0, is_over(KEY), ~_CLAIMED)
    .limit(bindparam("most", type_=Big))
    .with_for_update(skip_locked=True)
    .cte("taken")  # read once, see `outbox.take_due`
)
_TAKE_ORPHANS: Final = (
    update(KEY)
    .where(KEY.c.id.in_(select(_ORPHANS.c.id)))
    .values(
        lease=bindparam("held"),
        lease_until_ms=database_ms() + bindparam("lease_ms", type_=Big),
    )
    .returning(KEY.c.id, KEY.c.event_id)
)


async def _insert(
    session: Session, request: Request, lease: str, now_ms: int, lease_ms: int, keep_ms: int
) -> int | None:
    found = await session.execute(
        _inserting(session.dialect.name),
        {
            "user_id": request.user_id,
            "key": request.key,
            "event_id": request.event_id,
            "fingerprint": request.fingerprint,
            "purchase": request.purchase,
            "lease": lease,
            "lease_ms": lease_ms,
            "created_at_ms": now_ms,
            "expires_at_ms": now_ms + keep_ms,
        },
    )
    key_id: int | None = found.scalar_one_or_none()
    return key_id


async def _is_unfinished(session: Session, booking_id: int) -> bool:
    found = await session.execute(
        select(BOOKING.c.id).where(
            BOOKING.c.id == booking_id, BOOKING.c.next_run_at_ms.is_not(None)
        )
    )
    return found.first() is not None


async def _take_known(
    session: Session, known: Any, request: Request, lease: str, lease_ms: int
) -> Taken | Finished | Busy | Differs:
    # After a decline the buyer may correct card and contact, but not what is bought.
    is_same = (
        known.purchase == request.purchase
        if known.status == DECLINED
        else known.fingerprint == request.fingerprint
    )
    if not is_same:
        return Differs()
    if known.status not in {0, DECLINED}:
        return Finished(known.id, known.status, known.response)
    if not known.is_free:
        return Busy(known.id)
    await session.execute(
        update(KEY)
        .where(KEY.c.id == known.id)
        .values(
            lease=lease,
            lease_until_ms=database_ms() + lease_ms,
            fingerprint=request.fingerprint,
            status=0,
        )
    )
    return Taken(known.id, is_new=False, status=known.status)


async def still_holds(session: Session, booking_id: int, lease: str) -> bool:
    """Whether nobody took the key over; the row stays locked until the transaction ends."""
    found = await session.execute(_STILL_HOLDS, {"wanted": booking_id, "held": lease})
    return bool(found.rowcount == 1)


async def finish(session: Session, booking_id: int, status: int, response: str) -> None:
    """Store the answer and let go of the key."""
    await session.execute(_FINISH, {"wanted": booking_id, "answer": status, "body": response})


async def let_go(session: Session, booking_id: int, lease: str) -> None:
    """Nothing final happened: the next may take the key at once."""
    await session.execute(
        update(KEY).where(KEY.c.id == booking_id, KEY.c.lease == lease).values(lease_until_ms=0)
    )


async def drop(session: Session, booking_id: int, lease: str) -> bool:
    """Forget the key, because nothing was done under it. False: somebody else has it now."""
    found = await session.execute(delete(KEY).where(KEY.c.id == booking_id, KEY.c.lease == lease))
    return bool(found.rowcount == 1)


async def take_orphans(
    session: Session, *, lease: str, lease_ms: int, limit: int
) -> list[tuple[int, int]]:
    """`(booking_id, event_id)` of requests that died before their claim; they are ours now."""
    found = await session.execute(
        _TAKE_ORPHANS, {"held": lease, "lease_ms": lease_ms, "most": limit}
    )
    return [(row.id, row.event_id) for row in found]


async def purge(session: Session, now_ms: int, limit: int = 1000) -> int:
    """Forget expired keys whose booking has come to its end."""
    open_booking = exists().where(BOOKING.c.id == KEY.c.id, BOOKING.c.next_run_at_ms.is_not(None))
    old = (
        select(KEY.c.id)
        .where(KEY.c.expires_at_ms <= now_ms, is_over(KEY), ~open_booking)
        .limit(limit)
    )
    found = await session.execute(delete(KEY).where(KEY.c.id.in_(old)))
    return int(found.rowcount)


async def release(session: Session, booking_id: int) -> None:
    """Releases the key so that a retry is processed at once; this request answers "not yet"."""
    await session.execute(update(KEY).where(KEY.c.id == booking_id).values(lease_until_ms=0))


async def declined_again(session: Session, booking_id: int, lease: str) -> None:
    """A new attempt came to nothing before its claim: the key stands where the decline left it."""
    await session.execute(
        update(KEY)
        .where(KEY.c.id == booking_id, KEY.c.lease == lease, KEY.c.status == 0)
        .values(status=DECLINED, lease_until_ms=0)
    )


async def stored(session: Session, booking_id: int) -> tuple[int, str] | None:
    """Status and response of a finished request, or None."""
    found = await session.execute(_STORED, {"wanted": booking_id})
    row = found.one_or_none()
    return (row.status, row.response) if row is not None else None
