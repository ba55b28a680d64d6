"""The audit log over HTTP: times, money and seats as people read them, whatever is kept inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from starlette.responses import Response

from houseful.domain.prices.money import to_wire
from houseful.ledger.audit import Entry
from houseful.sales.seating import EventSeats
from houseful.telemetry.rows import readable
from houseful.web.buyer.bookings import LARGEST_PAGE, LAST_PAGE, PAGE_SIZE, query_number
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation, Paged
from houseful.wire.codec import iso
from houseful.wire.staff import AuditBody, AuditChangeBody

MOST_SEATS: Final = 50
"""Seats named in one line; `seatCount` says how many there are."""

FIELDS: Final = {
    "name": "name",
    "starts_at_ms": "startsAt",
    "on_sale_at_ms": "onSaleAt",
    "off_sale_at_ms": "offSaleAt",
    "timezone": "timeZone",
    "is_hidden": "hidden",
    "prices_from_ms": "pricesFrom",
}
"""What a change of an event is kept as → its name on the wire; prices stand apart."""


async def list_audit(call: Call) -> Response:
    """Newest first."""
    event_id = call.id("event_id")
    number = query_number(call, "page", 1, 1, LAST_PAGE)
    size = query_number(call, "pageSize", PAGE_SIZE, 1, LARGEST_PAGE)
    entries, total = await call.context.staff.audit(event_id, page=number, size=size)
    house = await call.context.catalog.house(event_id)
    page = {"number": number, "size": size, "total": total}
    views = readable("audit entry", entries, lambda entry: view(entry, house))
    return ok(views, "Audit log retrieved successfully", page=page)


def view(entry: Entry, house: EventSeats) -> AuditBody:
    details = entry.details
    ids = details.get("seatIds") or [id_ for id_ in (details.get("seatId"),) if id_ is not None]
    currency = details.get("currency", house.event.currency)
    amount = details.get("amountMinor")
    return {
        "at": iso(entry.at_ms),
        "who": entry.who,
        "act": entry.act,
        "reason": entry.reason,
        "bookingReference": entry.reference,
        "seats": [house.seat(seat_id).view for seat_id in ids[:MOST_SEATS] if house.holds(seat_id)],
        "seatCount": len(ids),
        "changes": list(changes(details, house.event.currency)),
        "amount": None if amount is None else to_wire(amount, currency),
        "currency": currency,
        "details": details,
    }


def changes(details: dict[str, Any], currency: str) -> Iterator[AuditChangeBody]:
    """What became different: field by field, prices category by category."""
    for kept, name in FIELDS.items():
        found = details.get(kept)
        if isinstance(found, list):
            before, after = (as_text(kept, value) for value in found)
            yield {"field": name, "category": None, "before": before, "after": after}
    prices = details.get("prices")
    if not isinstance(prices, list):
        return
    before, after = prices
    for category in dict.fromkeys([*after, *before]):
        amounts = [each.get(category) for each in (before, after)]
        if amounts[0] != amounts[1]:
            was, became = (
                None if amount is None else to_wire(amount, currency) for amount in amounts
            )
            yield {"field": "price", "category": category, "before": was, "after": became}


def as_text(kept: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return iso(value) if kept.endswith("_ms") else str(value)


OPERATIONS = (
    Operation(
        "GET",
        "/events/{event_id:int}/audit",
        list_audit,
        "Who did what to an event, and why",
        role="venue",
        answers={200: Paged(AuditBody)},
        parameters=("page", "pageSize"),
    ),
)
