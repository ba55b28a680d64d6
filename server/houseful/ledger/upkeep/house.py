"""Which house this database is, and whose gateway account it sells through: one row."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import select, update

from houseful.ledger.models import BOOKING, HOUSE
from houseful.sql.database import Session


@dataclass(frozen=True, slots=True)
class House:
    """`house_id` is random and stands in the metadata of everything we cause outside.

    `gateway` is "stripe" from the first start with Stripe on, `account` its account, where it says.
    """

    house_id: str
    gateway: str
    account: str
    is_live: bool


async def get(session: Session) -> House:
    """The row that the migration made."""
    row = (await session.execute(select(HOUSE))).one()
    return House(row.house_id, row.gateway, row.account, row.is_live)


async def bind(session: Session, *, gateway: str, account: str, is_live: bool) -> None:
    """From now on this database sells through that account alone."""
    values = {"gateway": gateway, "account": account, "is_live": is_live}
    await session.execute(update(HOUSE).values(**values))


async def has_sold_through(session: Session, gateway: str) -> bool:
    """Whether any booking was ever begun at that gateway."""
    found = await session.execute(select(BOOKING.c.id).where(BOOKING.c.gateway == gateway).limit(1))
    return found.first() is not None


async def renew(session: Session) -> House:
    """A copy becomes a house of its own: a new id, bound to no account."""
    values = {"house_id": secrets.token_hex(16), "gateway": "", "account": "", "is_live": False}
    await session.execute(update(HOUSE).values(**values))
    return await get(session)
