"""What happens in checkouts, told twice: a log line for people, a counter for charts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import structlog
from prometheus_client import Counter, Gauge

log = structlog.get_logger("checkout")

HAPPENED: Final = Counter(
    "houseful_checkout", "What happened in checkouts, by name and reason.", ["what", "reason"]
)
UNFINISHED: Final = Gauge(
    "houseful_checkout_unfinished", "Bookings that somebody must go on with, by state.", ["state"]
)
PROMISES: Final = Gauge("houseful_outbox_open", "Promises of the outbox not yet kept.")
OLDEST_PROMISE: Final = Gauge(
    "houseful_outbox_oldest_seconds", "Age of the oldest promise not yet kept."
)

WARNINGS: Final = frozenset({"payment_failed"})


def record(what: str, facts: Mapping[str, object]) -> None:
    """One structured line and one count per happening; facts hold no secret and no card."""
    tell = log.warning if what in WARNINGS else log.info
    tell(what, **facts)
    HAPPENED.labels(what, str(facts.get("reason", "")) if what in WARNINGS else "").inc()


def show_backlog(unfinished: Mapping[str, int], promises: int, oldest_ms: int) -> None:
    """Set the gauges to what SQL says now; states that are gone go to zero."""
    for state in unfinished:
        UNFINISHED.labels(state).set(unfinished[state])
    PROMISES.set(promises)
    OLDEST_PROMISE.set(oldest_ms / 1000)
