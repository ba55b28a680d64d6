"""Changes on their way to every viewer, beside one write per socket from C and from bare Python.

    python -m tests.bench fanout [--quick]

Saturated: seats change faster than frames can be written, so that the server does nothing but fan
out, and frames per second are what one core gives: the feed read from Redis, the replica, the
encoding and all. The floors write frames of the same size to as many sockets. Sustained: 200 changes
a second to 5,000 viewers; each change's delay is from Lua's reply to the frame in a viewer's hands.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from houseful.transport.listening import listen
from tests.bench.crowd import Counted, changer, crowd
from tests.bench.rig import (
    SERVER_CORE,
    Helper,
    Numbers,
    Stage,
    at,
    cpu_seconds,
    median,
    percent,
    pin,
    resident_bytes,
    stage,
)
from tests.support.serving import Sale, small_plan

SAME_USER = 20
"""Sockets one user may have."""

CHANGES_PER_S = 50
"""More than there are frames, so that one is always due."""

HEADROOM_S = 0.5
MEMORY_LOOKS = 10


@dataclass(frozen=True)
class Speed:
    """Frames a second of wall time, and of the server's CPU time."""

    by_wall: float
    by_cpu: float
    frame_bytes: float


class Floor:
    """A floor's process with its viewers."""

    def __init__(self, stack: ExitStack, command: Sequence[str], viewers: int, size: int) -> None:
        listening = listen("127.0.0.1", 0, 1)[0]
        listening.setblocking(True)
        fd = listening.fileno()
        self.process = subprocess.Popen(
            [*command, str(fd), str(viewers), str(size)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[fd],
            preexec_fn=lambda: pin(SERVER_CORE),
            text=True,
        )
        stack.callback(self.process.wait, 10)
        stack.callback(lambda: self.process.stdin and self.process.stdin.close())
        self.viewers = viewers
        self.crowd = stack.enter_context(Helper(crowd, listening.getsockname()[1]))
        self.crowd.ask("connect", viewers, "/", [""])
        listening.close()

    def run(self, rounds: int, period_s: float = 0.0) -> Speed:
        self.crowd.ask("forget")
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(rounds, period_s, file=self.process.stdin, flush=True)
        wall, cpu = map(float, self.process.stdout.readline().split())
        sent = rounds * self.viewers
        received = 0
        while received < sent:
            seen: Counted = self.crowd.ask("forget")
            received += seen.frames
            time.sleep(0.02)
        return Speed(sent / wall, sent / cpu, 0)


@contextmanager
def c_floor() -> Iterator[str | None]:
    """The C floor, compiled; None without a compiler."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        yield None
        return
    source = Path(__file__).with_name("floor.c")
    with tempfile.TemporaryDirectory() as directory:
        program = f"{directory}/floor"
        subprocess.run([compiler, "-O2", "-o", program, str(source)], check=True)
        yield program


class Audience:
    """Viewers of one event of Houseful, and the hand that changes its seats."""

    def __init__(
        self,
        stack: ExitStack,
        scene: Stage,
        sale: Sale,
        viewers: int,
        *,
        seats: list[int] | None = None,
        **options: Any,
    ) -> None:
        self.scene, self.viewers = scene, viewers
        self.crowd = stack.enter_context(Helper(crowd, scene.process.port))
        self.path = f"/events/{sale.id}/live"
        self.headers = headers(scene, viewers, **options)
        self.changer = stack.enter_context(
            Helper(changer, scene.server.redis_url, sale.id, seats or list(sale.seats))
        )
        self.samples = min(50, viewers)
        self.crowd.ask("connect", viewers, self.path, self.headers, self.samples)

    def change(self, rate: float, seconds: float) -> None:
        self.changer.pipe.send(("run", rate, seconds))

    def changed(self) -> list[tuple[int, int, float]]:
        done: list[tuple[int, int, float]] = self.changer.pipe.recv()
        return done

    def saturated(self, seconds: float) -> Speed:
        pid = self.scene.process.pid
        self.change(CHANGES_PER_S, seconds + 2 * HEADROOM_S)
        time.sleep(HEADROOM_S)
        self.crowd.ask("forget")
        wall, cpu = time.monotonic(), cpu_seconds(pid)
        time.sleep(seconds)
        seen: Counted = self.crowd.ask("forget")
        wall, cpu = time.monotonic() - wall, cpu_seconds(pid) - cpu
        self.changed()
        time.sleep(HEADROOM_S)
        return Speed(seen.frames / wall, seen.frames / cpu, seen.bytes / max(1, seen.frames))


def headers(
    scene: Stage, viewers: int, protocol: str = "houseful.v1", prefix: str = "viewer"
) -> list[str]:
    return [
        f"Authorization: Bearer {scene.server.token(f'{prefix}-{number}')}\r\n"
        f"Sec-WebSocket-Protocol: {protocol}\r\n"
        for number in range(-(-viewers // SAME_USER))
    ]


def saturate(numbers: Numbers, viewers: int, *, quick: bool) -> None:
    """Ours and the floors in turns, at this number of sockets."""
    seconds, turns = (2.0, 2) if quick else (4.0, 4)
    with ExitStack() as stack, c_floor() as program:
        scene = stack.enter_context(stage())
        sale = scene.server.add_event(small_plan(rows=20, seats=20))
        ours = Audience(stack, scene, sale, viewers)
        size = round(ours.saturated(1.0).frame_bytes) - 4
        commands = {"Python": [sys.executable, "-m", "tests.bench.floor"]}
        if program:
            commands["C"] = [program]
        floors = {name: Floor(stack, line, viewers, size) for name, line in commands.items()}
        rounds = max(5, round(60_000 / viewers))
        found: defaultdict[str, list[Speed]] = defaultdict(list)
        for _ in range(turns):
            found["ours"].append(ours.saturated(seconds))
            period_s = viewers / found["ours"][-1].by_wall
            for name, floor in floors.items():
                found[name].append(floor.run(rounds))
                found[f"{name} at our pace"].append(floor.run(rounds, period_s))
    report(numbers, viewers, size, found)


def report(numbers: Numbers, viewers: int, size: int, found: Mapping[str, list[Speed]]) -> None:
    by_cpu = {name: median([speed.by_cpu for speed in seen]) for name, seen in found.items()}
    by_wall = {name: median([speed.by_wall for speed in seen]) for name, seen in found.items()}
    ratios = ", ".join(
        f"{percent(by_cpu['ours'], by_cpu[name])} of one write per socket from {name}"
        f" ({by_cpu[name]:,.0f})"
        for name in found
        if name != "ours"
    )
    numbers.add(
        f"frames to {viewers:,} viewers, {size} bytes each, per CPU second of one core",
        f"{by_cpu['ours']:,.0f} ({by_wall['ours']:,.0f} per second of wall time)",
        ratios,
        "fanout",
    )


class Memory:
    """Looks at a process's resident bytes when it begins, and in turns until it ends."""

    def __init__(self, pid: int, every_s: float) -> None:
        self.sizes = [resident_bytes(pid)]
        self._pid, self._every_s = pid, every_s
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._is_over.wait(self._every_s):
            self.sizes.append(resident_bytes(self._pid))


def sustain(numbers: Numbers, *, viewers: int, rate: int, seconds: float) -> None:
    """So many changes a second for a while: delays, and the worker's memory all along."""
    with ExitStack() as stack:
        scene = stack.enter_context(stage())
        sale = scene.server.add_event(small_plan(rows=20, seats=50))
        audience = Audience(stack, scene, sale, viewers)
        audience.change(rate, 3.0)
        audience.changed()
        audience.crowd.ask("forget")
        with Memory(scene.process.pid, seconds / MEMORY_LOOKS) as memory:
            audience.change(rate, seconds)
            changes = audience.changed()
        done = {(seat, version): replied for seat, version, replied in changes}
        time.sleep(1.0)
        seen: Counted = audience.crowd.ask("forget")
    late = delays(done, seen.samples)
    expected = len(done) * audience.samples
    numbers.add(
        f"{rate} changes a second to {viewers:,} viewers for {seconds:.0f} s, Lua's reply → socket",
        f"p50 {at(0.5, late):.0f} ms, p99 {at(0.99, late):.0f} ms, max {max(late):.0f} ms;"
        f" resident {' → '.join(f'{size / 1e6:.0f}' for size in memory.sizes)} MB",
        f"{len(late):,} of {expected:,} changes seen by {audience.samples} sampled viewers"
        " (a frame has only the newest state of a seat)",
        "fanout",
    )


def delays(
    done: dict[tuple[int, int], float], samples: Sequence[tuple[float, int, bytes]]
) -> list[float]:
    """Milliseconds from each change's reply to each sampled viewer."""
    late = []
    for seen_at, _, payload in samples:
        frame = json.loads(payload)
        for seat, _, version, _ in frame.get("changes", ()):
            replied = done.get((seat, version))
            if replied is not None:
                late.append((seen_at - replied) * 1000)
    return late


def run(numbers: Numbers, *, quick: bool, long: bool = False) -> None:
    for viewers in (2_000,) if quick else (2_000, 10_000):
        saturate(numbers, viewers, quick=quick)
    if quick:
        sustain(numbers, viewers=2_000, rate=200, seconds=5.0)
    else:
        sustain(numbers, viewers=5_000, rate=200, seconds=600.0 if long else 20.0)
