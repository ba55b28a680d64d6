"""The page's own analytics: the brief's events, bounded, as log lines and counters."""

from __future__ import annotations

import structlog
from starlette.responses import Response

from houseful.domain.errors import RateLimited
from houseful.telemetry.metrics import PAGE_EVENTS
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import AcceptedBody, AnalyticsRequest

log = structlog.get_logger("analytics")

REPORTS_PER_MINUTE = 60


async def collect(call: Call) -> Response:
    body = await call.body(AnalyticsRequest)
    allowance = await call.context.limiter.attempt(
        "analytics", call.user.id, limit=REPORTS_PER_MINUTE, window_ms=60_000
    )
    if not allowance.allowed:
        raise RateLimited("too many reports", retry_after_s=allowance.reset_ms / 1000)
    for event in body.events:
        PAGE_EVENTS.labels(event.name).inc()
        log.info("page_event", name=event.name, at=event.at, facts=event.facts, user=call.user.id)
    return ok({"accepted": len(body.events)}, "Accepted", 202)


OPERATIONS = (
    Operation(
        "POST",
        "/analytics",
        collect,
        "What happened on the page",
        request=AnalyticsRequest,
        answers={202: AcceptedBody},
        errors=(400, 413, 415, 429, 503),
    ),
)
