"""The one rule for free text that somebody else wrote, whichever door it comes in by.

Text is kept in NFC, on one line, trimmed, without control characters and without the marks that
turn the direction of what stands around them (Unicode UAX #9, `Bidi_Control`). Those marks travel
along unseen when people paste, so they are dropped, not refused; the joiners that Persian, Indic
scripts and emoji need (ZWJ, ZWNJ) stay. What is too long or, where there must be some, empty is
refused.

Owns: `clean`, and `visible`, the rule for what may reach a terminal. Never: knows a field's name.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

BIDI_MARKS: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""`Bidi_Control` in Unicode 16's PropList.txt."""

_SPACE: Final = re.compile(r"\s+")
"""Line and paragraph ends among them: U+2028 and U+2029 too."""

_UNSEEN: Final = re.compile(
    f"[\x00-\x1f\x7f-\x9f{BIDI_MARKS}\u200b\u2060\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
"""C0, C1, direction marks; zero-width space, word joiner and byte order mark, which paste leaves;
interlinear marks; halves of surrogate pairs, which no UTF-8 holds."""

_HARMFUL: Final = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{BIDI_MARKS}\u2028\u2029\ud800-\udfff]")
"""What a terminal might obey. Line feed and tab are what messages are laid out with."""


def clean(text: str) -> str:
    """`text` as it is kept. Applied again it changes nothing."""
    line = _SPACE.sub(" ", unicodedata.normalize("NFC", text))
    return _SPACE.sub(" ", _UNSEEN.sub("", line)).strip()


def is_clean(text: str) -> bool:
    """Whether `clean` would leave it as it is: for names that identify, which are never repaired."""
    is_plain = text.isascii() and text.isprintable() and " " not in text
    return is_plain or clean(text) == text


def has_ink(text: str) -> bool:
    """Whether there is anything to see: not only spaces and joiners."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


def visible(text: str) -> str:
    """`text` with what a terminal might obey written out: ESC → `\\x1b`."""
    return _HARMFUL.sub(lambda found: _escape(found[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
