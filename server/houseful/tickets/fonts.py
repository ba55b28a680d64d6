"""The fonts of a printed ticket, and what to do with a character that none of them has.

Source Sans Pro (SIL Open Font License 1.1, from the package `font-source-sans-pro`) covers Latin
with Vietnamese, Greek and Cyrillic, and only the glyphs used are embedded. The Vera that reportlab
brings is Latin only. Other scripts need fonts that the operator names (TrueType outlines).
Never: prints an empty box in silence. What cannot be printed becomes `?` and is told to the caller.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont

from houseful.domain.errors import ConfigurationError

Weight = Literal["Regular", "Semibold", "Bold"]
WEIGHTS: Final[tuple[Weight, ...]] = ("Regular", "Semibold", "Bold")
SUBSTITUTE: Final = "?"

_UNORDERED: Final = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
"""Bidirectional classes of scripts written from right to left, which reportlab does not order."""
_SHAPED: Final = ((0x0900, 0x0E00), (0x0F00, 0x1100), (0x1780, 0x1800), (0x1A00, 0x1C80))
"""Indic and neighbouring blocks whose letters need shaping, which reportlab does not do."""


class Fonts:
    """One weight each of Source Sans, then the operator's own fonts, in order of preference.

    Making one registers its fonts with reportlab, whose registry is the process's own.
    """

    def __init__(self, extra: Sequence[Path] = ()) -> None:
        """Raises ConfigurationError for a font that is missing or has no TrueType outlines."""
        found = find_spec("font_source_sans_pro")
        if found is None or found.origin is None:
            raise ConfigurationError("expected the package font-source-sans-pro to be installed")
        own = Path(found.origin).parent / "files"
        fallbacks = [_registered(f"TicketExtra-{path.stem}", path) for path in extra]
        self._chains: dict[Weight, list[TTFont]] = {
            weight: [
                _registered(f"Ticket-{weight}", own / f"SourceSansPro-{weight}.ttf"),
                *fallbacks,
            ]
            for weight in WEIGHTS
        }

    def printable(self, text: str) -> tuple[str, set[str]]:
        """`text` as it can be printed, and the characters that could not be.

        Composed (NFC), on one line, without invisible characters; a character that is missing
        falls back to its plain equivalent (a full-width A to A) and then to `?`.
        """
        printed: list[str] = []
        missing: set[str] = set()
        for character in unicodedata.normalize("NFC", text):
            plain = self._plain(character)
            if plain is None:
                missing.add(character)
                plain = "" if unicodedata.combining(character) else SUBSTITUTE
            printed.append(plain)
        return " ".join("".join(printed).split()), missing

    def pieces(self, text: str, weight: Weight) -> Iterator[tuple[str, str]]:
        """`text` cut where the font changes: (reportlab's font name, piece)."""
        for name, run in groupby(text, lambda character: self._font(character, weight).fontName):
            yield name, "".join(run)

    def width(self, text: str, weight: Weight, size: float) -> float:
        """How wide `text` prints, in points."""
        return sum(
            float(pdfmetrics.stringWidth(piece, name, size))
            for name, piece in self.pieces(text, weight)
        )

    def _plain(self, character: str) -> str | None:
        category = unicodedata.category(character)
        if character.isspace() or category == "Cc":
            return " "
        if category == "Cf":
            return ""
        if self._covers(character):
            return character
        for form in ("NFKC", "NFKD"):
            plain = unicodedata.normalize(form, character)
            if plain != character and all(self._covers(part) for part in plain):
                return plain
        return "-" if category == "Pd" else None

    def _covers(self, character: str) -> bool:
        point = ord(character)
        if unicodedata.bidirectional(character) in _UNORDERED:
            return False
        if any(start <= point < end for start, end in _SHAPED):
            return False
        return any(point in font.face.charToGlyph for font in self._chains["Regular"])

    def _font(self, character: str, weight: Weight) -> TTFont:
        chain = self._chains[weight]
        return next((font for font in chain if ord(character) in font.face.charToGlyph), chain[0])


@cache
def load(extra: tuple[Path, ...] = ()) -> Fonts:
    """The fonts, read once. Raises ConfigurationError as `Fonts` does."""
    return Fonts(extra)


def _registered(name: str, path: Path) -> TTFont:
    try:
        font = TTFont(name, str(path))
    except (TTFError, OSError) as error:
        raise ConfigurationError(f"expected a TrueType font at {path}: {error}") from None
    pdfmetrics.registerFont(font)
    return font
