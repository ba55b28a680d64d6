"""How many tickets of each type are sold, and what they brought."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from houseful.domain.prices.price_lists import TicketType
from houseful.wire.staff import SoldTypeBody

Sold = Iterable[tuple[str, int]]
"""(ticket type, its share of what is kept) of each ticket."""


class SoldTypes:
    """Sums by the name of the type, kept as bookings come and go."""

    def __init__(self) -> None:
        self._tickets: Counter[str] = Counter()
        self._revenue_minor: Counter[str] = Counter()

    def replace(self, before: Sold, after: Sold) -> None:
        """A booking has these tickets now."""
        for tickets, sign in ((before, -1), (after, 1)):
            for name, share in tickets:
                self._tickets[name] += sign
                self._revenue_minor[name] += sign * share

    def view(self, types: Sequence[TicketType], price: Callable[[int], str]) -> list[SoldTypeBody]:
        """The types on sale in their order, then others that are sold; none where none has a name."""
        known = [kind.name for kind in types]
        others = sorted(
            name for name, count in self._tickets.items() if count and name not in known
        )
        names = [*known, *others]
        if names in ([], [""]):
            return []
        return [
            {
                "name": name,
                "booked": self._tickets[name],
                "revenue": price(self._revenue_minor[name]),
            }
            for name in names
        ]
