"""Payments as last seen at the gateway, and the webhooks that told of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select, update

from houseful.ledger.counters import upsert, upsert_in
from houseful.ledger.models import PAYMENT, WEBHOOK
from houseful.sql.database import Session
from houseful.sql.fixed import fixed


@cache
def _recording(dialect: str) -> Any:
    statement = upsert_in(dialect, PAYMENT)
    return fixed(
        statement.on_conflict_do_update(
            index_elements=[PAYMENT.c.payment_id],
            set_={name: statement.excluded[name] for name in ("outcome", "updated_at_ms")},
        )
    )


@cache
def _seeing(names: tuple[str, ...]) -> Any:
    new = {name: bindparam(f"new_{name}", type_=PAYMENT.c[name].type) for name in names}
    return fixed(update(PAYMENT).where(PAYMENT.c.payment_id == bindparam("wanted")).values(**new))


async def record(session: Session, payment_id: str, **values: Any) -> None:
    """Write down a payment, or what changed of it."""
    statement = _recording(session.dialect.name)
    await session.execute(statement, {"payment_id": payment_id, **values})


async def seen(session: Session, payment_id: str, **values: Any) -> None:
    """What the gateway says of a payment we know."""
    parameters = {f"new_{name}": value for name, value in values.items()}
    await session.execute(_seeing(tuple(values)), {"wanted": payment_id, **parameters})


async def charged(session: Session, fees: Mapping[str, tuple[int, str]]) -> None:
    """Payment → what the gateway took for it, in which currency."""
    known = await session.execute(
        select(PAYMENT.c.payment_id).where(
            PAYMENT.c.payment_id.in_(list(fees)), PAYMENT.c.gateway_fee_minor.is_(None)
        )
    )
    names = ("gateway_fee_minor", "gateway_fee_currency")
    for payment_id in list(known.scalars()):
        await seen(session, payment_id, **dict(zip(names, fees[payment_id], strict=True)))


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
