"""What this worker has open right now, for the metrics: set every few seconds and when asked."""

from __future__ import annotations

import asyncio

from houseful.realtime.live_events import LiveEvents
from houseful.telemetry import metrics

EVERY_S = 5.0
"""Other workers' figures are so old at most; going over ten thousand viewers takes milliseconds."""


def measure(live_events: LiveEvents) -> None:
    live = list(live_events)
    metrics.LIVE_EVENTS.set(len(live))
    metrics.VIEWERS.set(sum(len(event.hub) for event in live))
    metrics.SLOW_VIEWERS.set(sum(event.hub.slow for event in live))
    metrics.BUFFERED_BYTES.set(sum(event.hub.buffered() for event in live))


async def keep(live_events: LiveEvents) -> None:
    """Measure until cancelled."""
    while True:
        measure(live_events)
        await asyncio.sleep(EVERY_S)
