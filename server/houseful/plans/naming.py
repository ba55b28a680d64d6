"""Names that a plan needs unique and a drawing may repeat."""

from __future__ import annotations


class SectionNames:
    """Hands out section names that differ, in the order of the file.

    The first keeps its name; a later one gets what sets it apart (its floor or zone) in brackets,
    and where that is taken too, or there is none, a number: `Block A`, `Block A (Upper floor)`,
    `Block A (2)`. Two halves of one block may well share a name, so repeating one is no reason to
    refuse a plan.
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def distinct(self, name: str, apart: str = "") -> str:
        candidate = name
        if candidate in self._taken and apart:
            candidate = name = f"{name} ({apart})"
        number = 2
        while candidate in self._taken:
            candidate = f"{name} ({number})"
            number += 1
        self._taken.add(candidate)
        return candidate
