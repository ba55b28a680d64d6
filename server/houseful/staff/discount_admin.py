"""Discount codes as staff make and end them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import NotFound
from houseful.domain.pricing import Discount
from houseful.domain.wording import shown
from houseful.ledger import audit, discounts
from houseful.sales.catalog import Catalog
from houseful.sql.database import Database, Session


class DiscountAdmin:
    """Lists, adds and ends codes."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    async def listed(self, event_id: int | None) -> list[Discount]:
        """Every code, or those that count at one event."""
        found = await self._database.query(discounts.list_all)
        return [one for one in found if event_id is None or one.event_id in (None, event_id)]

    async def add(self, who: str, values: Mapping[str, Any]) -> Discount:
        """Make a code known. Raises InvalidRequest, NotFound for its event, Conflict."""
        event_id = values.get("event_id")
        if event_id is not None:
            await self._catalog.event(event_id)

        async def work(session: Session) -> Discount | None:
            await discounts.add(session, **values)
            await _audit(session, who, "add_discount", values["code"], event_id)
            return await discounts.find(session, values["code"])

        added = await self._database.transact(work)
        assert added is not None  # noqa: S101 - added in the same transaction
        return added

    async def end(self, who: str, code: str, reason: str) -> Discount:
        """The code counts no more. Raises NotFound."""
        now = clock_ms()

        async def work(session: Session) -> Discount | None:
            found = await discounts.find(session, code)
            if found is None:
                return None
            if found.ends_at_ms is None or found.ends_at_ms > now:
                await discounts.end(session, found.id, now)
                await _audit(session, who, "end_discount", found.code, found.event_id, reason)
            return await discounts.find(session, code)

        ended = await self._database.transact(work)
        if ended is None:
            raise NotFound(f"no discount code {shown(code)}", code="unknown_discount")
        return ended


async def _audit(
    session: Session, who: str, act: str, code: str, event_id: int | None, reason: str = ""
) -> None:
    await audit.write(
        session,
        who=who,
        act=act,
        at_ms=clock_ms(),
        event_id=event_id,
        reason=reason,
        details={"code": discounts.normalised(code)},
    )


def is_active(discount: Discount, now_ms: int) -> bool:
    """Whether the code counts now for somebody."""
    has_uses = discount.max_uses is None or discount.used < discount.max_uses
    has_begun = discount.starts_at_ms is None or discount.starts_at_ms <= now_ms
    return has_uses and has_begun and (discount.ends_at_ms is None or now_ms < discount.ends_at_ms)
