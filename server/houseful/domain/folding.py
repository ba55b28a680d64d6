"""Finding people as they are typed: case, accents and the spellings of umlauts do not count.

A text is stored folded in every spelling it may be typed in, and looked for in each spelling that
the typed one may mean: `Müller` is kept as `muller mueller`, so that `mueller`, `MULLER` and `Müller`
(in either normal form) find it. Telephone numbers are kept as digits that only digits find.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h"}
)
"""Letters that Unicode does not decompose."""

_SPELT_OUT: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"}
)
"""How people type them on a keyboard without."""

_PHONE: Final = re.compile(r"\+?[0-9()][0-9 ()./\-]*")
LEAST_DIGITS: Final = 4
"""Fewer digits are not looked for in telephone numbers: they are a seat or a row."""


def folded(text: str) -> str:
    """`"  JÜRGEN Åsa "` → `"jurgen asa"`."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).casefold())
    bare = "".join(one for one in apart if unicodedata.category(one) != "Mn")
    return " ".join(bare.translate(_PLAIN).split())


def spellings(text: str) -> set[str]:
    """`folded` text, and with umlauts spelt out."""
    lower = unicodedata.normalize("NFC", text).casefold()
    return {folded(text), folded(lower.translate(_SPELT_OUT))}


def searchable(texts: Iterable[str], phone: str) -> str:
    """What is stored of a booking to find it by."""
    found = sorted({spelling for text in texts for spelling in spellings(text) if spelling})
    return "\n".join([*found, _marked(_digits(phone))])


def phone_needle(typed: str) -> str | None:
    """What finds a telephone number by some of its digits; None for what is no part of one."""
    if not _PHONE.fullmatch(typed.strip()):
        return None
    digits = _digits(typed).lstrip("0")  # 0170… is +49 170…
    return _marked(digits) if len(digits) >= LEAST_DIGITS else None


def _digits(phone: str) -> str:
    return re.sub(r"[^0-9]", "", phone.replace("(0)", ""))


def _marked(digits: str) -> str:
    """`170` → `#1#7#0`, which no name contains."""
    return "".join(f"#{digit}" for digit in digits)
