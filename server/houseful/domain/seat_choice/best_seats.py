"""The best seats for a party, judged on a copy of an event's seats.

The answer to a way of asking is kept and followed: what changed since is found by comparing pieces of
the copy, so whoever keeps it true need tell nobody, and a search costs what changed since the last.
Owns: the searches, and the seats set aside. Never: a clock, nor who holds what.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import dist
from typing import Final

from houseful.domain.seat_choice.lone_seats import LoneSeats, stranded
from houseful.domain.seat_choice.seat_blocks import Block, SeatBlocks
from houseful.domain.seat_choice.seat_search import SeatSearch
from houseful.domain.seat_choice.seat_windows import LONE, Order, Wish, mask, orders
from houseful.domain.units import Unit

SEARCHES: Final = 32
"""Ways of asking that are followed, about 1 MB each in a house of 50,000; a party of 1 to 10 is ten."""

MASKS: Final = 16
"""Sets of categories that a seat may be of; a byte a seat each."""

GROUP: Final = 32
"""Blocks compared at once."""

CHANGES: Final = 100_000
"""Changes kept for searches that were not asked since; beyond it all begin anew."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Seats by index, in parts that sit together, and the free seats they leave alone."""

    parts: tuple[tuple[int, ...], ...]
    lone: tuple[int, ...] = ()

    @property
    def seats(self) -> tuple[int, ...]:
        return tuple(index for part in self.parts for index in part)

    @property
    def is_split(self) -> bool:
        return len(self.parts) > 1


class BestSeats:
    """Finds seats in `status`, which somebody else keeps true: a byte a seat, 0 for available."""

    def __init__(self, seats: SeatBlocks, status: bytearray, units: Sequence[Unit] = ()) -> None:
        """`units` are sold whole: none of their seats is proposed among others."""
        self.seats = seats
        self.units = units
        self.status = status
        self._last = bytearray(status)
        self._changes: list[int] = []
        self._searches: OrderedDict[tuple[Wish, LoneSeats], SeatSearch] = OrderedDict()
        self._masks: OrderedDict[tuple[object, bool], bytes] = OrderedDict()
        self._aside: dict[int, set[int]] = {}
        self._until: deque[tuple[int, tuple[int, ...]]] = deque()

    def set_aside(self, indexes: Iterable[int], until_ms: int) -> None:
        """Do not propose these seats before then; calls come with times that do not fall."""
        seats = tuple(indexes)
        for index in seats:
            number = self.seats.block_of[index]
            self._aside.setdefault(number, set()).add(index)
            self._changes.append(number)
        self._until.append((until_ms, seats))

    def put_back(self, now_ms: float) -> None:
        """Seats whose time aside is over may be proposed again."""
        while self._until and self._until[0][0] <= now_ms:
            for index in self._until.popleft()[1]:
                number = self.seats.block_of[index]
                aside = self._aside.get(number, set())
                aside.discard(index)
                if not aside:
                    self._aside.pop(number, None)
                self._changes.append(number)

    @property
    def has_aside(self) -> bool:
        return bool(self._aside)

    def together(
        self, wish: Wish, mode: LoneSeats, most: int = 1, without: Collection[int] = ()
    ) -> list[Proposal]:
        """The best `most` runs of seats side by side, none overlapping, best first."""
        return [
            self.proposal([(order[-1], wish.quantity)])
            for order in self.windows(wish, mode, most, without)
        ]

    def windows(
        self, wish: Wish, mode: LoneSeats, most: int = 1, without: Collection[int] = ()
    ) -> list[Order]:
        """As `together`; a window begins at its order's last number."""
        excluded: dict[int, set[int]] = {}
        for index in without:
            excluded.setdefault(self.seats.block_of[index], set()).add(index)
        return self.search(wish, mode).best(most, excluded)

    def search(self, wish: Wish, mode: LoneSeats) -> SeatSearch:
        """The search for a wish, as things stand."""
        self._look()
        search = self._searches.get((wish, mode))
        if search is None:
            search = SeatSearch(self.seats, wish, mode, self._mask(wish), self._piece_of)
            search.read_to = len(self._changes)
            self._searches[wish, mode] = search
            while len(self._searches) > SEARCHES:
                self._searches.popitem(last=False)
        self._searches.move_to_end((wish, mode))
        if search.read_to < len(self._changes):
            search.changed(dict.fromkeys(self._changes[search.read_to :]))
            search.read_to = len(self._changes)
        return search

    def whole_unit(self, wish: Wish, without: Collection[int] = ()) -> Proposal | None:
        """The free table or box for a party of that size: with the fewest seats that nobody takes, then
        the nearest; None: there is none."""
        found = [unit for unit in self.units if self._may_have(unit, wish, without)]
        if not found:
            return None
        unit = min(found, key=lambda one: (one.size, self.seats.distance[one.first], one.first))
        return self.proposal([(unit.first, unit.size)])

    def _may_have(self, unit: Unit, wish: Wish, without: Collection[int]) -> bool:
        seats = range(unit.first, unit.first + unit.size)
        block = self.seats.block(unit.first)
        aside = self._aside.get(block.number, ())
        return (
            unit.least <= wish.quantity <= unit.most
            and not wish.accessible
            and not any(self.status[unit.first : unit.first + unit.size])
            and (wish.sections is None or block.section in wish.sections)
            and (
                wish.categories is None
                or all(self.seats.category[seat] in wish.categories for seat in seats)
            )
            and not any(seat in aside or seat in without for seat in seats)
        )

    def proposal(self, parts: Iterable[tuple[int, int]]) -> Proposal:
        """Of parts as (first seat, how many)."""
        indexes = tuple(tuple(range(first, first + count)) for first, count in parts)
        chosen = [index for part in indexes for index in part]
        return Proposal(indexes, tuple(stranded(self.seats, self.status, chosen, LoneSeats.STRICT)))

    def described(self, indexes: Iterable[int]) -> Proposal:
        """Any seats as a proposal: neighbours are one part."""
        parts: list[tuple[int, int]] = []
        for index in sorted(indexes):
            first, count = parts[-1] if parts else (index, 0)
            if first + count == index and self.seats.block_of[first] == self.seats.block_of[index]:
                parts[-1:] = [(first, count + 1)]
            else:
                parts.append((index, 1))
        return self.proposal(parts)

    def nearest_legal(
        self, chosen: Sequence[int], mode: LoneSeats, sections: frozenset[int] | None = None
    ) -> tuple[int, ...] | None:
        """As many seats together, of the same categories, that strand none: a shift within the row
        if there is one, else the nearest. None: nothing avoids it."""
        seats, count = self.seats, len(chosen)
        wish = Wish(count, frozenset(seats.category[index] for index in chosen), sections)
        allowed = self._mask(wish)
        home = {seats.block_of[index] for index in chosen}
        middle = seats.middle(chosen)
        best: tuple[bool, float, int] | None = None
        for block in sorted(seats.blocks, key=lambda block: block.number not in home):
            is_away = block.number not in home
            if best is not None and is_away and not best[0]:
                break
            if sections is not None and block.section not in sections:
                continue
            piece = self.status[block.first : block.stop]
            mine = allowed[block.first : block.stop]
            for order in orders(seats, block, piece, mine, wish, mode):
                first = order[-1]
                away = dist(middle, seats.middle((first, first + count - 1)))
                if not order[LONE] and (best is None or (is_away, away, first) < best):
                    best = (is_away, away, first)
        return tuple(range(best[2], best[2] + count)) if best else None

    def _mask(self, wish: Wish) -> bytes:
        key = (wish.categories, bool(wish.accessible))
        if key not in self._masks:
            allowed = bytearray(mask(self.seats, wish))
            for unit in self.units:
                allowed[unit.first : unit.first + unit.size] = bytes(unit.size)
            self._masks[key] = bytes(allowed)
            while len(self._masks) > MASKS:
                self._masks.popitem(last=False)
        return self._masks[key]

    def _look(self) -> None:
        """Find the blocks that changed since the last look."""
        if len(self._changes) > CHANGES:
            self._changes.clear()
            self._searches.clear()
        status, last = self.status, self._last
        if status == last:
            return
        blocks = self.seats.blocks
        for start in range(0, len(blocks), GROUP):
            group = blocks[start : start + GROUP]
            whole = slice(group[0].first, group[-1].stop)
            if status[whole] != last[whole]:
                for block in group:
                    part = slice(block.first, block.stop)
                    if status[part] != last[part]:
                        self._changes.append(block.number)
                last[whole] = status[whole]

    def _piece_of(self, block: Block) -> bytearray:
        piece = self.status[block.first : block.stop]
        for index in self._aside.get(block.number, ()):
            piece[index - block.first] = 1
        return piece
