"""Events, their seat maps and their plans."""

from __future__ import annotations

from typing import cast

from starlette.responses import Response

from houseful.domain.errors import NotFound
from houseful.domain.prices.money import to_wire
from houseful.ledger.catalog.events import EventRecord
from houseful.realtime.live_event import LiveEvent
from houseful.sales.price_views import offers_view, table_prices, types_view
from houseful.sales.reservations import listed, sale_state
from houseful.telemetry.rows import readable
from houseful.web.conditional import accepts_gzip, conditional
from houseful.web.envelope import JSON, ok
from houseful.web.operations import Bare, Call, Operation
from houseful.wire.buyer import (
    EventBody,
    EventDetailBody,
    SeatMapBody,
    TableBookingWord,
)
from houseful.wire.codec import iso
from houseful.wire.geometry import GeometryBody

OCTETS = "application/octet-stream"


async def list_events(call: Call) -> Response:
    """Those to come by start, then past ones, the latest first."""
    found = await call.context.catalog.events()
    now_ms = call.context.clock()
    found.sort(key=lambda one: listed(one[0], now_ms))
    shown = [one for one in found if not one[0].is_hidden]
    views = readable("event", shown, lambda one: event_view(*one))
    return ok(views, "Events retrieved successfully")


async def visible(call: Call) -> LiveEvent:
    """The event of the path, live. Raises NotFound, also for a hidden one unless staff ask."""
    event_id = call.id("event_id")
    await call.context.catalog.visible(event_id, is_staff=call.user.is_staff)
    return await call.context.live.event(event_id)


async def get_event(call: Call) -> Response:
    context = call.context
    live = await visible(call)
    await live.caught_up()
    house = live.replica.house
    record = await context.catalog.event(house.event.id)
    tag, _, _ = await context.geometries.of(house.stored)
    now_ms = context.clock()
    view = event_view(record, live.replica.available) | {
        "holdSeconds": context.settings.hold_seconds,
        "maxSeats": context.settings.max_seats,
        "saleState": sale_state(record, now_ms),
        "serverTime": iso(now_ms),
        "categories": [
            {
                "name": category.name,
                "color": category.color,
                "price": to_wire(record.prices.by_category[category.name], record.currency),
                "tickets": offers_view(record.prices, category.name),
            }
            for category in house.stored.plan.categories
            if category.name in record.prices.by_category
        ],
        "ticketTypes": types_view(record.prices),
        "orderFee": to_wire(record.prices.fees.per_order_minor, record.currency),
        "planUrl": f"/plans/{house.stored.plan_id}/{tag}.json",
    }
    if house.units:
        view["units"] = [house.unit_view(unit) for unit in house.unit_seats]
    return ok(view, "Event retrieved successfully")


async def get_seats(call: Call) -> Response:
    live = await visible(call)
    await live.caught_up()
    return conditional(call.asked, live.replica.seats_body(), JSON)


async def get_status(call: Call) -> Response:
    live = await visible(call)
    await live.caught_up()
    return conditional(call.asked, live.replica.status_body(), OCTETS)


async def get_plan(call: Call) -> Response:
    """A plan's geometry never changes under its address, so that it may be kept for ever."""
    stored = await call.context.catalog.plan(call.id("plan_id"))
    tag, plain, zipped = await call.context.geometries.of(stored)
    if call.request.path_params["tag"] != tag:
        raise NotFound("this plan has another address now", code="unknown_plan")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    if accepts_gzip(call.asked):
        return Response(zipped, headers={**headers, "Content-Encoding": "gzip"}, media_type=JSON)
    return Response(plain, headers=headers, media_type=JSON)


def event_view(record: EventRecord, available: int) -> EventBody:
    prices = record.prices.shown()
    view: EventBody = {
        "id": record.id,
        "name": record.name,
        "venue": record.venue,
        "startsAt": iso(record.starts_at_ms),
        "timeZone": record.timezone,
        "onSaleAt": instant(record.on_sale_at_ms),
        "offSaleAt": instant(record.off_sale_at_ms),
        "currency": record.currency,
        "priceList": record.price_list,
        "pricesUntil": instant(record.next_prices.starts_at_ms if record.next_prices else None),
        "totalSeats": record.seat_count,
        "availableSeats": available,
        "minPrice": to_wire(min(prices, default=0), record.currency),
        "maxPrice": to_wire(max(prices, default=0), record.currency),
        "loneSeats": {
            "rule": record.lone_seat_rule.mode.value,
            "offBelowFreePercent": record.lone_seats_off_below_percent,
            "offHoursBefore": record.lone_seats_off_hours_before,
        },
        "tableBooking": cast(TableBookingWord, record.table_booking),
        "tablePrices": table_prices(record.prices),
    }
    if record.cancelled_at_ms is not None:
        view["cancelledAt"] = iso(record.cancelled_at_ms)
    return view


def instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)


OPERATIONS = (
    Operation("GET", "/events", list_events, "All events", answers={200: list[EventBody]}),
    Operation(
        "GET",
        "/events/{event_id:int}",
        get_event,
        "One event, with what is needed to sell it",
        answers={200: EventDetailBody},
    ),
    Operation(
        "GET",
        "/events/{event_id:int}/seats",
        get_seats,
        "The seat map, grouped by section",
        answers={200: SeatMapBody, 304: None},
        parameters=("If-None-Match", "If-Modified-Since"),
    ),
    Operation(
        "GET",
        "/events/{event_id:int}/status",
        get_status,
        "Status and version of every seat as one compact binary body",
        answers={200: OCTETS, 304: None},
        parameters=("If-None-Match", "If-Modified-Since"),
    ),
    Operation(
        "GET",
        "/plans/{plan_id:int}/{tag}.json",
        get_plan,
        "A plan's geometry, for ever the same under its address",
        role="public",
        answers={200: Bare(GeometryBody)},
        errors=(503,),
    ),
)
