"""What this process counts and measures, in Prometheus's terms; served at /metrics.

Names end in their unit. Never: a user's id, a seat's, or anything else without bound in a label.

Several workers on one machine write to files in the directory that `SHARED` names, which the
supervisor sets for them before they start; whichever is asked then answers for all.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from operator import add
from pathlib import Path
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Metric,
    ProcessCollector,
    generate_latest,
    multiprocess,
)
from prometheus_client import Histogram as Histogram
from prometheus_client.core import GaugeMetricFamily

from houseful.telemetry.shared_metrics import SHARED

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


class Standing:
    """What is true of the server as it is asked: its build, whether its parts answer, its processes."""

    def __init__(self, version: str, parts: Mapping[str, bool]) -> None:
        self._version = version
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily(
            "houseful_build_info",
            "Always 1; the labels say what runs.",
            labels=["version", "python"],
        )
        build.add_metric([self._version, platform.python_version()], 1)
        yield build
        up = GaugeMetricFamily(
            "houseful_part_up", "Whether a part we stand on answers: 1 or 0.", labels=["part"]
        )
        for part, answers in self._parts.items():
            up.add_metric([part], int(answers))
        yield up
        if os.environ.get(SHARED):
            yield from processes(workers(Path(os.environ[SHARED])))


def workers(directory: Path) -> list[int]:
    """Processes that count into `directory` and live."""
    found = {int(path.stem.rpartition("_")[2]) for path in directory.glob("*_*.db")}
    return sorted(pid for pid in found if Path(f"/proc/{pid}").exists())


def processes(pids: Sequence[int]) -> Iterator[Metric]:
    """prometheus_client's `process_*`, summed over the workers; the start is the first one's."""
    summed: dict[str, Metric] = {}
    for pid in pids:
        collector = ProcessCollector(pid=partial(int, pid), registry=None)
        for family in collector.collect():
            known = summed.setdefault(family.name, family)
            if known is not family:
                first, other = known.samples[0], family.samples[0]
                together = min if family.name == "process_start_time_seconds" else add
                known.samples = [first._replace(value=together(first.value, other.value))]
    yield from summed.values()


def exposition(version: str, parts: Mapping[str, bool]) -> bytes:
    """Everything, of all workers on this machine, as Prometheus reads it. `parts`: which answer."""
    registry = CollectorRegistry()
    registry.register(Standing(version, parts))
    mine = generate_latest(registry)
    if not os.environ.get(SHARED):
        return mine + generate_latest()
    shared = CollectorRegistry()
    multiprocess.MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return mine + generate_latest(shared)
