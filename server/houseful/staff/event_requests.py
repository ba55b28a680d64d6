"""What staff's requests about events mean: wire names and texts → columns and numbers."""

from __future__ import annotations

from typing import Any

from houseful.domain.errors import InvalidRequest
from houseful.domain.prices.price_lists import NewPrices
from houseful.domain.seat_choice.lone_seats import LoneSeatRule, LoneSeats
from houseful.domain.units import TableBooking
from houseful.sales.catalog import NewEvent
from houseful.wire.codec import parse_iso
from houseful.wire.staff import EventChangeRequest, LoneSeatRequest, NewEventRequest


def new_event(request: NewEventRequest, prices: NewPrices) -> NewEvent:
    """Raises InvalidRequest for a time that is none."""
    return NewEvent(
        name=request.name,
        venue=request.venue,
        starts_at_ms=parse_iso(request.startsAt),
        currency=request.currency,
        prices=prices,
        on_sale_at_ms=moment(request.onSaleAt),
        off_sale_at_ms=moment(request.offSaleAt),
        timezone=request.timeZone,
        lone_seats=lone_seat_rule(request.loneSeats),
        table_booking=TableBooking(request.tableBooking),
    )


def changed_columns(request: EventChangeRequest) -> dict[str, Any]:
    """Columns of the event by name. Raises InvalidRequest for a null where there must be something."""
    given = request.model_fields_set
    for name in sorted(given - {"onSaleAt", "offSaleAt", "pricesFrom", "replacesPriceList"}):
        if getattr(request, name) is None:
            raise InvalidRequest(f"{name}: expected a value, got null", field=name)
    values: dict[str, Any] = {}
    if request.name is not None:
        values["name"] = request.name
    if request.startsAt is not None:
        values["starts_at_ms"] = parse_iso(request.startsAt)
    if "onSaleAt" in given:
        values["on_sale_at_ms"] = moment(request.onSaleAt)
    if "offSaleAt" in given:
        values["off_sale_at_ms"] = moment(request.offSaleAt)
    if request.hidden is not None:
        values["is_hidden"] = request.hidden
    if request.loneSeats is not None:
        values |= request.loneSeats.values()
    if request.tableBooking is not None:
        values["table_booking"] = request.tableBooking
    return values


def lone_seat_rule(asked: LoneSeatRequest | None) -> LoneSeatRule:
    """A new event's rule."""
    given = (asked or LoneSeatRequest()).model_dump(exclude_none=True)
    rule = LoneSeatRule()
    return LoneSeatRule(
        LoneSeats(given.get("rule", rule.mode)),
        given.get("offBelowFreePercent", rule.off_below_percent),
        given.get("offHoursBefore", rule.off_hours_before),
    )


def moment(text: str | None) -> int | None:
    return None if text is None else parse_iso(text)
