"""Counting the seats of a document before anything is built from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from houseful.domain.errors import PlanRefused
from houseful.domain.plan import SEAT_LIMIT
from houseful.plans.document import Node

Progress = Callable[[int, int], None]
"""Called with (seats done, seats in all)."""

PROGRESS_STEP = 1_000
"""Seats between two calls of a `Progress`."""

AREA_LIMIT = 20_000
"""More drawn things than this no browser draws at 60 frames a second, and no venue has."""


class CategoryCounts:
    """Holds seats and drawings against their limits; reports how many seats are built."""

    def __init__(self, seat_lists: Iterable[Node], progress: Progress | None) -> None:
        """`seat_lists`: every list of seats in the document. Raises PlanRefused."""
        self.total = 0
        for seats in seat_lists:
            if not isinstance(seats.value, list):
                raise seats.refusal("a list")
            self.total += len(seats.value)
            if self.total > SEAT_LIMIT:
                raise PlanRefused(
                    f"expected at most {SEAT_LIMIT:,} seats, got more", place=seats.place
                )
        self._progress = progress
        self._done = 0
        self._areas = 0

    def seat(self) -> None:
        """One more seat is built."""
        self._done += 1
        if self._progress and (self._done % PROGRESS_STEP == 0 or self._done == self.total):
            self._progress(self._done, self.total)

    def places(self, node: Node, count: int) -> None:
        """A standing area of so many places comes; they are built at once. Raises PlanRefused."""
        self.total += count
        self._done += count
        if self.total > SEAT_LIMIT:
            raise PlanRefused(
                f"expected at most {SEAT_LIMIT:,} seats and places, got more", place=node.place
            )

    def area(self, node: Node) -> None:
        """One more drawing comes. Raises PlanRefused over the limit."""
        self._areas += 1
        if self._areas > AREA_LIMIT:
            raise PlanRefused(
                f"expected at most {AREA_LIMIT:,} drawn areas, got more", place=node.place
            )
