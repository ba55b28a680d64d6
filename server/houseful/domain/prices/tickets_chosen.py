"""Which ticket type each seat of an order is sold under, and whether an event sells them so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.prices.price_lists import PriceList, TicketType
from houseful.domain.wording import shown

REFUSALS: Final = {
    "ticket_type_not_sold": "This ticket is not sold for this seat",
    "ticket_type_least": "There are too few tickets of this type",
    "ticket_type_most": "There are too many tickets of this type",
    "ticket_type_requires": "This ticket is sold only beside another one",
}
"""Why an order's ticket types are refused: reason code → sentence."""


def types_of(
    prices: PriceList,
    categories: Mapping[int, str],
    chosen: Mapping[int, int],
    tables: Mapping[int, Sequence[int]] = MappingProxyType({}),
) -> dict[int, TicketType]:
    """Seat id → its ticket type, the first sold in its category unless `chosen` names another.

    `categories`: seat id → category. `tables`: seat id → the seats of all who sit at a table for its
    price: that has the default type. Raises InvalidRequest with one of REFUSALS.
    """
    found = {}
    for seat_id, category in categories.items():
        sold = prices.sold_in(category)[: 1 if seat_id in tables else None]
        for seat in tables.get(seat_id, [seat_id]):
            found[seat_id] = _type_of(sold, seat, chosen.get(seat))
    check_numbers(prices, list(found.values()))
    return found


def _type_of(sold: Sequence[TicketType], seat_id: int, wanted: int | None) -> TicketType:
    for kind in sold:
        if wanted in {None, kind.id}:
            return kind
    raise _refused(
        "ticket_type_not_sold",
        f"expected for seat {seat_id} one of {shown([kind.id for kind in sold])}, got {shown(wanted)}",
    )


def check_numbers(prices: PriceList, order: Sequence[TicketType]) -> None:
    """Raises InvalidRequest where there are too few or too many of a type, or not the other type that
    each needs."""
    counts = Counter(kind.id for kind in order)
    for kind in prices.types:
        count = counts[kind.id]
        if not count:
            continue
        if count < kind.least:
            message = f"expected at least {kind.least} tickets {shown(kind.name)}, got {count}"
            raise _refused("ticket_type_least", message)
        if kind.most is not None and count > kind.most:
            message = f"expected at most {kind.most} tickets {shown(kind.name)}, got {count}"
            raise _refused("ticket_type_most", message)
        if kind.requires_id is not None and count > counts[kind.requires_id]:
            needed = prices.type_of(kind.requires_id)
            name = needed.name if needed else ""
            message = f"expected as many tickets {shown(name)} as {shown(kind.name)}, got {count}"
            raise _refused("ticket_type_requires", message)


def _refused(code: str, message: str) -> InvalidRequest:
    return InvalidRequest(message, code=code, field="tickets")
