"""Who paid what and got what back: the judge of every payment test. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SIGNS = {"charge": 1, "refund": -1, "bounce": 1}
"""Kind of movement → whether it leaves more (1) or less (-1) with the seller."""


@dataclass(frozen=True)
class Entry:
    """One movement of money. `booking` is the metadata of the payment."""

    kind: str
    intent_id: str
    booking: str
    amount: int


@dataclass
class Ledger:
    """All movements in their order."""

    entries: list[Entry] = field(default_factory=list)

    def record(self, kind: str, intent_id: str, booking: str, amount: int) -> None:
        """Write down a `charge`, a `refund` or the `bounce` of one."""
        self.entries.append(Entry(kind, intent_id, booking, amount))

    def charges(self, booking: str | None = None) -> list[Entry]:
        """The charges, of one booking or all."""
        return [
            entry
            for entry in self.entries
            if entry.kind == "charge" and booking in (None, entry.booking)
        ]

    def balance(self, booking: str) -> int:
        """Charged less given back."""
        return sum(SIGNS[entry.kind] * entry.amount for entry in self._of(booking))

    def violations(self) -> list[str]:
        """What must never be: a booking paid more than once, more given back than was paid."""
        found = []
        by_intent: dict[str, list[Entry]] = defaultdict(list)
        by_booking: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            by_intent[entry.intent_id].append(entry)
            by_booking[entry.booking].append(entry)
        for intent_id, entries in by_intent.items():
            if len(_charges(entries)) > 1:
                found.append(f"{intent_id} was charged {len(_charges(entries))} times")
            if sum(SIGNS[entry.kind] * entry.amount for entry in entries) < 0:
                found.append(f"{intent_id} gave back more than was paid")
        for booking, entries in by_booking.items():
            if booking and self.balance(booking) > max(_charges(entries), default=0):
                found.append(f"booking {booking} was paid {len(_charges(entries))} times")
        return found

    def body(self) -> dict[str, Any]:
        """For the control endpoint."""
        bookings = {entry.booking for entry in self.entries}
        return {
            "entries": [vars(entry) for entry in self.entries],
            "balances": {booking: self.balance(booking) for booking in sorted(bookings)},
            "violations": self.violations(),
        }

    def _of(self, booking: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.booking == booking]


def _charges(entries: Iterable[Entry]) -> list[int]:
    return [entry.amount for entry in entries if entry.kind == "charge"]
