"""Numbers that somebody else wrote as text: ASCII digits and nothing else.

`str.isdigit` is true of `²` and `٣`, and `int`, `float` and `Decimal` read many of those, signs,
underscores, exponents and `Infinity` besides. No door reads a number any other way than this.
"""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]+")
_AMOUNT: Final = re.compile(r"([0-9]+)(?:\.([0-9]+))?")

LONGEST: Final = 16
"""Digits: JSON numbers are exact up to 2^53, and Python refuses to read thousands of them."""


def whole(text: str | bytes) -> int | None:
    """`"007"` → 7; None for what is not 1 to 16 ASCII digits."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    return int(text) if len(text) <= LONGEST and _DIGITS.fullmatch(text) else None


def scaled(text: str, digits: int) -> int | None:
    """`"75.5"` with 2 digits → 7550; None for no plain decimal, or one that is finer than that."""
    found = _AMOUNT.fullmatch(text)
    if found is None or len(text) > 2 * LONGEST:
        return None
    part = (found[2] or "").ljust(digits, "0")
    return None if part[digits:].strip("0") else int(found[1] + part[:digits])


def percent(basis_points: int) -> str:
    """`810` → `"8.1"`, as the wire has rates."""
    whole_part, rest = divmod(basis_points, 100)
    return f"{whole_part}.{rest:02d}".rstrip("0").rstrip(".")
