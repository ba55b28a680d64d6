"""Discount codes as staff make and end them."""

from __future__ import annotations

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.moments import check_order
from houseful.domain.prices.money import from_wire
from houseful.domain.prices.pricing import Discount
from houseful.domain.wording import shown
from houseful.ledger import audit
from houseful.ledger.catalog import discounts, events
from houseful.ledger.catalog.events import EventRecord
from houseful.sales.catalog import Catalog
from houseful.sql.database import Database, Session
from houseful.wire.codec import parse_iso
from houseful.wire.staff import DiscountRequest


class DiscountAdmin:
    """Lists, adds and ends codes."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    async def listed(self, event_id: int | None) -> list[Discount]:
        """Every code, or those that count at one event."""
        found = await self._database.query(discounts.list_all)
        return [one for one in found if event_id is None or one.event_id in (None, event_id)]

    async def add(self, who: str, request: DiscountRequest, currency: str) -> Discount:
        """Make a code known; see `add_discount`."""
        return await self._database.transact(lambda s: add_discount(s, who, request, currency))

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
            raise NotFound(f"no discount code {shown(code)}")
        return ended


async def add_discount(
    session: Session, who: str, request: DiscountRequest, house_currency: str
) -> Discount:
    """Make a code known: the one rule for it, at every door.

    Raises InvalidRequest, NotFound for its event, Conflict when it exists.
    """
    currency = request.currency or house_currency
    starts, ends = (at and parse_iso(at) for at in (request.startsAt, request.endsAt))
    check_order("startsAt", starts or None, ends or None, "the end")
    if request.eventId is not None:
        event = await events.get(session, request.eventId)
        if event is None:
            raise NotFound(f"no event {request.eventId}", code="unknown_event")
        _require_names(event, request)
    is_money = request.amount is not None or request.minimum is not None
    await discounts.add(
        session,
        code=request.code,
        percent=request.percent,
        amount_minor=None if request.amount is None else from_wire(request.amount, currency),
        currency=currency if is_money else request.currency,
        event_id=request.eventId,
        starts_at_ms=starts or None,
        ends_at_ms=ends or None,
        max_uses=request.maxUses,
        max_uses_per_user=request.maxUsesPerUser,
        minimum_minor=0 if request.minimum is None else from_wire(request.minimum, currency),
        categories=list(dict.fromkeys(request.categories)),
        ticket_types=list(dict.fromkeys(request.ticketTypes)),
    )
    await _audit(session, who, "add_discount", request.code, request.eventId)
    added = await discounts.find(session, request.code)
    assert added is not None  # noqa: S101 - added in this transaction
    return added


def _require_names(event: EventRecord, request: DiscountRequest) -> None:
    """Raises InvalidRequest for names that neither the list on sale nor the one to come has."""
    lists = [prices for prices in (event.prices, event.next_prices) if prices]
    known: dict[str, set[str]] = {
        "categories": {name for prices in lists for name in prices.by_category},
        "ticketTypes": {kind.name for prices in lists for kind in prices.types},
    }
    for field, names in (
        ("categories", request.categories),
        ("ticketTypes", request.ticketTypes),
    ):
        unknown = sorted(set(names) - known[field])
        if unknown:
            expected = shown(sorted(known[field]), 200)
            raise InvalidRequest(
                f"{field}: expected some of {expected}, got {shown(unknown)}", field=field
            )


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
