"""What a viewer who only watches costs, measured in a worker process of its own."""

from __future__ import annotations

import pytest

from tests.bench.crowd import Crowd
from tests.bench.fanout import headers
from tests.bench.rig import resident_bytes, stage
from tests.support.serving import small_plan

VIEWERS = 500
BOUND = 10 * 1024
"""Bytes of resident memory; ten thousand cost 5.2 KB each, a coroutine for each costs 26."""


def bytes_per_viewer(module: str) -> float:
    with stage(module) as scene:
        sale = scene.server.add_event(small_plan())
        crowd = Crowd(scene.process.port)
        names = headers(scene, VIEWERS + 100)
        path = f"/events/{sale.id}/live"
        try:
            crowd.connect(100, path, names[-5:])  # what the first ones need is there for all
            before = resident_bytes(scene.process.pid)
            crowd.connect(VIEWERS, path, names[:-5])
            return (resident_bytes(scene.process.pid) - before) / VIEWERS
        finally:
            crowd.drop()


def test_idle_viewers_cost_less_than_10_kb_each() -> None:
    assert bytes_per_viewer("houseful.process") < BOUND


@pytest.mark.long
def test_with_a_coroutine_for_each_they_would_cost_more() -> None:
    """The positive control: the same viewers on uvicorn's own protocol."""
    assert bytes_per_viewer("tests.bench.workers.foreign_worker") > 2 * BOUND
