"""Which history of sales a database tells, so that no Redis of another one is put beside it.

A database has a random id and counts the starts of servers on it; Redis remembers both. A Redis that
knows another id, or more starts, saw sales that this database does not have: somebody put an older
copy in place. A backup says of itself that it is one until `houseful restore` has put it in place.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from houseful.domain.errors import ConfigurationError
from houseful.ledger.models import HISTORY
from houseful.sql.database import Session

ADVICE = "run `houseful restore --as-is` if this database is the right one"


@dataclass(frozen=True, slots=True)
class History:
    """`starts` counts from 1 for the first server that ever ran on the database."""

    id: str
    starts: int
    is_copy: bool = False

    @property
    def text(self) -> str:
        """As Redis keeps it."""
        return f"{self.id} {self.starts}"


async def read(session: Session) -> History | None:
    row = (await session.execute(select(HISTORY))).first()
    return None if row is None else History(row.id, row.starts, row.is_copy)


async def begin(session: Session, remembered: str | None) -> History:
    """One start more; `remembered` is what Redis knows. Raises ConfigurationError where the two do
    not belong together."""
    known = await read(session)
    if known is None:
        known = await renew(session)
    if known.is_copy:
        raise ConfigurationError(
            f"the database is a backup that was put in place by hand; {ADVICE}"
        )
    if remembered:
        other, _, starts = remembered.partition(" ")
        if other != known.id:
            raise ConfigurationError(
                f"Redis holds the seats of another database; set another REDIS_URL, or {ADVICE}"
            )
        if starts.isdigit() and int(starts) > known.starts:
            raise ConfigurationError(
                "the database is older than what Redis knows of it: it was restored without"
                f" `houseful restore`; {ADVICE}"
            )
    await session.execute(update(HISTORY).values(starts=known.starts + 1))
    return History(known.id, known.starts + 1)


async def renew(session: Session) -> History:
    """From now on the database tells a history of its own: a Redis of any other is refused."""
    await session.execute(delete(HISTORY))
    made = History(secrets.token_hex(8), 0)
    await session.execute(insert(HISTORY).values(id=made.id, starts=0, is_copy=False))
    return made
