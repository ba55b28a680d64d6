"""Staff's sockets: what changed and no more, and one that does not read."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from houseful.dashboard.occupancy_hub import INTERVAL_S, OccupancyHub, difference
from houseful.realtime.viewer_batch import BUFFER_LIMIT, Viewer
from houseful.wire import frames
from tests.realtime.test_hub import Wire

WHOLE = {"serverTime": "t", "totals": {"booked": 0}, "sections": [], "activity": []}


class World:
    """A state that tests change, and the hub that shows it."""

    def __init__(self) -> None:
        self.state: dict[str, Any] = dict(WHOLE)
        self.hub = OccupancyHub(lambda: (self.state, 0), lambda number: [])

    def viewer(self, epoch: str = "", since: int = -1) -> Wire:
        wire = Wire()
        hello = lambda resumed: frames.prepare(json.dumps({"resumed": resumed}).encode())  # noqa: E731
        self.hub.join(Viewer(wire, "vera"), hello, epoch, since)
        return wire

    def book(self, number: int) -> None:
        self.state = {**self.state, "totals": {"booked": number}}
        self.hub.touch()


def test_of_rows_only_those_that_changed_are_told() -> None:
    before = {"sections": [{"name": "A", "n": 1}, {"name": "B", "n": 1}], "name": "x"}
    after = {"sections": [{"name": "A", "n": 1}, {"name": "B", "n": 2}], "name": "x"}
    assert difference(before, after) == {"sections": [{"name": "B", "n": 2}]}
    assert difference(after, after) == {}


async def test_changes_within_the_interval_make_one_frame() -> None:
    world = World()
    wire = world.viewer()
    await asyncio.sleep(INTERVAL_S)
    for number in range(1, 6):
        world.book(number)
    await asyncio.sleep(INTERVAL_S * 1.5)
    booked = [frame["data"]["totals"]["booked"] for frame in wire.frames[2:]]
    assert booked == [1, 5]


async def test_a_socket_that_does_not_read_is_passed_by_and_gets_everything_later() -> None:
    world = World()
    wire = world.viewer()
    wire.stuck = BUFFER_LIMIT + 1
    world.book(1)
    await asyncio.sleep(INTERVAL_S * 1.2)
    assert len(wire.frames) == 2
    wire.stuck = 0
    world.book(2)
    await asyncio.sleep(INTERVAL_S * 1.2)
    assert (wire.frames[-1]["full"], wire.frames[-1]["data"]["totals"]) == (True, {"booked": 2})


async def test_who_comes_back_gets_the_frames_after_theirs() -> None:
    world = World()
    first = world.viewer()
    world.book(1)
    seq = first.frames[1]["seq"]
    back = world.viewer(world.hub.epoch, seq)
    assert [frame.get("resumed") for frame in back.frames] == [True, None]
    assert back.frames[1]["data"]["totals"] == {"booked": 1}
    assert world.viewer("another", seq).frames[0] == {"resumed": False}
