"""Which seats a person means: `a12`, `A-12`, `3 5`, `row 3 seat 5`, `Block B, Reihe 3, Platz 5`."""

from __future__ import annotations

import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from typing import Final

from houseful.domain.folding import folded
from houseful.domain.seat_names import bare_label
from houseful.sales.seating import EventSeats, NamedSeat

LONGEST: Final = 120
"""Characters of a typed place; nobody types more."""

_IN_WORDS: Final = re.compile(
    r"(?:(?P<section>.+?)[\s,;]+)?(?:row|reihe|table|tisch|booth|stand)\s*(?P<row>[^,;]+?)"
    r"[\s,;]*\b(?:seat|platz|sitz|chair|stuhl)\s*(?P<seat>\S+)"
)
_APART: Final = re.compile(r"[\s.\-–/:]+")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[\s.\-–/:]+(?=\d)")


class SeatFinder:
    """The seats of one plan by their names, folded."""

    def __init__(self, seats: Iterable[NamedSeat]) -> None:
        self._short: dict[str, list[NamedSeat]] = defaultdict(list)
        self._words: dict[tuple[str, str], list[NamedSeat]] = defaultdict(list)
        for seat in seats:
            if seat.kind == "standing":
                continue
            self._short[squeezed(seat.number)].append(seat)
            bare = bare_label(seat.row, seat.label, seat.kind)
            for label in {folded(bare), folded(seat.label)}:
                self._words[folded(seat.row), label].append(seat)

    def find(self, typed: str) -> list[int]:
        """Ids of the seats that are called so, in plan order; none for what is no place."""
        text = folded(typed)
        if not text or len(text) > LONGEST:
            return []
        if words := _IN_WORDS.fullmatch(text):
            found = self._words.get((words["row"].strip(), words["seat"]), [])
            return [seat.seat_id for seat in found if _is_in(seat, words["section"])]
        found = self._short.get(squeezed(text), [])
        section, _, number = text.replace(",", " ").rpartition(" ")
        if not found and section:
            named = self._short.get(squeezed(number), [])
            found = [seat for seat in named if _is_in(seat, section)]
        return [seat.seat_id for seat in found]


_finders: OrderedDict[int, SeatFinder] = OrderedDict()
FINDERS: Final = 8
"""Plans kept by name; a 50,000-seat one takes about 20 MB."""


def seats_named(house: EventSeats, typed: str) -> list[int]:
    """Ids of the seats of the event that are called so. A plan never changes, nor its names."""
    plan_id = house.stored.plan_id
    finder = _finders.get(plan_id)
    if finder is None:
        finder = _finders[plan_id] = SeatFinder(house.seats)
        while len(_finders) > FINDERS:
            _finders.popitem(last=False)
    return finder.find(typed)


def squeezed(text: str) -> str:
    """`A - 12` → `a12`; two numbers stay apart: `3 / 5` → `3-5`."""
    return _APART.sub(
        lambda found: "-" if _BETWEEN_DIGITS.match(found.string, found.start()) else "",
        folded(text),
    )


def _is_in(seat: NamedSeat, section: str | None) -> bool:
    return section is None or section.strip(" ,") in folded(seat.section)
