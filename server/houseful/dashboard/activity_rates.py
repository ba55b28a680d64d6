"""What happens to an event's seats, as staff follow it: the last minute's rates, the last acts.

Owns: a window of one minute and a short list. Never: a clock; the caller gives the time.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from houseful.domain.seats import Change
from houseful.store.staff_events import StaffEvent
from houseful.wire.codec import iso
from houseful.wire.staff import ActivityBody, ActivityKind, RatesBody

WINDOW_MS: Final = 60_000
ITEMS: Final = 30

RATES: Final = ("reserved", "booked", "expired", "refused", "declined", "cancelled")
KINDS: Final[dict[str, ActivityKind]] = {
    "reserved": "reserved",
    "released": "released",
    "withdrawn": "released",
    "expired": "expired",
    "paying": "paying",
    "abandoned": "released",
    "booked": "booked",
    "unbooked": "cancelled",
    "blocked": "blocked",
    "unblocked": "unblocked",
}
"""Kind in the feed → what staff read. Extending a hold, or keeping one, moves no seat."""

NOTED: Final = ("refused", "declined", "checked_in")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list of activities; `number` only rises."""

    number: int
    at_ms: int
    kind: ActivityKind
    section: str | None
    seats: int

    def view(self) -> ActivityBody:
        return {
            "at": iso(self.at_ms),
            "kind": self.kind,
            "section": self.section,
            "seats": self.seats,
        }


class ActivityRates:
    """Rates and activities of one event. `section_of` names the section of a seat id."""

    def __init__(self, section_of: Callable[[int], str]) -> None:
        self._section_of = section_of
        self._window: deque[tuple[int, str, int]] = deque()
        self._sums: Counter[str] = Counter()
        self._items: deque[Item] = deque(maxlen=ITEMS)
        self._seq = -1
        self._position = (0, 0)
        self._early: tuple[list[Change], list[StaffEvent]] | None = ([], [])
        self.number = 0

    def begin(self, changes: Sequence[Change], notes: Sequence[StaffEvent]) -> None:
        """What was before; then what came while that was being read."""
        if self._early is None:
            return
        early, self._early = self._early, None
        self.take([*changes, *early[0]])
        self.note([*notes, *early[1]])

    def restart(self) -> None:
        """Another epoch: the feed's positions begin anew."""
        self._seq = -1

    def take(self, changes: Sequence[Change]) -> None:
        """Changes of the feed; those known already are passed over."""
        if self._early is not None:
            self._early[0].extend(changes)
            return
        for change in changes:
            if change.seq <= self._seq:
                continue
            self._seq = change.seq
            kind = KINDS.get(change.kind)
            if kind is not None and change.moved:
                self._add(
                    change.at_ms, kind, [seat_id for seat_id, _ in change.seats], change.moved
                )

    def note(self, notes: Sequence[StaffEvent]) -> None:
        """Adds staff notes; known ones are skipped."""
        if self._early is not None:
            self._early[1].extend(notes)
            return
        for note in notes:
            position = position_of(note)
            if position <= self._position:
                continue
            self._position = position
            if note.kind in NOTED:
                self._add(note.at_ms, cast(ActivityKind, note.kind), note.seat_ids, note.number)

    def rates(self, now_ms: int) -> RatesBody:
        """Seats (of `refused` and `declined`: attempts) in the minute before now."""
        while self._window and self._window[0][0] <= now_ms - WINDOW_MS:
            _, kind, number = self._window.popleft()
            self._sums[kind] -= number
        return cast(RatesBody, {name: self._sums[name] for name in RATES})

    def items(self, after: int = 0) -> list[ActivityBody]:
        """The activities numbered above `after`, newest first."""
        return [item.view() for item in reversed(self._items) if item.number > after]

    def _add(self, at_ms: int, kind: ActivityKind, seat_ids: Sequence[int], number: int) -> None:
        if kind in RATES:
            self._window.append((at_ms, kind, number))
            self._sums[kind] += number
        sections = {self._section_of(seat_id) for seat_id in seat_ids}
        section = next(iter(sections)) if len(sections) == 1 else None
        self.number += 1
        self._items.append(Item(self.number, at_ms, kind, section, number))


def position_of(note: StaffEvent) -> tuple[int, int]:
    at, _, nth = note.position.partition("-")
    return int(at), int(nth or 0)
