"""How full the standing areas are, as viewers are told: counts, never places.

Counts move with every sale, so they are told in steps, a quarter of a second apart; each step's frame has
the areas that changed in it. Owns: the steps. Never: who gets them; that is the hub's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from houseful.realtime.replica import AreaCount, Replica
from houseful.wire import binary, frames

APART_S: Final = 0.25
"""Between two steps: four frames a second are as many as anybody can read."""


@dataclass(frozen=True)
class AreasFrame:
    """Standing areas as they are at `seq`. Each form is encoded when the first viewer needs it."""

    epoch: str
    seq: int
    counts: tuple[AreaCount, ...]

    @cached_property
    def text(self) -> bytes:
        return frames.areas(self.epoch, self.seq, self.counts)

    @cached_property
    def binary(self) -> bytes:
        payload = binary.encode_areas(self.epoch, self.seq, self.counts)
        return frames.prepare(payload, frames.BINARY)

    def in_form(self, *, is_binary: bool) -> bytes:
        return self.binary if is_binary else self.text


class AreaNews:
    """The last step of one event's areas."""

    def __init__(self, replica: Replica) -> None:
        self._replica = replica
        self._told = replica.area_counts()
        self._last: AreasFrame | None = None
        self.step = 0

    def advance(self) -> bool:
        """Begin a new step, if any count is another since the last."""
        now = self._replica.area_counts()
        changed = [count for count, old in zip(now, self._told, strict=True) if count != old]
        if changed:
            self.step += 1
            self._told, self._last = now, self._frame(changed)
        return bool(changed)

    def since(self, step: int) -> AreasFrame | None:
        """What brings a viewer who was told of `step` to the last one; None for nothing."""
        if step >= self.step:
            return None
        return self._last if step == self.step - 1 else self._frame(self._told)

    def all(self) -> AreasFrame | None:
        """Every area as it is now; None where there is none."""
        counts = self._replica.area_counts()
        return self._frame(counts) if counts else None

    def _frame(self, counts: list[AreaCount]) -> AreasFrame:
        return AreasFrame(self._replica.epoch, self._replica.seq, tuple(counts))
