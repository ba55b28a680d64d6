"""One way of asking for seats, answered again and again while seats come and go.

Best first: a block stands in the ranking with a bound that none of its windows comes before, until
the bound comes to the front; then its windows are worked out. A block that changed gets its bound back.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping

from houseful.domain.seat_choice.lone_seats import LoneSeats
from houseful.domain.seat_choice.seat_blocks import Block, SeatBlocks
from houseful.domain.seat_choice.seat_windows import Order, Wish, apart, least, orders

Entry = tuple[Order, int]
"""The order of a block's best window, or its bound, with the block's number."""


class SeatSearch:
    """The windows for one wish under one rule. `allowed` is the wish's mask, `piece_of` gives the states
    of a block's seats."""

    def __init__(
        self,
        seats: SeatBlocks,
        wish: Wish,
        mode: LoneSeats,
        allowed: bytes,
        piece_of: Callable[[Block], bytearray],
    ) -> None:
        self._seats = seats
        self._wish = wish
        self._mode = mode
        self._piece_of = piece_of
        self._mask = allowed
        self._bounds = {
            block.number: least(block, wish)
            for block in seats.blocks
            if wish.sections is None or block.section in wish.sections
        }
        self._windows: dict[int, list[Order]] = {}
        self._entries: dict[int, Entry] = {}
        self._ranking: list[Entry] = []
        self.read_to = 0
        """How much of the changes its owner keeps has been followed."""
        for number, bound in self._bounds.items():
            self._entries[number] = (bound, number)
        self._ranking = sorted(self._entries.values())

    def changed(self, numbers: Iterable[int]) -> None:
        """These blocks have other seats free than before."""
        for number in numbers:
            if number in self._bounds:
                self._windows.pop(number, None)
                self._rank(number, self._bounds[number])

    def best(self, most: int, without: Mapping[int, set[int]]) -> list[Order]:
        """The best windows, none overlapping; `without`: block → indexes that may not be in one."""
        found: list[Order] = []
        place = 0
        while place < len(self._ranking):
            order, number = self._ranking[place]
            if len(found) >= most and found[-1] < order:
                break
            if number not in self._windows:
                self._open(number)  # its entry moves back, or goes
                continue
            windows = self._windows[number]
            if number in without:
                windows = self._work_out(number, without[number])
            found += windows[:most]
            found.sort()
            del found[most:]
            place += 1
        return found

    def all_of_block(self, number: int) -> list[Order]:
        """Every window of one block, also those that overlap."""
        if number not in self._bounds:
            return []
        block = self._seats.blocks[number]
        allowed = self._mask[block.first : block.stop]
        piece = self._piece_of(block)
        return orders(self._seats, block, piece, allowed, self._wish, self._mode)

    def _open(self, number: int) -> None:
        windows = self._windows[number] = self._work_out(number, ())
        self._rank(number, windows[0] if windows else None)

    def _work_out(self, number: int, without: Iterable[int]) -> list[Order]:
        block = self._seats.blocks[number]
        allowed: bytes | bytearray = self._mask[block.first : block.stop]
        if without:
            allowed = bytearray(allowed)
            for index in without:
                allowed[index - block.first] = 0
        piece = self._piece_of(block)
        found = orders(self._seats, block, piece, allowed, self._wish, self._mode)
        return apart(found, self._wish.quantity)

    def _rank(self, number: int, order: Order | None) -> None:
        before = self._entries.pop(number, None)
        if before is not None:
            del self._ranking[bisect_left(self._ranking, before)]
        if order is not None:
            entry = self._entries[number] = (order, number)
            insort(self._ranking, entry)
