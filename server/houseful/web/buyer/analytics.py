"""The page's own analytics: its named events, bounded, as log lines and counters.

A report is what a stranger says: its size is bounded in `wire.buyer`, its number per user here, and
the lines that all of them together may fill this worker's log with. Counters count on without lines.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from starlette.responses import Response

from houseful.domain.errors import RateLimited
from houseful.telemetry.metrics import PAGE_EVENTS
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import AcceptedBody, AnalyticsRequest

log = structlog.get_logger("analytics")

REPORTS_PER_MINUTE = 60
LINES_PER_MINUTE = 3_000
"""Of one worker: with lines of 2 KB at most 6 MB a minute, however many clients send."""


@dataclass(slots=True)
class LineBudget:
    """So many lines a minute; how many were left out is told in one line with the next minute."""

    most: int = LINES_PER_MINUTE
    minute: int = -1
    written: int = 0

    def take(self, now_s: float) -> bool:
        """Whether one more line may be written."""
        minute = int(now_s // 60)
        if minute != self.minute:
            if self.written > self.most:
                log.warning("page_events_not_logged", count=self.written - self.most)
            self.minute, self.written = minute, 0
        self.written += 1
        return self.written <= self.most


_budget = LineBudget()


async def collect(call: Call) -> Response:
    body = await call.body(AnalyticsRequest)
    allowance = await call.context.limiter.attempt(
        "analytics", call.user.id, limit=REPORTS_PER_MINUTE, window_ms=60_000
    )
    if not allowance.allowed:
        raise RateLimited("too many reports", retry_after_s=allowance.reset_ms / 1000)
    for event in body.events:
        PAGE_EVENTS.labels(event.name).inc()
        if _budget.take(time.monotonic()):
            log.info(
                "page_event", name=event.name, at=event.at, facts=event.facts, user=call.user.id
            )
    return ok({"accepted": len(body.events)}, "Accepted", 202)


OPERATIONS = (
    Operation(
        "POST",
        "/analytics",
        collect,
        "What happened on the page",
        request=AnalyticsRequest,
        answers={202: AcceptedBody},
        errors=(429,),
    ),
)
