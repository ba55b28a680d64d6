"""What changed lately, and the one frame that brings a viewer from any position in it to now.

Viewers do not all stand at the same position (groups are written to in turns, some were away, some
were slow), so frames are made on demand: all seats that changed since, each in its newest state.
Owns: the log of steps, the frames made since the last one. Never: who gets them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from houseful.realtime.replica import Replica
from houseful.wire import binary, frames

STEPS = 4096
"""Feed reads remembered, as many as Redis keeps entries of the feed: 10 s of the busiest sale."""

FRAMES = 64
"""Frames kept until the next step: one per position that some group of viewers stands at."""


@dataclass(frozen=True, slots=True)
class Step:
    """One publication: these seats changed between two positions."""

    since: int
    seq: int
    indexes: tuple[int, ...]


@dataclass(frozen=True)
class SeatsFrame:
    """Seats as they are at `seq`. Each form is encoded when the first viewer needs it."""

    epoch: str
    seq: int
    first_seat_id: int
    version_base: int
    rows: tuple[binary.Row, ...]

    @cached_property
    def text(self) -> bytes:
        """The JSON form, WebSocket header and all."""
        return frames.seats(self.epoch, self.seq, frames.changes(self.first_seat_id, self.rows))

    @cached_property
    def binary(self) -> bytes:
        """The compact form."""
        payload = binary.encode_seats(self.epoch, self.seq, self.version_base, self.rows)
        return frames.prepare(payload, frames.BINARY)

    def in_form(self, *, is_binary: bool) -> bytes:
        return self.binary if is_binary else self.text


class ChangeHistory:
    """The last steps of one event."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._steps: deque[Step] = deque(maxlen=STEPS)
        self._frames: dict[int, SeatsFrame] = {}
        self.seq = replica.seq

    def restart(self) -> None:
        """Begin anew at the replica's position: steps before it mean nothing any more."""
        self._steps.clear()
        self._frames.clear()
        self.seq = self._replica.seq

    def add(self, indexes: Iterable[int]) -> None:
        """The replica has moved on, and these seats with it."""
        self._steps.append(Step(self.seq, self._replica.seq, tuple(indexes)))
        self._frames.clear()
        self.seq = self._replica.seq

    def since(self, position: int) -> SeatsFrame | None:
        """All that changed after `position`; None when that is too long ago."""
        made = self._frames.get(position)
        if made is None:
            indexes = self._changed_since(position)
            if indexes is None:
                return None
            made = self._make(indexes)
            if len(self._frames) < FRAMES:
                self._frames[position] = made
        return made

    def _changed_since(self, position: int) -> dict[int, None] | None:
        """Indexes in the order they first changed."""
        if not self._steps or self._steps[0].since > position:
            return None
        steps = []
        for step in reversed(self._steps):
            if step.seq <= position:
                break
            steps.append(step)
        return {index: None for step in reversed(steps) for index in step.indexes}

    def _make(self, indexes: Iterable[int]) -> SeatsFrame:
        replica = self._replica
        return SeatsFrame(
            replica.epoch,
            self.seq,
            replica.house.first_seat_id,
            replica.version_base,
            tuple(replica.rows(indexes)),
        )
