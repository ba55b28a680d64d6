"""Payments that could not be put right by themselves: kept, tried again, and shown to staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, select

from houseful.ledger.counters import upsert
from houseful.ledger.models import PAYMENT_PROBLEM, REFUND
from houseful.sql.database import Session
from houseful.wire.staff import ProblemKind

UNAPPLIED: Final = "unapplied"
"""The booking could not be brought in line with it; tried again."""
MISMATCH: Final = "mismatch"
"""Amount, currency or house are not those of the booking it was made for."""
FOREIGN: Final = "foreign"
"""A payment of another house on the same account; never touched."""
KINDS: Final[Mapping[str, ProblemKind]] = {
    "FAILED": "refund_failed",
    "HELD": "refund_held",
    "DUE": "refund_due",
    "GIVEN": "refund_given",
}
"""Of refunds of payments without a booking, by their state."""


@dataclass(frozen=True, slots=True)
class PaymentProblem:
    """One payment that needs somebody, or that no booking has; `kind` as above."""

    payment_id: str
    kind: ProblemKind
    detail: str
    amount_minor: int
    currency: str
    first_seen_ms: int


async def keep(
    session: Session,
    payment_id: str,
    *,
    kind: str,
    detail: str,
    amount_minor: int = 0,
    currency: str = "",
    now_ms: int,
    next_run_at_ms: int | None = None,
) -> None:
    """Write down what is wrong with a payment, or that it still is."""
    statement = upsert(session, PAYMENT_PROBLEM).values(
        payment_id=payment_id,
        kind=kind,
        detail=detail[:500],
        amount_minor=amount_minor,
        currency=currency,
        first_seen_ms=now_ms,
        next_run_at_ms=next_run_at_ms,
    )
    changed = {name: statement.excluded[name] for name in ("kind", "detail", "next_run_at_ms")}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[PAYMENT_PROBLEM.c.payment_id],
            set_={**changed, "tries": PAYMENT_PROBLEM.c.tries + 1},
        )
    )


async def due(session: Session, now_ms: int, limit: int) -> list[tuple[str, int]]:
    """(payment id, tries so far) of those to be tried again now."""
    found = await session.execute(
        select(PAYMENT_PROBLEM.c.payment_id, PAYMENT_PROBLEM.c.tries)
        .where(PAYMENT_PROBLEM.c.next_run_at_ms <= now_ms)
        .order_by(PAYMENT_PROBLEM.c.next_run_at_ms)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in found]


async def solved(session: Session, payment_ids: Sequence[str]) -> None:
    """These are right now."""
    wanted = PAYMENT_PROBLEM.c.payment_id.in_(payment_ids)
    await session.execute(delete(PAYMENT_PROBLEM).where(wanted))


async def forget_foreign(session: Session, before_ms: int) -> None:
    """Payments of other houses that staff have had time to see."""
    rows = PAYMENT_PROBLEM.c
    await session.execute(
        delete(PAYMENT_PROBLEM).where(rows.kind == FOREIGN, rows.first_seen_ms < before_ms)
    )


async def listed(session: Session, limit: int = 200) -> list[PaymentProblem]:
    """What needs a person, the oldest first; refunds of no booking that failed are among it."""
    rows = PAYMENT_PROBLEM.c
    found = await session.execute(
        select(
            rows.payment_id,
            rows.kind,
            rows.detail,
            rows.amount_minor,
            rows.currency,
            rows.first_seen_ms,
        )
        .order_by(rows.first_seen_ms)
        .limit(limit)
    )
    refunds = await _of_no_booking(session, ("FAILED", "HELD"), REFUND.c.created_at_ms, limit)
    return [PaymentProblem(*row) for row in found] + refunds


async def given_back(session: Session, limit: int = 50) -> list[PaymentProblem]:
    """Payments that no booking has and that go back, or went, to their payers; the latest first."""
    return await _of_no_booking(session, ("DUE", "GIVEN"), REFUND.c.created_at_ms.desc(), limit)


async def _of_no_booking(
    session: Session, states: tuple[str, ...], order: Any, limit: int
) -> list[PaymentProblem]:
    found = await session.execute(
        select(REFUND)
        .where(REFUND.c.state.in_(states), REFUND.c.booking_id.is_(None))
        .order_by(order)
        .limit(limit)
    )
    return [
        PaymentProblem(
            row.payment_id,
            KINDS[row.state],
            row.reason,
            row.amount_minor,
            row.currency,
            row.created_at_ms,
        )
        for row in found
    ]


async def count(session: Session) -> dict[str, int]:
    """Kind → how many payments need somebody."""
    found = await session.execute(
        select(PAYMENT_PROBLEM.c.kind, func.count()).group_by(PAYMENT_PROBLEM.c.kind)
    )
    counts: dict[str, int] = {row[0]: row[1] for row in found}
    refunds = await session.execute(
        select(REFUND.c.state, func.count())
        .where(REFUND.c.state.in_(("FAILED", "HELD")), REFUND.c.booking_id.is_(None))
        .group_by(REFUND.c.state)
    )
    return counts | {f"refund_{row[0].lower()}": row[1] for row in refunds}
