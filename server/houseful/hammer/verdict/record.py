"""What a client process writes down while it runs, and hands on every second.

All times are `time.time()` seconds of the machine the hammer runs on: its processes share that clock.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from houseful.hammer.seat_forms import Change
from houseful.hammer.statistics import Histogram

FRAME_OPEN_S: Final = 1.5
"""How long arrivals of one frame are gathered before they are handed on."""

OFFSETS_PER_S: Final = 2000
"""Arrivals of a frame after its first are counted in steps of half a millisecond."""


@dataclass(slots=True)
class RecordedHold:
    """Seats that one buyer got. `seats` are (seat id, version of the hold); of standing places, and of
    seats that the server chose, no version is known: a negative number, another for each hold."""

    holder: str
    epoch: str
    reservation_id: int
    seats: tuple[tuple[int, int], ...]
    replied_s: float
    committed_s: float
    deadline_s: float
    fate: str
    ended_s: float | None = None
    """When the buyer asked to be rid of it, or was sure to have lost it; None: at its deadline."""
    bought: bool = False

    @property
    def until_s(self) -> float:
        """Until when the seats were this buyer's for certain."""
        if self.ended_s is not None:
            return self.ended_s
        return float("inf") if self.bought else self.deadline_s


@dataclass(slots=True)
class Purchase:
    """One POST /bookings and what finally came of it: `outcome` is `confirmed`, or the refusal's
    code, or `unknown`."""

    holder: str
    seats: tuple[int, ...]
    outcome: str = "unknown"
    reference: str = ""
    cancelled: bool | None = False
    """None: it was asked for, and the answer was lost."""


@dataclass(slots=True)
class BookingSeen:
    """A booking as the server lists it after the run. `papers` names what is wrong with them."""

    holder: str
    reference: str
    status: str
    payment_status: str
    seats: tuple[int, ...]
    total: float
    refunded: float
    valid_tickets: int
    papers: str = ""
    empty_seats: int = 0
    """Seats that nobody sits on, taken because their table or box is."""


@dataclass(slots=True)
class FrameSeen:
    """One frame's arrivals at this process's viewers: the first, and counts of offsets from it."""

    changes: tuple[Change, ...]
    first_s: float
    offsets: defaultdict[int, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Batch:
    """What happened since the last one. `faults`: check → sentences."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    latencies: dict[str, Histogram] = field(default_factory=dict)
    commits: list[tuple[int, int, float]] = field(default_factory=list)
    holds: list[RecordedHold] = field(default_factory=list)
    frames: list[FrameSeen] = field(default_factory=list)
    purchases: list[Purchase] = field(default_factory=list)
    bookings: list[BookingSeen] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)
    reserved: dict[int, int] | None = None
    """Seat → version of what the server's map shows as RESERVED after the run."""
    epoch: str = ""
    watching: int | None = None
    """Viewers in sync now; None after all were sent home."""
    at_s: float = 0.0


class Recorder:
    """The open batch of one process."""

    def __init__(self) -> None:
        self.batch = Batch()
        self.heard_s = time.time()
        """When the server last said anything to anyone here."""
        self._frames: dict[bytes, FrameSeen] = {}

    def count(self, name: str, times: int = 1) -> None:
        self.batch.counts[name] += times

    def error(self, reason: str) -> None:
        self.batch.errors[reason] += 1

    def latency(self, name: str, seconds: float) -> None:
        """How long an answer took, which also shows that the server lives."""
        self.heard_s = time.time()
        self.batch.latencies.setdefault(name, Histogram()).add(seconds)

    def late(self, seconds: float) -> None:
        """By how much this process's own loop was held up."""
        self.batch.latencies.setdefault("generator", Histogram()).add(seconds)

    def fault(self, check: str, sentence: str) -> None:
        self.batch.faults.append((check, sentence))

    def arrived(self, frame: bytes, now_s: float) -> bool:
        """Count a frame at a viewer; False for the first of its kind, which needs `opened`."""
        self.heard_s = now_s
        seen = self._frames.get(frame)
        if seen is None:
            return False
        seen.offsets[int((now_s - seen.first_s) * OFFSETS_PER_S)] += 1
        return True

    def opened(self, frame: bytes, changes: tuple[Change, ...], now_s: float) -> None:
        seen = self._frames[frame] = FrameSeen(changes, now_s)
        seen.offsets[0] = 1

    def take(self, *, everything: bool = False) -> Batch:
        """The batch so far; a new one begins."""
        now_s = time.time()
        ripe = [
            frame
            for frame, seen in self._frames.items()
            if everything or now_s - seen.first_s > FRAME_OPEN_S
        ]
        self.batch.frames.extend(self._frames.pop(frame) for frame in ripe)
        self.batch.at_s = now_s
        taken, self.batch = self.batch, Batch()
        return taken
