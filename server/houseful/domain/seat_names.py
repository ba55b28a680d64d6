"""How a seat is named, wherever it is named: `A12` in short, `Block B, row 3, seat 5` in full.

What the plan calls a seat is what is shown. A label that truly repeats its row loses the repetition
where the row stands beside it: `H15` in row `H`. Nothing is guessed: seat `10` of row `1` does not
repeat it, nor does `1A`, which may be a seat put in between 1 and 2. The rule in cases, which the
page holds to as well (`static/lib/seat-labels.js`): `tests/seat_labels.json`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_LETTER: Final = re.compile(r"[^\W\d_]")
_SET_OFF: Final = re.compile(r"[\s.\-–/:]+(.+)", re.DOTALL)
_DIGIT_END: Final = re.compile(r"\d$")
_DIGIT_START: Final = re.compile(r"\d")

ENGLISH: Final = {"row": "row", "table": "table", "booth": "booth", "box": "box", "seat": "seat"}
"""The words of a place, by the row's kind."""


def bare_label(row: str, label: str, kind: str = "row") -> str:
    """What the seat is called beside its row's name; "" for a booth, which is its one seat, and for
    a standing place, which has no name but its area's."""
    if kind == "standing" or (kind == "booth" and label == row):
        return ""
    if not _LETTER.search(row) or not label.startswith(row):
        return label
    rest = label[len(row) :]
    if set_off := _SET_OFF.fullmatch(rest):
        return set_off[1]
    return rest if _LETTER.match(row[-1]) and _DIGIT_START.match(rest) else label


def seat_number(row: str, label: str, kind: str = "row") -> str:
    """What a ticket says in short. Two numbers are kept apart: `3` and `5` make `3-5`."""
    if not row or kind == "standing" or bare_label(row, label, kind) != label:
        return label
    apart = _DIGIT_END.search(row) and _DIGIT_START.match(label)
    return f"{row}-{label}" if apart else f"{row}{label}"


def row_place(section: str, row: str, kind: str, words: Mapping[str, str] = ENGLISH) -> str:
    """`Block B, table 3`."""
    return ", ".join(part for part in (section, row and f"{words[kind]} {row}") if part)


def place(
    section: str, row: str, label: str, kind: str = "row", words: Mapping[str, str] = ENGLISH
) -> str:
    """`Block B, row 3, seat 5`: what there is of it, in the language of `words`."""
    seat = bare_label(row, label, kind)
    parts = (row_place(section, row, kind, words), seat and f"{words['seat']} {seat}")
    return ", ".join(part for part in parts if part)


def many(name: str, count: int) -> str:
    """So many standing places: `Floor × 12`."""
    return name if count == 1 else f"{name} × {count}"
