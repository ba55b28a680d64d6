"""What this process counts and measures, in Prometheus's terms; served at /metrics.

Names end in their unit. Never: a user's id, a seat's, or anything else without bound in a label.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from prometheus_client import Counter, Gauge, generate_latest
from prometheus_client import Histogram as Histogram

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

HAPPENINGS: Final = Counter(
    "houseful_happenings", "Steps of buying, by name: reservations, payments, replays.", ["name"]
)
REFUSED_SEATS: Final = Counter(
    "houseful_refused_seats", "Seats that a buyer asked for and did not get, by reason.", ["reason"]
)
PAGE_EVENTS: Final = Counter(
    "houseful_page_events", "What pages report of themselves, by name.", ["name"]
)
REQUEST_SECONDS: Final = Histogram(
    "houseful_request_seconds",
    "Time from a request's first byte to its answer, by operation and status class.",
    ["operation", "status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
PUSH_LAG_SECONDS: Final = Histogram(
    "houseful_push_lag_seconds",
    "Time from a change in Redis to its frame being handed to the viewers.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
VIEWERS: Final = Gauge("houseful_viewers", "Live sockets on this process.")
LIVE_EVENTS: Final = Gauge("houseful_live_events", "Events with a replica on this process.")


UNFINISHED_CHECKOUTS: Final = Gauge(
    "houseful_unfinished_checkouts", "Bookings that somebody must go on with, by state.", ["state"]
)
OPEN_PROMISES: Final = Gauge("houseful_open_promises", "Work of the outbox that is not done yet.")
OLDEST_PROMISE_SECONDS: Final = Gauge(
    "houseful_oldest_promise_seconds", "Age of the oldest work of the outbox that is not done yet."
)


@cache
def happened(name: str) -> Counter:
    """The counter of one happening: found once, not each time it happens."""
    return HAPPENINGS.labels(name)


def exposition() -> bytes:
    """Everything, as Prometheus reads it."""
    return generate_latest()
