"""What viewers cost: memory of idle ones, everybody coming back at once, some who do not read, and
the same change in a small and a large house.

    python -m tests.bench viewers [--quick]
"""

from __future__ import annotations

import json
import time
from contextlib import ExitStack

from houseful.plans.generator import stadium
from tests.bench.crowd import Counted
from tests.bench.fanout import Audience, delays
from tests.bench.reserve import MANY, http_crew
from tests.bench.rig import Numbers, at, cpu_seconds, median, percent, resident_bytes, stage
from tests.support.serving import small_plan

COMMAND = "viewers"


def idle(numbers: Numbers, viewers: int) -> None:
    """Resident memory per viewer who watches while nothing happens."""
    with ExitStack() as stack:
        scene = stack.enter_context(stage())
        sale = scene.server.add_event(small_plan(rows=10, seats=20))
        audience = Audience(stack, scene, sale, 20)
        before = resident_bytes(scene.process.pid)
        more = Audience(stack, scene, sale, viewers, prefix="idle")
        time.sleep(2.0)
        after = resident_bytes(scene.process.pid)
        del audience, more
    numbers.add(
        f"resident memory per idle viewer, {viewers:,} of them",
        f"{(after - before) / viewers / 1024:.1f} KB",
        f"{before / 1e6:.0f} MB with 20 viewers, {after / 1e6:.0f} MB with all",
        COMMAND,
    )


def storm(numbers: Numbers, viewers: int, seconds: float) -> None:
    """All hang up and come back with their position, while fifty buyers buy."""
    with ExitStack() as stack:
        scene = stack.enter_context(stage("tests.bench.workers.open_worker", **MANY))
        sale = scene.server.add_event(small_plan(rows=20, seats=50))
        audience = Audience(stack, scene, sale, viewers)
        buyers = http_crew(stack, scene)
        audience.change(10, 2.0)
        audience.changed()
        time.sleep(0.5)
        hello = last_position(audience.crowd.ask("forget"))
        rate = buyers.run(1.0).by_wall / 2
        calm = buyers.run(seconds, rate)
        audience.crowd.ask("drop")
        audience.change(10, 1.0)
        audience.changed()
        path = f"{audience.path}?epoch={hello['epoch']}&since={hello['seq']}"
        begin, cpu = time.monotonic(), cpu_seconds(scene.process.pid)
        buyers.helper.pipe.send((seconds, rate))
        audience.crowd.ask("connect", viewers, path, audience.headers, audience.samples)
        wait_for_frames(audience, 2 * viewers)
        took = time.monotonic() - begin
        cpu = cpu_seconds(scene.process.pid) - cpu
        busy: list[float] = buyers.helper.pipe.recv()
    numbers.add(
        f"{viewers:,} viewers hang up, miss 10 changes and come back",
        f"all back in sync in {took:.1f} s ({cpu:.1f} s of server time)",
        f"buyers' p99 meanwhile {1000 * at(0.99, busy):.0f} ms,"
        f" before {1000 * at(0.99, calm.late):.0f} ms",
        COMMAND,
    )


def last_position(seen: Counted) -> dict[str, object]:
    """Of the sampled viewers' frames, the newest position."""
    frames = [json.loads(payload) for _, _, payload in seen.samples]
    known = [frame for frame in frames if "seq" in frame]
    return max(known, key=lambda frame: int(frame["seq"]))


def wait_for_frames(audience: Audience, wanted: int) -> None:
    """Each viewer's hello and what it missed."""
    deadline, got = time.monotonic() + 60, 0
    while got < wanted:
        got += audience.crowd.ask("forget").frames
        assert time.monotonic() < deadline, f"{got} of {wanted} frames after a minute"
        time.sleep(0.05)


def stalled(numbers: Numbers, viewers: int, stuck: int, rate: float) -> None:
    """Some stop reading: what they cost until they are cut, and whether the others notice."""
    with ExitStack() as stack:
        scene = stack.enter_context(stage())
        sale = scene.server.add_event(small_plan(rows=20, seats=50))
        audience = Audience(stack, scene, sale, viewers)
        calm = delays_of(audience, rate, 4.0)
        before = resident_bytes(scene.process.pid)
        audience.crowd.ask("stall", stuck)
        audience.change(rate, 40.0)
        begin, most, gone, cut_after = time.monotonic(), before, 0, float("nan")
        while time.monotonic() - begin < 41.0:
            most = max(most, resident_bytes(scene.process.pid))
            gone = audience.crowd.ask("gone")
            if gone >= stuck:
                cut_after = time.monotonic() - begin
                break
            time.sleep(0.1)
        done = {(seat, version): replied for seat, version, replied in audience.changed()}
        busy = delays(done, audience.crowd.ask("forget").samples)
    numbers.add(
        f"{stuck} of {viewers:,} viewers stop reading, {rate:.0f} changes a second",
        f"{(most - before) / stuck / 1024:.0f} KB resident each at most,"
        f" all cut {cut_after:.1f} s after they stopped",
        f"the others' p99 {at(0.99, busy):.0f} ms meanwhile, {at(0.99, calm):.0f} ms before"
        + ("" if gone >= stuck else f"; only {gone} cut"),
        COMMAND,
    )


def delays_of(audience: Audience, rate: float, seconds: float) -> list[float]:
    audience.crowd.ask("forget")
    audience.change(rate, seconds)
    done = {(seat, version): replied for seat, version, replied in audience.changed()}
    time.sleep(0.5)
    return delays(done, audience.crowd.ask("forget").samples)


def houses(numbers: Numbers, viewers: int, seconds: float, turns: int) -> None:
    """Server time per change, told to as many viewers, of 500 and of 50,000 seats."""
    plan = stadium()
    with ExitStack() as stack:
        scene = stack.enter_context(stage())
        small = scene.server.add_event(small_plan(rows=10, seats=25))
        prices = {category.name: 5000 for category in plan.categories}
        large = scene.server.add_event(plan, prices=prices)
        audiences = {
            sale.id: Audience(stack, scene, sale, viewers, seats=list(sale.seats)[:500])
            for sale in (small, large)
        }
        found: dict[int, list[float]] = {small.id: [], large.id: []}
        for nth in range(turns + 1):
            for event_id, audience in audiences.items():
                cpu = cpu_seconds(scene.process.pid)
                audience.change(20, seconds)
                done = audience.changed()
                cost = (cpu_seconds(scene.process.pid) - cpu) / len(done)
                if nth:  # the first of each also makes the house
                    found[event_id].append(cost)
    few, many = median(found[small.id]), median(found[large.id])
    numbers.add(
        f"one change told to {viewers:,} viewers, house of {len(large.seats):,} seats",
        f"{many * 1000:.2f} ms of server time",
        f"{percent(many, few)} of the same in a house of {len(small.seats)} seats"
        f" ({few * 1000:.2f} ms)",
        COMMAND,
    )


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    idle(numbers, 2_000 if quick else 10_000)
    storm(numbers, 1_000 if quick else 5_000, 4.0 if quick else 12.0)
    stalled(numbers, 200 if quick else 1_000, 20 if quick else 100, 200.0)
    houses(numbers, 200, 2.0 if quick else 4.0, 2 if quick else 4)
