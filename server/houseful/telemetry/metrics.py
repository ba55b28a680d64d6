"""What this process counts and measures, in Prometheus's terms; served at /metrics.

Names end in their unit. Never: a user's id, a seat's, or anything else without bound in a label.

Several workers on one machine write to files in the directory that `SHARED` names, which the
supervisor sets for them before they start; whichever is asked then answers for all.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    generate_latest,
    multiprocess,
)
from prometheus_client import Histogram as Histogram

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
"""prometheus_client's own variable."""

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
EXPIRY_LAG_SECONDS: Final = Histogram(
    "houseful_expiry_lag_seconds",
    "Time from a hold's deadline to its seats being free in Redis.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
FEED_ENTRIES: Final = Histogram(
    "houseful_feed_entries",
    "Entries of an event's feed found at one look: how far a replica had fallen behind.",
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000),
)
SCRIPT_SECONDS: Final = Histogram(
    "houseful_script_seconds",
    "Time from asking Redis for a Lua script to its reply, waiting included, by script.",
    ["script"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
VIEWERS: Final = Gauge("houseful_viewers", "Live sockets.", multiprocess_mode="livesum")
LIVE_EVENTS: Final = Gauge(
    "houseful_live_events",
    "Events with a replica, summed over workers.",
    multiprocess_mode="livesum",
)
BUFFERED_BYTES: Final = Gauge(
    "houseful_buffered_bytes",
    "Bytes owed to live sockets that the kernel has not taken yet.",
    multiprocess_mode="livesum",
)
SLOW_VIEWERS: Final = Gauge(
    "houseful_slow_viewers",
    "Live sockets over their buffer limit, which frames pass by.",
    multiprocess_mode="livesum",
)
UNFINISHED_CHECKOUTS: Final = Gauge(
    "houseful_unfinished_checkouts",
    "Bookings that somebody must go on with, by state.",
    ["state"],
    multiprocess_mode="mostrecent",
)
FOREIGN_PAYMENTS: Final = Gauge(
    "houseful_foreign_payments",
    "Payments of other houses on our gateway account, as the last comparison saw.",
    multiprocess_mode="mostrecent",
)
OPEN_PROMISES: Final = Gauge(
    "houseful_open_promises",
    "Work of the outbox that is not done yet.",
    multiprocess_mode="mostrecent",
)
OLDEST_PROMISE_SECONDS: Final = Gauge(
    "houseful_oldest_promise_seconds",
    "Age of the oldest work of the outbox that is not done yet.",
    multiprocess_mode="mostrecent",
)


@cache
def happened(name: str) -> Counter:
    """The counter of one happening: found once, not each time it happens."""
    return HAPPENINGS.labels(name)


def exposition() -> bytes:
    """Everything, of all workers on this machine, as Prometheus reads it."""
    if not os.environ.get(SHARED):
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def share(directory: Path) -> dict[str, str]:
    """Make room for the workers' figures, empty; what to set for them."""
    directory.mkdir(parents=True, exist_ok=True)
    for left_over in directory.glob("*.db"):
        left_over.unlink()
    return {SHARED: str(directory)}


def forget(directory: Path, pid: int) -> None:
    """A worker ended: what it counted stays, what it had open does not."""
    for gauge in directory.glob(f"gauge_live*_{pid}.db"):
        gauge.unlink(missing_ok=True)
