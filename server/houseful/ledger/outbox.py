"""Work promised inside a transaction: at least once, until its receiver says it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, case, delete, func, insert, literal, select, update

from houseful.ledger.leases import database_ms
from houseful.ledger.models import BOOKING, OUTBOX, Big
from houseful.sql.database import Session
from houseful.sql.fixed import fixed
from houseful.wire.codec import decode, encode


@dataclass(frozen=True, slots=True)
class Job:
    """One promise. `kind` says who keeps it, `payload` with what."""

    id: int
    kind: str
    booking_id: int
    payload: Mapping[str, object]
    tries: int
    created_at_ms: int


_PROMISE: Final = fixed(insert(OUTBOX).returning(OUTBOX.c.id, sort_by_parameter_order=True))


async def promise(
    session: Session,
    booking_id: int,
    jobs: Sequence[tuple[str, Mapping[str, object], int]],
    *,
    now_ms: int,
) -> list[int]:
    """Add jobs, each with when it is first due (ms), and return their ids in order."""
    rows = [
        {
            "kind": kind,
            "booking_id": booking_id,
            "payload": encode(payload).decode(),
            "created_at_ms": now_ms,
            "next_run_at_ms": first_run_at_ms,
        }
        for kind, payload, first_run_at_ms in jobs
    ]
    found = await session.execute(_PROMISE, rows)
    return list(found.scalars())


async def promise_to_all(
    session: Session,
    event_id: int,
    state: str,
    job: tuple[str, Mapping[str, object], int],
    *,
    now_ms: int,
) -> int:
    """Add one job, due at its third part, for each booking of an event in this state; how many.
    What was promised of the kind and not begun is replaced: the later word holds."""
    kind, payload, first_run_at_ms = job
    told = select(BOOKING.c.id).where(BOOKING.c.event_id == event_id, BOOKING.c.state == state)
    await session.execute(
        delete(OUTBOX).where(
            OUTBOX.c.kind == kind,
            OUTBOX.c.done_at_ms.is_(None),
            OUTBOX.c.tries == 0,
            OUTBOX.c.booking_id.in_(told),
        )
    )
    values = {
        "kind": kind,
        "payload": encode(payload).decode(),
        "created_at_ms": now_ms,
        "next_run_at_ms": first_run_at_ms,
        "lease": "",
        "tries": 0,
    }
    constants = [literal(value, OUTBOX.c[name].type) for name, value in values.items()]
    found = await session.execute(
        insert(OUTBOX).from_select(["booking_id", *values], told.add_columns(*constants))
    )
    return int(found.rowcount)


async def take_due(
    session: Session,
    *,
    lease: str,
    now_ms: int,
    lease_ms: int,
    slow: Mapping[str, int],
    kinds: Sequence[str],
    limit: int,
) -> list[Job]:
    """Jobs that are due, by the order of `kinds`; within one, each booking's first before any
    booking's second. Nobody else gets them for `lease_ms`, or what `slow` says for a kind, of the
    database's time."""
    taking = _taking(lease_ms, tuple(slow.items()), tuple(kinds), limit)
    found = await session.execute(taking, {"now": now_ms, "lease": lease})
    return sorted(
        (
            Job(row.id, row.kind, row.booking_id, decode(row.payload), row.tries, row.created_at_ms)
            for row in found
        ),
        key=lambda job: job.id,
    )


@cache
def _taking(
    lease_ms: int,
    slow: tuple[tuple[str, int], ...],
    kinds: tuple[str, ...],
    limit: int,
) -> Any:
    """Built once: each worker asks twice a second, and building costs more than running it."""
    until = database_ms() + case(dict(slow), value=OUTBOX.c.kind, else_=lease_ms)
    now = case((OUTBOX.c.lease == "", bindparam("now", type_=Big)), else_=database_ms())
    need = case({kind: place for place, kind in enumerate(kinds)}, value=OUTBOX.c.kind)
    turn = func.row_number().over(
        partition_by=(OUTBOX.c.booking_id, OUTBOX.c.kind), order_by=OUTBOX.c.id
    )
    due = (
        select(OUTBOX.c.id, need.label("need"), turn.label("turn"), OUTBOX.c.next_run_at_ms)
        .where(
            OUTBOX.c.done_at_ms.is_(None),
            OUTBOX.c.kind.in_(kinds),
            OUTBOX.c.next_run_at_ms <= now,
        )
        .subquery()
    )
    ids = (
        select(OUTBOX.c.id)
        .join(due, due.c.id == OUTBOX.c.id)
        .where(OUTBOX.c.done_at_ms.is_(None))
        .order_by(due.c.need, due.c.turn, due.c.next_run_at_ms)
        .limit(limit)
        .with_for_update(skip_locked=True, of=OUTBOX)
        .cte("taken")
    )
    # A CTE is read once; PostgreSQL may run a plain subquery again for each row, past its limit.
    return (
        update(OUTBOX)
        .where(OUTBOX.c.id.in_(select(ids.c.id)), OUTBOX.c.done_at_ms.is_(None))
        .values(next_run_at_ms=until, lease=bindparam("lease"), tries=OUTBOX.c.tries + 1)
        .returning(*OUTBOX.c)
    )


async def done(session: Session, job_ids: Sequence[int], now_ms: int) -> None:
    """The receivers have done their part."""
    await session.execute(
        update(OUTBOX).where(OUTBOX.c.id.in_(job_ids)).values(done_at_ms=now_ms, last_error=None)
    )


async def withdraw(session: Session, booking_id: int, kind: str, now_ms: int) -> None:
    """A promise that later events made void."""
    await session.execute(
        update(OUTBOX)
        .where(
            OUTBOX.c.booking_id == booking_id, OUTBOX.c.kind == kind, OUTBOX.c.done_at_ms.is_(None)
        )
        .values(done_at_ms=now_ms)
    )


async def failed(session: Session, job_id: int, *, error: str, again_at_ms: int) -> None:
    """Try again later."""
    await session.execute(
        update(OUTBOX)
        .where(OUTBOX.c.id == job_id)
        .values(next_run_at_ms=again_at_ms, lease="", last_error=error[:500])
    )


async def backlog(session: Session, now_ms: int) -> tuple[int, int]:
    """How many promises are open, and the age of the oldest in ms."""
    row = (
        await session.execute(
            select(func.count(), func.min(OUTBOX.c.created_at_ms)).where(
                OUTBOX.c.done_at_ms.is_(None)
            )
        )
    ).one()
    count: int = row[0]
    return count, now_ms - row[1] if count else 0


async def purge(session: Session, before_ms: int, limit: int = 1000) -> int:
    """Remove promises kept before `before_ms`; how many."""
    old = select(OUTBOX.c.id).where(OUTBOX.c.done_at_ms < before_ms).limit(limit)
    found = await session.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(old)))
    return int(found.rowcount)
