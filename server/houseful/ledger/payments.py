"""Payments and refunds as last seen at the gateway, and the webhooks that told of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, select, update

from houseful.ledger.counters import upsert, upsert_in
from houseful.ledger.models import PAYMENT, REFUND, WEBHOOK
from houseful.sql.database import Session


@cache
def _recording(dialect: str) -> Any:
    statement = upsert_in(dialect, PAYMENT)
    return statement.on_conflict_do_update(
        index_elements=[PAYMENT.c.payment_id],
        set_={name: statement.excluded[name] for name in ("outcome", "updated_at_ms")},
    )


@cache
def _seeing(names: tuple[str, ...]) -> Any:
    new = {name: bindparam(f"new_{name}", type_=PAYMENT.c[name].type) for name in names}
    return update(PAYMENT).where(PAYMENT.c.payment_id == bindparam("wanted")).values(**new)


async def record(session: Session, payment_id: str, **values: Any) -> None:
    """Write down a payment, or what changed of it."""
    statement = _recording(session.dialect.name)
    await session.execute(statement, {"payment_id": payment_id, **values})


async def seen(session: Session, payment_id: str, **values: Any) -> None:
    """What the gateway says of a payment we know."""
    parameters = {f"new_{name}": value for name, value in values.items()}
    await session.execute(_seeing(tuple(values)), {"wanted": payment_id, **parameters})


async def owe(
    session: Session,
    payment_id: str,
    *,
    booking_id: int | None,
    amount_minor: int,
    reason: str,
    who: str,
    nonce: str,
    now_ms: int,
) -> None:
    """Promise a refund; a second promise for the same payment changes nothing."""
    await session.execute(
        upsert(session, REFUND)
        .values(
            payment_id=payment_id,
            booking_id=booking_id,
            amount_minor=amount_minor,
            reason=reason,
            who=who,
            nonce=nonce,
            created_at_ms=now_ms,
            next_run_at_ms=now_ms,
        )
        .on_conflict_do_nothing()
    )


async def due_refunds(session: Session, now_ms: int, limit: int) -> list[Any]:
    """Refunds that no booking's own steps work on: of payments without one, and those given that
    are to be looked at again."""
    rows = REFUND.c
    found = await session.execute(
        select(REFUND)
        .where(rows.next_run_at_ms <= now_ms, rows.booking_id.is_(None) | (rows.state == "GIVEN"))
        .order_by(rows.next_run_at_ms)
        .limit(limit)
    )
    return list(found.all())


async def given_since(session: Session, since_ms: int, who: str, but: str) -> int:
    """How many refunds that `who` ordered were given since, another than `but`'s."""
    rows = REFUND.c
    found = await session.execute(
        select(func.count())
        .select_from(REFUND)
        .where(rows.who == who, rows.done_at_ms >= since_ms, rows.state == "GIVEN")
        .where(rows.payment_id != but)
    )
    return int(found.scalar_one())


async def refund_of(session: Session, payment_id: str) -> Any:
    """The refund promised for a payment, or None."""
    found = await session.execute(select(REFUND).where(REFUND.c.payment_id == payment_id))
    return found.one_or_none()


async def settle_refund(
    session: Session,
    payment_id: str,
    *,
    state: str,
    refund_id: str | None,
    now_ms: int,
    next_run_at_ms: int | None,
) -> None:
    """What became of a refund: GIVEN, to be looked at again then, or FAILED or HELD."""
    await session.execute(
        update(REFUND)
        .where(REFUND.c.payment_id == payment_id)
        .values(
            state=state,
            refund_id=func.coalesce(refund_id, REFUND.c.refund_id),
            done_at_ms=now_ms,
            next_run_at_ms=next_run_at_ms,
        )
    )


async def owe_again(
    session: Session, payment_id: str, who: str, nonce: str, next_run_at_ms: int | None = None
) -> None:
    """A refund that failed or was held is to be tried again: by the worker that has its booking, or at
    `next_run_at_ms`."""
    await session.execute(
        update(REFUND)
        .where(REFUND.c.payment_id == payment_id)
        .values(
            state="DUE",
            who=who,
            nonce=nonce,
            done_at_ms=None,
            tries=0,
            next_run_at_ms=next_run_at_ms,
        )
    )


async def postpone_refund(session: Session, payment_id: str, until_ms: int | None) -> None:
    """Try or look again later, or never."""
    await session.execute(
        update(REFUND)
        .where(REFUND.c.payment_id == payment_id)
        .values(next_run_at_ms=until_ms, tries=REFUND.c.tries + 1)
    )


async def webhook_was_applied(session: Session, webhook_id: str) -> bool:
    """Whether this delivery is a repetition."""
    found = await session.execute(select(WEBHOOK.c.id).where(WEBHOOK.c.id == webhook_id))
    return found.first() is not None


async def webhook_applied(
    session: Session, webhook_id: str, *, kind: str, object_id: str, now_ms: int
) -> None:
    """Remember a webhook that has had its effect."""
    await session.execute(
        upsert(session, WEBHOOK)
        .values(id=webhook_id, kind=kind, object_id=object_id, applied_at_ms=now_ms)
        .on_conflict_do_nothing()
    )
