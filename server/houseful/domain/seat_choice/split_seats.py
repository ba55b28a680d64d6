"""Seats for a party that cannot sit side by side any more.

The fewest parts; nobody alone where that can be avoided (2 + 2 before 3 + 1); then the fewest lone
seats, one price category, parts close to each other (the row behind before the far end), and near the
focal point. Parts are found one after another, each near those before it: good, not provably the best.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import groupby
from math import dist
from typing import Final

from houseful.domain.seat_choice.best_seats import BestSeats, Proposal
from houseful.domain.seat_choice.lone_seats import LoneSeats, stranded
from houseful.domain.seat_choice.seat_blocks import Point
from houseful.domain.seat_choice.seat_windows import LONE, Order, Wish

PARTITIONED: Final = 12
"""Larger parties are cut into the longest runs there are; their ways to part are too many to try."""

ANCHORS: Final = 8
"""First parts tried: the others are found around them."""

ROWS_AROUND: Final = 2
BLOCKS_AROUND: Final = 12

Part = tuple[int, int]
"""First seat, how many."""


def split(
    best: BestSeats, wish: Wish, mode: LoneSeats, most: int = 1, without: Collection[int] = ()
) -> list[Proposal]:
    """The best `most` ways to seat the party in two parts or more, best first; they may overlap."""
    return _Splitter(best, wish, mode, frozenset(without)).run(most)


class _Splitter:
    def __init__(
        self, best: BestSeats, wish: Wish, mode: LoneSeats, without: frozenset[int]
    ) -> None:
        self._best = best
        self._wish = wish
        self._mode = mode
        self._without = without
        self._longest = self._longest_run()

    def run(self, most: int) -> list[Proposal]:
        if not self._longest:
            return []
        if self._wish.quantity > PARTITIONED:
            sizes = self._greedy_sizes()
            return self._proposals([sizes], most) if sizes else []
        for parts in range(2, self._wish.quantity + 1):
            ways = sorted(partitions(self._wish.quantity, parts, self._longest), key=_alone)
            for _, group in groupby(ways, key=_alone):
                if found := self._proposals(group, most):
                    return found
        return []

    def _longest_run(self) -> int:
        """How many of the party can sit together at most."""
        for size in range(min(self._wish.quantity - 1, PARTITIONED), 0, -1):
            for spaces in {min(size, self._wish.accessible), 0}:
                part = replace(self._wish, quantity=size, accessible=spaces)
                if self._best.windows(part, self._mode, 1, self._without):
                    return size
        return 0

    def _greedy_sizes(self) -> tuple[int, ...]:
        count, rest = divmod(self._wish.quantity, self._longest)
        sizes = [self._longest] * count + [rest] * bool(rest)
        if rest == 1 and self._longest > 2:
            sizes[-2:] = [self._longest - 1, 2]
        return tuple(sizes)

    def _proposals(
        self, ways: Iterator[tuple[int, ...]] | list[tuple[int, ...]], most: int
    ) -> list[Proposal]:
        found = {}
        for sizes in ways:
            for parts in self._around_anchors(sizes, most):
                proposal = self._best.proposal(parts)
                found[proposal.parts] = (self._key(proposal), proposal)
        ranked = sorted(found.values(), key=lambda pair: pair[0])
        return [proposal for _, proposal in ranked[:most]]

    def _around_anchors(self, sizes: tuple[int, ...], most: int) -> Iterator[list[Part]]:
        accessible = self._wish.accessible
        for lead in dict.fromkeys(sizes) if accessible else sizes[:1]:
            rest = list(sizes)
            rest.remove(lead)
            spaces = min(lead, accessible)
            anchor = replace(self._wish, quantity=lead, accessible=spaces)
            for order in self._best.windows(anchor, self._mode, max(ANCHORS, most), self._without):
                if parts := self._grown((order[-1], lead), rest, accessible - spaces):
                    yield parts

    def _grown(self, anchor: Part, rest: list[int], accessible: int) -> list[Part] | None:
        """The anchor with the other parts around it; `accessible` wheelchair spaces still to find."""
        parts = [anchor]
        for size in rest:
            spaces = min(size, accessible)
            accessible -= spaces
            wish = replace(self._wish, quantity=size, accessible=spaces)
            taken = {index for first, count in parts for index in range(first, first + count)}
            middle = self._best.seats.middle(taken)
            kinds = {self._best.seats.category[index] for index in taken}
            near = [
                (
                    order[LONE],
                    self._mixed(order, size, kinds),
                    self._away(order, size, middle),
                    order,
                )
                for order in self._candidates(parts[0], wish, len(rest))
                if taken.isdisjoint(range(order[-1], order[-1] + size))
                and self._without.isdisjoint(range(order[-1], order[-1] + size))
            ]
            if not near:
                return None
            parts.append((min(near)[-1][-1], size))
        return None if accessible else parts

    def _candidates(self, anchor: Part, wish: Wish, parts: int) -> Iterator[Order]:
        """Windows in the rows around, and the best of the house."""
        seats = self._best.seats
        home = seats.block(anchor[0])
        search = self._best.search(wish, self._mode)
        around = range(
            max(0, home.number - BLOCKS_AROUND),
            min(len(seats.blocks), home.number + BLOCKS_AROUND + 1),
        )
        for number in around:
            block = seats.blocks[number]
            if block.section == home.section and abs(block.row - home.row) <= ROWS_AROUND:
                yield from search.all_of_block(number)
        yield from self._best.windows(wish, self._mode, ANCHORS + parts, self._without)

    def _away(self, order: Order, size: int, middle: Point) -> float:
        return dist(middle, self._best.seats.middle(range(order[-1], order[-1] + size)))

    def _mixed(self, order: Order, size: int, kinds: set[int]) -> int:
        """How many price categories come in with this part."""
        part = self._best.seats.category[order[-1] : order[-1] + size]
        return len(set(part) - kinds)

    def _key(self, proposal: Proposal) -> tuple[float, ...]:
        seats, chosen = self._best.seats, proposal.seats
        lone = 0
        if self._wish.prevents_lone_seats and self._mode == LoneSeats.AISLE:
            lone = len(stranded(seats, self._best.status, chosen, self._mode))
        middles = [seats.middle(part) for part in proposal.parts]
        return (
            sum(seats.accessible[index] for index in chosen),
            lone,
            len(proposal.lone) * self._wish.prevents_lone_seats,
            len({seats.category[index] for index in chosen}),
            sum(dist(middles[0], other) for other in middles[1:]),
            sum(seats.distance[index] for index in chosen),
            *chosen,
        )


def partitions(whole: int, parts: int, largest: int) -> Iterator[tuple[int, ...]]:
    """The ways to write `whole` as so many numbers up to `largest`, the large ones first."""
    if parts == 1:
        if 1 <= whole <= largest:
            yield (whole,)
        return
    for first in range(min(largest, whole - parts + 1), 0, -1):
        for rest in partitions(whole - first, parts - 1, first):
            yield (first, *rest)


def _alone(sizes: tuple[int, ...]) -> int:
    return sizes.count(1)
