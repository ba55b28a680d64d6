"""What all processes saw, put together: latencies that span processes, seconds, the verdict."""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Final

from houseful.hammer.seat_forms import AVAILABLE, RESERVED
from houseful.hammer.statistics import Histogram
from houseful.hammer.verdict import verdict
from houseful.hammer.verdict.record import (
    OFFSETS_PER_S,
    Batch,
    BookingSeen,
    FrameSeen,
    Purchase,
    RecordedHold,
)
from houseful.hammer.verdict.verdict import CHECKS, Check

MATCH_AFTER_S: Final = 4.0
"""A grant and the frame that shows it come from different processes, up to this far apart."""

FORGET_AFTER_S: Final = 60.0
CLOCKS_S: Final = 0.02
"""How much earlier than its deadline an expiry may seem to be seen."""


@dataclass
class Second:
    """One point of the charts."""

    attempts: int = 0
    granted: int = 0
    frames: int = 0
    errors: int = 0
    watching: int = 0
    reserve: Histogram = field(default_factory=Histogram)
    push: Histogram = field(default_factory=Histogram)
    is_reported: bool = False
    """Whether any process reported in it; a busy one may skip a second."""


class Aggregator:
    """Everything that was sent in. `add` a batch at a time; `judge` when all is over."""

    def __init__(self) -> None:
        self.begun_s = time.time()
        self.counts: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.latencies: dict[str, Histogram] = {}
        self.seconds: dict[int, Second] = {}
        self.holds: list[RecordedHold] = []
        self.purchases: list[Purchase] = []
        self.bookings: list[BookingSeen] = []
        self.place = ""
        """How far the run has come."""
        self._faults: list[tuple[str, str]] = []
        self._reserved: dict[int, int] | None = None
        self._epoch = ""
        self._watching: dict[int, int] = {}
        self._commits: dict[tuple[int, int], float] = {}
        self._deadlines: dict[tuple[int, int], float] = {}
        self._frames: deque[FrameSeen] = deque()
        self._forgot_s = self.begun_s

    @property
    def watching(self) -> int:
        return sum(self._watching.values())

    def reach(self, place: str) -> None:
        """Every process has come to this place; time counts from `ready`."""
        self.place = place
        if place == "ready":
            self.begun_s = time.time()
            self.seconds.clear()

    def histogram(self, name: str) -> Histogram:
        return self.latencies.setdefault(name, Histogram())

    def add(self, process: int, batch: Batch) -> None:
        self.counts.update(batch.counts)
        self.errors.update(batch.errors)
        for name, found in batch.latencies.items():
            self.histogram(name).merge(found)
        self.holds.extend(batch.holds)
        self.purchases.extend(batch.purchases)
        self.bookings.extend(batch.bookings)
        self._faults.extend(batch.faults)
        if batch.watching is not None:
            self._watching[process] = batch.watching
        if batch.reserved is not None:
            self._reserved, self._epoch = batch.reserved, batch.epoch
        self._count_second(batch)
        self._commits.update(((seat, version), at_s) for seat, version, at_s in batch.commits)
        for hold in batch.holds:
            if hold.fate == "abandon":
                self._deadlines.update((seat, hold.deadline_s) for seat in hold.seats)
        self._frames.extend(batch.frames)
        self._match(time.time() - MATCH_AFTER_S)

    def finish(self) -> None:
        """Match what is left; nothing more will be added."""
        self._match(float("inf"))

    def judge(self, stopped: str) -> list[Check]:
        """The verdict. When the run was `stopped`, what was not seen wrong stays unknown."""
        checks = {name: Check(name) for name in CHECKS}
        for name, fault in self._faults:
            checks[name].add([fault])
        checks["double_sale"].add(verdict.held_twice(self.holds))
        checks["double_sale"].add(verdict.sold_twice(self.bookings))
        if self._reserved is not None:
            checks["holds"].add(verdict.still_held(self.holds, self._reserved, self._epoch))
        if not stopped:
            checks["payments"].add(verdict.unsettled(self.purchases, self.bookings))
        checks["maps"].note = f"{self.counts['verdict.maps']:,} maps"
        checks["double_sale"].note = f"{len(self.holds):,} holds"
        checks["areas"].note = f"{self.counts['verdict.areas']:,} areas"
        checks["units"].note = f"{self.counts['verdict.units']:,} tables and boxes"
        checks["holds"].note = self._note_on_holds()
        checks[
            "payments"
        ].note = f"{len(self.purchases):,} payments, {len(self.bookings):,} bookings"
        for check in checks.values():
            if stopped and check.passed:
                check.passed = None
        return list(checks.values())

    def _note_on_holds(self) -> str:
        expired = self.counts["holds.abandoned"] - self.counts["holds.left_too_long_to_wait"]
        note = f"{expired:,} left to end by themselves"
        if self.counts["holds.left_too_long_to_wait"]:
            given = self.counts["holds.left_too_long_to_wait"]
            note += f"; {given:,} more were given back, their deadlines were too far away"
        return note

    def _count_second(self, batch: Batch) -> None:
        second = self._second(batch.at_s)
        second.is_reported = True
        second.attempts += batch.counts["reserve.attempts"]
        second.granted += batch.counts["reserve.granted"]
        second.frames += batch.counts["frames"]
        second.errors += sum(batch.errors.values())
        second.watching = self.watching
        if "reserve" in batch.latencies:
            second.reserve.merge(batch.latencies["reserve"])

    def _second(self, at_s: float) -> Second:
        return self.seconds.setdefault(max(0, int(at_s - self.begun_s)), Second())

    def _match(self, until_s: float) -> None:
        while self._frames and self._frames[0].first_s < until_s:
            frame = self._frames.popleft()
            for seat, version, status in frame.changes:
                if status == RESERVED:
                    self._measure("push", frame, self._commits.get((seat, version)))
                elif status == AVAILABLE:
                    deadline_s = self._deadlines.get((seat, version - 1))
                    if deadline_s is not None and frame.first_s > deadline_s - CLOCKS_S:
                        self._measure("expiry", frame, deadline_s)
        if until_s - self._forgot_s > FORGET_AFTER_S:
            self._forgot_s = until_s
            old_s = until_s - FORGET_AFTER_S
            self._commits = {key: at for key, at in self._commits.items() if at > old_s}
            self._deadlines = {key: at for key, at in self._deadlines.items() if at > old_s}

    def _measure(self, name: str, frame: FrameSeen, since_s: float | None) -> None:
        if since_s is None:
            return
        whole = self.histogram(name)
        second = self._second(frame.first_s).push if name == "push" else None
        for offset, times in frame.offsets.items():
            seconds = frame.first_s - since_s + offset / OFFSETS_PER_S
            whole.add(seconds, times)
            if second is not None:
                second.add(seconds, times)
