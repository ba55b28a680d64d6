"""Text as it is printed: which font has which letter, shaped by HarfBuzz, in visual order.

Any script: letters join, stack and reorder as their font says, right-to-left stretches run from the
right. Never: prints an empty box. A letter that no font has is left out and told to the caller.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Final

import uharfbuzz as hb

from houseful.tickets.bidi import MIRRORED, visual_runs
from houseful.tickets.layout import clusters
from houseful.tickets.typefaces import Family, Typeface, Weight, families

JOINERS: Final = "\u200c\u200d"
"""Zero width non-joiner and joiner: Persian and Indic spelling needs them."""
REMEMBERED: Final = 4096
"""Shaped texts that are kept: measuring asks for each several times, and labels come again."""


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph of a face; lengths in thousandths of the size. `text` is what it stands for."""

    number: int
    advance: float
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one face, from left to right, that stand for `text`."""

    face: Typeface
    glyphs: tuple[Glyph, ...]
    text: str
    is_rtl: bool

    @property
    def is_plain(self) -> bool:
        """Each glyph is one character, in the order of `text`."""
        return [glyph.text for glyph in self.glyphs] == list(self.text)


@dataclass(frozen=True, slots=True)
class Line:
    """Shaped text: `runs` from left to right, `width` in thousandths of the size."""

    runs: tuple[Run, ...]
    width: float


class Fonts:
    """Chooses fonts and shapes. `extra`: fonts, or directories of them, that the operator names."""

    def __init__(self, extra: Sequence[Path] = ()) -> None:
        """Raises ConfigurationError for a font of `extra` that is missing or of no use."""
        self._families = families(extra)
        self._found: dict[str, Family | None] = {}
        self._shaped: dict[tuple[str, Weight], Line] = {}

    def printable(self, text: str) -> tuple[str, set[str]]:
        """`text` as it can be printed, and the characters that could not be.

        Composed (NFC), on one line, without invisible characters; a character that is missing
        falls back to its plain equivalent (a full-width A to A) and is else left out.
        """
        printed: list[str] = []
        missing: set[str] = set()
        visible = "".join(_visible(letter) for letter in unicodedata.normalize("NFC", text))
        for cluster in clusters(visible):
            plain = self._plain(cluster)
            lost = cluster if not plain else cluster[1:] if plain == cluster[0] else ""
            missing.update(lost.translate(_UNSEEN))
            printed.append(plain)
        return " ".join("".join(printed).split()), missing

    def width(self, text: str, weight: Weight, size: float) -> float:
        """How wide `text` prints, in points."""
        return self.shape(text, weight).width * size / 1000

    def shape(self, text: str, weight: Weight) -> Line:
        """The glyphs of printable text."""
        known = self._shaped.get((text, weight))
        if known is None:
            if len(self._shaped) >= REMEMBERED:
                self._shaped.clear()
            known = self._shaped[text, weight] = self._shape(text, weight)
        return known

    def _shape(self, text: str, weight: Weight) -> Line:
        runs: list[Run] = []
        for start, end, is_rtl in visual_runs(text):
            pieces = list(self._pieces(text[start:end], weight))
            for face, piece in reversed(pieces) if is_rtl else pieces:
                runs.append(Run(face, _glyphs(face, piece, is_rtl=is_rtl), piece, is_rtl))
        width = sum(glyph.advance for run in runs for glyph in run.glyphs)
        return Line(tuple(runs), width)

    def _pieces(self, text: str, weight: Weight) -> Iterator[tuple[Typeface, str]]:
        """`text` cut where the font changes."""
        chosen: list[tuple[Typeface, str]] = []
        for cluster in clusters(text):
            before = chosen[-1][0] if chosen else None
            if before and not cluster[0].isalnum() and before.covers(cluster):
                chosen.append((before, cluster))  # a space or a stroke does not end a run
                continue
            family = self._family(cluster) or self._families[0]
            chosen.append((family.at(weight) or self._own(weight), cluster))
        for face, run in groupby(chosen, lambda item: item[0]):
            yield face, "".join(cluster for _, cluster in run)

    def _own(self, weight: Weight) -> Typeface:
        face = self._families[0].at(weight)
        if face is None:
            raise LookupError("our own font is always there")
        return face

    def _plain(self, cluster: str) -> str:
        """What is printed for a letter with its marks; nothing when no font has it."""
        if cluster.isspace() or self._family(cluster):
            return cluster
        for form in ("NFKC", "NFKD"):
            plain = unicodedata.normalize(form, cluster)
            if plain != cluster and self._family(plain):
                return plain
        if unicodedata.category(cluster[0]) == "Pd":
            return "-"
        return cluster[0] if len(cluster) > 1 and self._family(cluster[0]) else ""

    def _family(self, cluster: str) -> Family | None:
        """The first font that has all of it; None when none has."""
        if cluster not in self._found:
            if len(self._found) >= REMEMBERED:
                self._found.clear()
            wanted = cluster.translate(_UNSEEN)
            self._found[cluster] = next(
                (family for family in self._families if _covers(family, wanted)), None
            )
        return self._found[cluster]


_UNSEEN: Final = dict.fromkeys([*map(ord, JOINERS), *range(0xFE00, 0xFE10)])
"""Joiners and variation selectors, which a font need not have: HarfBuzz acts on them."""


def _covers(family: Family, text: str) -> bool:
    face = family.at("Regular")
    return face is not None and face.covers(text)


def _visible(character: str) -> str:
    """Spaces and controls become a space; marks of direction and the like disappear."""
    if character.isspace() or unicodedata.category(character) == "Cc":
        return " "
    hidden = unicodedata.category(character) == "Cf" and character not in JOINERS
    return "" if hidden else character


def _glyphs(face: Typeface, text: str, *, is_rtl: bool) -> tuple[Glyph, ...]:
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if is_rtl else "ltr"
    hb.shape(face.font, buffer)
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    starts = sorted({info.cluster for info in infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    scale = 1000 / face.upem
    told: set[int] = set()
    glyphs = []
    for info, position in zip(infos, positions, strict=True):
        words = "" if info.cluster in told else text[info.cluster : ends[info.cluster]]
        told.add(info.cluster)
        words = MIRRORED.get(words, words) if is_rtl else words
        glyphs.append(
            Glyph(
                info.codepoint,
                position.x_advance * scale,
                position.x_offset * scale,
                position.y_offset * scale,
                words,
            )
        )
    return tuple(glyphs)


@cache
def load(extra: tuple[Path, ...] = ()) -> Fonts:
    """The fonts, found once. Raises ConfigurationError as `Fonts` does."""
    return Fonts(extra)
