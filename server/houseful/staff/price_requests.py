"""What staff's requests about prices mean: wire names and texts → a change of the price list."""

from __future__ import annotations

from collections.abc import Iterable

from houseful.domain.errors import InvalidRequest
from houseful.domain.numbers import scaled
from houseful.domain.prices import money
from houseful.domain.prices.price_drafts import CellChange, PriceChange
from houseful.domain.prices.price_lists import NewPrices, PriceList, TicketType
from houseful.domain.wording import shown
from houseful.wire.staff import FeesRequest, PricesRequest, TicketTypeRequest


def price_change(request: PricesRequest, currency: str) -> PriceChange | None:
    """None where nothing of prices is asked. Raises InvalidRequest for a text that is no amount."""
    asked = {"prices", "ticketPrices", "ticketTypes", "fees", "vatPercent", "tablePrices"}
    if not asked & request.model_fields_set:
        return None
    cells: dict[tuple[str, str | None], CellChange] = {
        (category, None): CellChange(money.from_wire(text, currency))
        for category, text in (request.prices or {}).items()
    }
    for one in request.ticketPrices or []:
        key = (one.category, one.ticketType)
        if key in cells:
            raise InvalidRequest(
                f"ticketPrices: expected each price once, got {shown(one.category)} twice",
                field="ticketPrices",
            )
        amount = None if one.amount is None else money.from_wire(one.amount, currency)
        cells[key] = CellChange(amount, rate(one.vatPercent, "ticketPrices"))
    types = request.ticketTypes
    fees = request.fees or FeesRequest()
    return PriceChange(
        types=None if types is None else [ticket_type(one) for one in types],
        requires={one.name: one.requires for one in types or [] if one.requires},
        cells=cells,
        fee_per_ticket_minor=amount_of(fees.perTicket, currency),
        fee_basis_points=rate(fees.percent, "fees"),
        fee_per_order_minor=amount_of(fees.perOrder, currency),
        vat_basis_points=rate(request.vatPercent, "vatPercent"),
        per_table=None if request.tablePrices is None else request.tablePrices == "per_table",
    )


def ticket_type(asked: TicketTypeRequest) -> TicketType:
    return TicketType(0, asked.name, asked.note, asked.least, asked.most)


def amount_of(text: str | None, currency: str) -> int | None:
    return None if text is None else money.from_wire(text, currency)


def rate(text: str | None, field: str) -> int | None:
    """`"8.1"` → 810 hundredths of a percent. Raises InvalidRequest."""
    if text is None:
        return None
    found = scaled(text, 2)
    if found is None:
        message = f"{field}: expected a percentage with at most 2 decimals, got {shown(text)}"
        raise InvalidRequest(message, field=field)
    return found


def require_known(prices: PriceList, categories: Iterable[str]) -> None:
    """Raises InvalidRequest for a category that the event does not sell."""
    known = set(prices.by_category)
    unknown = sorted(set(categories) - known)
    if unknown:
        message = f"prices: expected {shown(sorted(known), 200)}, got {shown(unknown)}"
        raise InvalidRequest(message, field="prices")


def require_sold(before: PriceList, draft: NewPrices) -> None:
    """Raises InvalidRequest where a category would have no ticket any more."""
    missing = sorted(set(before.by_category) - set(draft.categories))
    if missing:
        message = f"prices: expected a price for each category, got none for {shown(missing)}"
        raise InvalidRequest(message, field="prices")
