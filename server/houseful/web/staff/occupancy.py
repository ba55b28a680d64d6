"""How houses fill, over HTTP; the same over sockets is `staff_live`."""

from __future__ import annotations

from starlette.responses import Response

from houseful.web.buyer.bookings import query_number
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.staff import MinuteBody, OccupancyBody, OverviewRowBody

NO_STORE = {"Cache-Control": "no-store"}
A_WEEK = 7 * 24 * 60


async def get_occupancy(call: Call) -> Response:
    """All that happened before the request, on any worker, is in it."""
    dashboard = await call.context.dashboards.dashboard(call.id("event_id"))
    return ok(await dashboard.current(), "Occupancy retrieved successfully", 200, NO_STORE)


async def get_occupancy_history(call: Call) -> Response:
    """Minutes in which nothing happened are left out."""
    minutes = query_number(call, "minutes", 120, 1, A_WEEK)
    found = await call.context.dashboards.history(call.id("event_id"), minutes)
    return ok(found, "History retrieved successfully", 200, NO_STORE)


async def get_overview(call: Call) -> Response:
    """Every event, soonest first."""
    rows = await call.context.dashboards.rows()
    return ok(rows, "Overview retrieved successfully", 200, NO_STORE)


OPERATIONS = (
    Operation(
        "GET",
        "/events/{event_id:int}/occupancy",
        get_occupancy,
        "How the house fills",
        role="venue",
        answers={200: OccupancyBody},
    ),
    Operation(
        "GET",
        "/events/{event_id:int}/occupancy/history",
        get_occupancy_history,
        "What happened minute by minute",
        role="venue",
        answers={200: list[MinuteBody]},
        parameters=("minutes",),
    ),
    Operation(
        "GET",
        "/occupancy",
        get_overview,
        "How all houses fill",
        role="venue",
        answers={200: list[OverviewRowBody]},
    ),
)
