"""Fan-out: coalescing, resuming, and viewers that do not keep up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from houseful.domain.plan import Plan, standing_area
from houseful.domain.seats import Change, Snapshot
from houseful.realtime import change_history, hub, viewer_batch
from houseful.realtime.hub import Hub
from houseful.realtime.replica import Replica
from houseful.realtime.viewer_batch import Viewer
from houseful.wire import frames
from houseful.wire.close_codes import TOO_SLOW
from tests.support.houses import FIRST, hall, house

BASE = 1_000_000


class Wire:
    """A socket that keeps what it is given; `stuck` bytes stay in its buffer."""

    def __init__(self) -> None:
        self.frames: list[dict[str, Any]] = []
        self.stuck = 0
        self.closed: int | None = None
        self.aborted = False
        self.answers = True
        self.question: object = None

    def write(self, frame: bytes) -> None:
        self.frames.append(json.loads(frames.payload_of(frame)))

    def write_together(self, several: Sequence[bytes]) -> None:
        for frame in several:
            self.write(frame)

    def buffered(self) -> int:
        return self.stuck

    def descriptor(self) -> None:
        """None of its own."""

    def ask(self) -> object:
        asked = self.question = self.question or object()
        if self.answers:
            self.question = None
        return asked

    def owes(self) -> object:
        return self.question

    def attend(self, viewer: Viewer | None) -> None:
        """Nothing can become unfit."""

    def close(self, code: int, reason: str) -> None:
        self.closed = code

    def abort(self) -> None:
        self.aborted = True


class World:
    """A replica, its hub, and a hand that changes seats."""

    def __init__(self, interval_s: float = 0.1, plan: Plan | None = None) -> None:
        self.replica = Replica(house(plan))
        count = self.replica.house.seat_count
        self.replica.load(Snapshot("e1", 1, BASE, FIRST, count, 1_700_000_000_000, (), {}))
        self.hub = Hub(self.replica, interval_s)

    def viewer(self, user: str = "ann") -> Wire:
        wire = Wire()
        self.hub.join(Viewer(wire, user))
        return wire

    def change(self, seat: int, status: str = "R") -> None:
        seq = self.replica.seq + 1
        version = self.replica.version[seat] + 1
        moved = Change(
            seq, "k", 1, "u", "s", status, 0, 1_700_000_000_000, ((FIRST + seat, version),)
        )
        self.hub.publish(self.replica.apply(moved))


@pytest.fixture
async def world() -> World:
    return World()


async def until(condition: Callable[[], bool], seconds: float = 2.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


async def test_the_first_change_goes_out_at_once_to_everyone(world: World) -> None:
    wires = [world.viewer() for _ in range(3)]
    world.change(4)
    for wire in wires:
        assert wire.frames == [
            {
                "type": "seats",
                "epoch": "e1",
                "seq": 2,
                "changes": [[FIRST + 4, "RESERVED", BASE + 1, None]],
            }
        ]


async def test_what_follows_within_the_interval_is_one_frame_with_the_newest_state(
    world: World,
) -> None:
    wire = world.viewer()
    world.change(0)
    for status in ("R", "A", "B"):
        world.change(1, status)
    world.change(2)
    assert len(wire.frames) == 1
    await until(lambda: len(wire.frames) == 2)
    assert wire.frames[1]["seq"] == 6
    assert wire.frames[1]["changes"] == [
        [FIRST + 1, "BOOKED", BASE + 3, None],
        [FIRST + 2, "RESERVED", BASE + 1, None],
    ]


async def test_who_comes_back_gets_only_what_was_missed(world: World) -> None:
    wire = world.viewer()
    for seat in range(3):
        world.change(seat)
        await until(lambda seat=seat: len(wire.frames) == seat + 1)  # type: ignore[misc]
    [missed] = world.hub.missed("e1", 2) or ()
    told = json.loads(frames.payload_of(missed.text))
    assert told["seq"] == 4
    assert [seat for seat, *_ in told["changes"]] == [FIRST + 1, FIRST + 2]
    assert world.hub.missed("e1", 4) == []


@pytest.mark.parametrize(("epoch", "since"), [("other", 2), ("e1", 99)])
async def test_a_place_of_another_world_cannot_be_resumed(
    world: World, epoch: str, since: int
) -> None:
    world.change(0)
    assert world.hub.missed(epoch, since) is None


async def test_a_place_older_than_what_is_remembered_cannot_be_resumed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(change_history, "STEPS", 2)
    world = World(interval_s=0)
    for seat in range(4):
        world.change(seat)
    assert world.hub.missed("e1", 1) is None
    assert len(world.hub.missed("e1", 3) or ()) == 1


async def test_a_full_viewer_is_passed_by_and_caught_up_with_one_merged_frame() -> None:
    world = World(interval_s=0)
    slow, quick = world.viewer("slow"), world.viewer("quick")
    slow.stuck = viewer_batch.BUFFER_LIMIT + 1
    for seat in range(4):
        world.change(seat)
    assert (len(slow.frames), len(quick.frames)) == (0, 4)
    slow.stuck = 0
    await until(lambda: bool(slow.frames))
    [merged] = slow.frames
    assert merged["seq"] == 5
    assert {change[0] for change in merged["changes"]} == {FIRST + seat for seat in range(4)}
    world.change(9)
    assert slow.frames[-1] == quick.frames[-1]


async def test_a_viewer_that_stays_full_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "SLOW_SECONDS", 0.1)
    world = World(interval_s=0)
    stuck = world.viewer()
    stuck.stuck = viewer_batch.BUFFER_LIMIT + 1
    world.change(0)
    await until(lambda: stuck.aborted)
    assert stuck.closed == TOO_SLOW
    assert len(world.hub) == 0


async def test_a_viewer_that_is_told_much_and_says_nothing_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its buffer is empty: the kernels take it all. Who answers stays."""
    monkeypatch.setattr(hub, "SLOW_SECONDS", 0.1)
    monkeypatch.setattr(hub, "ASK_AFTER_BYTES", 200)
    world = World(interval_s=0)
    silent, answering = world.viewer(), world.viewer()
    silent.answers = False
    for seat in range(9):
        world.change(seat)
    await until(lambda: silent.aborted)
    assert silent.closed == TOO_SLOW
    assert (answering.closed, len(world.hub)) == (None, 1)


async def test_one_users_frame_reaches_that_user_only(world: World) -> None:
    ann, bob = world.viewer("ann"), world.viewer("bob")
    world.hub.tell("ann", frames.resync("e1", 1, "x"))
    assert (len(ann.frames), len(bob.frames)) == (1, 0)


async def test_a_viewer_that_left_hears_nothing_more(world: World) -> None:
    wire = Wire()
    viewer = Viewer(wire, "ann")
    world.hub.join(viewer)
    world.hub.leave(viewer)
    world.change(0)
    assert wire.frames == []
    assert world.hub.sockets_of("ann") == 0


async def test_a_thousand_standing_sales_a_second_are_four_frames_of_counts() -> None:
    plan = hall()
    pit = standing_area("Pit", 1000, 0, ((0, 500), (100, 500), (100, 600)))
    world = World(plan=replace(plan, sections=(*plan.sections, pit)))
    wires = [world.viewer(), world.viewer("bob")]
    loop = asyncio.get_running_loop()
    began = loop.time()
    for sold in range(1000):
        world.change(20 + sold, "B")
        if sold % 50 == 0:
            await asyncio.sleep(max(0, began + sold / 1000 - loop.time()))
    took = loop.time() - began
    await until(lambda: all(wire.frames[-1]["areas"][0]["booked"] == 1000 for wire in wires))
    for wire in wires:
        assert {frame["type"] for frame in wire.frames} == {"areas"}
        assert 2 <= len(wire.frames) <= 4 * took + 2
        assert wire.frames[-1]["areas"] == [
            {"areaId": FIRST + 20, "free": 0, "held": 0, "booked": 1000}
        ]


async def test_a_viewer_who_was_slow_hears_how_full_the_areas_are_now() -> None:
    plan = hall()
    pit = standing_area("Pit", 10, 0, ((0, 500), (100, 500), (100, 600)))
    world = World(plan=replace(plan, sections=(*plan.sections, pit)))
    wire = world.viewer()
    wire.stuck = 10**6
    world.change(20, "B")
    await until(lambda: world.hub.slow == 1)
    world.change(21, "B")
    wire.stuck = 0
    await until(lambda: world.hub.slow == 0)
    assert wire.frames[-1]["areas"][0]["booked"] == 2
