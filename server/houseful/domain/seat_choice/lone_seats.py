"""The lone seat rule: whether a choice leaves a free seat alone between taken ones.

A choice is judged whole, and on its row as it leaves it: it strands seat s if s is free and not
chosen, both its neighbours are taken or a wall *after* the choice, and they were not before it.
Booked, held, paying and blocked are taken; another category is no wall. Tables and booths have no
lone seats. It is a courtesy, judged on a copy of the seats, and no invariant: two buyers in the same
millisecond can leave a seat alone between them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # a command has the rule's names among its options, and no seats
    from houseful.domain.seat_choice.seat_blocks import SeatBlocks

FREE: Final = 0
"""The state of a seat that can be had; any other byte is taken."""

TAKEN: Final = bytes([FREE]) + bytes([1]) * 255
"""Any state → free or not, for `bytes.translate`."""

ALONE: Final = re.compile(rb"\x01\x00(?=\x01)")

HOUR_MS: Final = 3_600_000


class LoneSeats(StrEnum):
    """What an event does about them. `aisle`: one beside an aisle or a row's end is allowed."""

    OFF = "off"
    AISLE = "aisle"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class LoneSeatRule:
    """An event's rule. It rests below a share of free seats, and so many hours before the start: what
    is left then sells better without it."""

    mode: LoneSeats = LoneSeats.OFF
    off_below_percent: int = 10
    off_hours_before: int = 24

    def holds(self, free: int, total: int, now_ms: int, starts_at_ms: int) -> bool:
        """Whether it binds a buyer now. `free` of `total` seats are available."""
        if self.mode == LoneSeats.OFF or free * 100 < self.off_below_percent * total:
            return False
        return now_ms < starts_at_ms - self.off_hours_before * HOUR_MS


def stranded(
    seats: SeatBlocks, status: bytearray, chosen: Collection[int], mode: LoneSeats
) -> list[int]:
    """The seats that choosing `chosen`, free ones, leaves alone, ascending; none if the mode is off."""
    mine = set(chosen)
    found = set()
    for index in mine:
        block = seats.block(index)
        if mode == LoneSeats.OFF or not block.is_row:
            continue
        for beside in (index - 1, index + 1):
            if not block.first <= beside < block.stop or beside in mine or status[beside]:
                continue
            at_end = beside in (block.first, block.stop - 1)
            if at_end and mode == LoneSeats.AISLE:
                continue
            sides = [side for side in (beside - 1, beside + 1) if block.first <= side < block.stop]
            if all(status[side] or side in mine for side in sides):
                found.add(beside)
    return sorted(found)


def count_lone(seats: SeatBlocks, status: bytearray) -> int:
    """How many free seats of rows longer than one have no free neighbour."""
    taken = status.translate(TAKEN)
    rows = (
        taken[block.first : block.stop]
        for block in seats.blocks
        if block.is_row and block.stop - block.first > 1
    )
    return len(ALONE.findall(b"\1" + b"\1\1".join(rows) + b"\1"))
