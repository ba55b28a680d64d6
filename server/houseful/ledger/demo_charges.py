"""The demo gateway's store in SQL: implements `houseful.payments.demo_charges.DemoCharges`.

It stands for a foreign system, so it writes in transactions of its own.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from houseful.domain.demo_charge import DemoCharge, DemoRefund
from houseful.domain.payment import Outcome
from houseful.ledger.counters import upsert_in
from houseful.ledger.models import DEMO_CHARGE
from houseful.sql.database import Database, Session
from houseful.sql.fixed import fixed
from houseful.wire.codec import decode, encode

_GET: Final = fixed(select(DEMO_CHARGE).where(DEMO_CHARGE.c.payment_id == bindparam("wanted")))
_REPLACE: Final = fixed(
    update(DEMO_CHARGE)
    .where(
        DEMO_CHARGE.c.payment_id == bindparam("wanted"), DEMO_CHARGE.c.version == bindparam("known")
    )
    .values(record=bindparam("text"), version=DEMO_CHARGE.c.version + 1)
)


@cache
def _inserting(dialect: str) -> Any:
    statement = upsert_in(dialect, DEMO_CHARGE).on_conflict_do_nothing()
    return fixed(statement.returning(DEMO_CHARGE.c.payment_id))


class SqlDemoCharges:
    """Demo charges that survive a killed server, as a charge at Stripe would."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, charge: DemoCharge) -> DemoCharge:
        async def insert(session: Session) -> DemoCharge:
            added = await session.execute(
                _inserting(session.dialect.name),
                {
                    "payment_id": charge.payment_id,
                    "idempotency_key": charge.idempotency_key,
                    "record": _text(charge),
                    "created_at_ms": charge.created_ms,
                    "version": charge.version,
                },
            )
            if added.first() is not None:
                return charge
            same_key = DEMO_CHARGE.c.idempotency_key == charge.idempotency_key
            found = await session.execute(select(DEMO_CHARGE).where(same_key))
            return _charge(found.one())

        return await self._database.transact(insert)

    async def get(self, payment_id: str) -> DemoCharge | None:
        async def one(session: Session) -> DemoCharge | None:
            found = await session.execute(_GET, {"wanted": payment_id})
            row = found.one_or_none()
            return _charge(row) if row is not None else None

        return await self._database.query(one)

    async def replace(self, charge: DemoCharge) -> bool:
        async def write(session: Session) -> bool:
            changed = await session.execute(
                _REPLACE,
                {
                    "wanted": charge.payment_id,
                    "known": charge.version,
                    "text": _text(replace(charge, version=charge.version + 1)),
                },
            )
            return bool(changed.rowcount == 1)

        return await self._database.transact(write)

    async def created_since(self, since_ms: int) -> list[DemoCharge]:
        async def many(session: Session) -> list[DemoCharge]:
            found = await session.execute(
                select(DEMO_CHARGE)
                .where(DEMO_CHARGE.c.created_at_ms >= since_ms)
                .order_by(DEMO_CHARGE.c.created_at_ms)
            )
            return [_charge(row) for row in found]

        return await self._database.query(many)


def _text(charge: DemoCharge) -> str:
    return encode(asdict(charge)).decode()


def _charge(row: Any) -> DemoCharge:
    values = decode(row.record)
    values["outcome"] = Outcome(values["outcome"])
    values["refunds"] = tuple(DemoRefund(**item) for item in values["refunds"])
    values["version"] = row.version
    return DemoCharge(**values)
