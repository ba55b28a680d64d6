"""Who works on a booking or a request: a lease that its worker renews while it works, and that ends by
itself when the worker dies, hangs or forgets it.

Its time is the database's, the one clock that all workers share: clocks of machines differ.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, update
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from houseful.ledger.models import BOOKING, KEY, Big
from houseful.sql.database import Session


class database_ms(FunctionElement[int]):  # noqa: N801 - it stands in statements, as `func.now` does
    """The database's clock, in ms since 1970."""

    type = Big
    inherit_cache = True


@compiles(database_ms, "sqlite")
def _on_sqlite(*_: Any, **__: Any) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER)"


@compiles(database_ms, "postgresql")
def _on_postgresql(*_: Any, **__: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"


def is_over(table: Any) -> ColumnElement[bool]:
    """Whether the lease in a row of `table` no longer binds anybody."""
    over: ColumnElement[bool] = table.c.lease_until_ms <= database_ms()
    return over


async def renew(session: Session, working: Mapping[str, int], lease_ms: int) -> None:
    """Keep these leases, lease → booking, for another `lease_ms`; those that were let go stay so."""
    for table in (BOOKING, KEY):
        await session.execute(
            update(table)
            .where(
                table.c.id.in_(set(working.values())),
                table.c.lease.in_(list(working)),
                table.c.lease_until_ms > 0,
            )
            .values(lease_until_ms=database_ms() + lease_ms)
        )
