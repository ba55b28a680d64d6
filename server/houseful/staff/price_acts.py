"""Other prices of an event, now or at a time: which change is accepted, inside one transaction.

Never: tells other workers; the callers do so once the transaction has ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from houseful.clock import clock_ms
from houseful.domain.errors import Conflict, InvalidRequest, NotFound
from houseful.domain.moments import check_order, in_bounds
from houseful.domain.prices.price_drafts import PriceChange, applied
from houseful.domain.prices.price_lists import NewPrices, PriceList
from houseful.ledger import audit
from houseful.ledger.catalog import events, price_changes
from houseful.ledger.catalog.events import EventRecord
from houseful.sql.database import Session
from houseful.staff.price_requests import price_change, require_known, require_sold
from houseful.wire.codec import parse_iso
from houseful.wire.staff import EventChangeRequest, ReasonRequest


@dataclass(frozen=True, slots=True)
class Repricing:
    """The next list, and of which it is made. `starts_at_ms`: None for at once; `replaces`: the
    number of the list that was to begin and does not."""

    stands: NewPrices
    draft: NewPrices
    starts_at_ms: int | None = None
    replaces: int | None = None

    @property
    def details(self) -> dict[str, Any]:
        """What the audit log keeps."""
        prices = {"prices": [told(self.stands), told(self.draft)]}
        if self.starts_at_ms is None:
            return prices
        return prices | {"prices_from_ms": [None, self.starts_at_ms]}


def repricing(before: EventRecord, request: EventChangeRequest, now_ms: int) -> Repricing | None:
    """What of prices is asked for; None where nothing becomes different. Raises InvalidRequest, and
    Conflict where `replacesPriceList` is not to begin."""
    asked, replaces = price_change(request, before.currency), request.replacesPriceList
    if asked is None and replaces is None:
        if request.pricesFrom is not None:
            raise InvalidRequest("pricesFrom: expected prices that begin then, got none")
        return None
    base = before.prices if replaces is None else _scheduled(before, replaces)
    starts = base.starts_at_ms if replaces is not None else None
    if request.pricesFrom is not None:
        starts = _to_come(request.pricesFrom, before.starts_at_ms, now_ms)
    change = asked or PriceChange()
    require_known(before.prices, (category for category, _ in change.cells))
    stands = base.as_new()
    draft = applied(stands, change, before.currency)
    require_sold(before.prices, draft)
    if draft == before.prices.as_new():
        if starts is None:
            return None
        raise InvalidRequest("expected other prices than those on sale, got the same")
    return Repricing(stands, draft, starts, replaces)


async def reprice(session: Session, who: str, event_id: int, asked: Repricing, now_ms: int) -> None:
    """Write the list. Raises Conflict where another list is to begin."""
    if asked.starts_at_ms is None:
        await price_changes.sell_at(session, event_id, asked.draft, who=who, now_ms=now_ms)
        return
    await price_changes.schedule(
        session,
        event_id,
        asked.draft,
        starts_at_ms=asked.starts_at_ms,
        replaces=asked.replaces,
        who=who,
        now_ms=now_ms,
    )


async def withdraw_prices(
    session: Session, who: str, event_id: int, number: int, request: ReasonRequest
) -> None:
    """A list that was to begin does not. Raises NotFound, Conflict for any other list."""
    if await events.get(session, event_id) is None:
        raise NotFound(f"no event {event_id}", code="unknown_event")
    now = clock_ms()
    await price_changes.withdraw(session, event_id, number, now)
    await audit.write(
        session,
        who=who,
        act="withdraw_prices",
        at_ms=now,
        event_id=event_id,
        reason=request.reason,
        details={"priceList": number},
    )


def _scheduled(before: EventRecord, number: int) -> PriceList:
    coming = before.next_prices
    if coming is None or coming.number != number:
        raise Conflict(
            f"expected a list that is to begin, got list {number}", code="prices_not_scheduled"
        )
    return coming


def _to_come(text: str, event_starts_ms: int, now_ms: int) -> int:
    at_ms = in_bounds(parse_iso(text), text)
    if at_ms <= now_ms:
        raise InvalidRequest(f"pricesFrom: expected a time to come, got {text}", field="pricesFrom")
    check_order("pricesFrom", at_ms, event_starts_ms, "the start")
    return at_ms


def told(prices: NewPrices) -> dict[str, int]:
    """What the audit log says of a price list: category, or category/type → minor units."""
    return {
        f"{category}/{name}" if name else category: price.amount_minor
        for (category, name), price in prices.prices.items()
    }
