"""Where the letters of a ticket come from: our own font, the operator's, and what the system has.

Source Sans Pro (SIL Open Font License 1.1, from the package `font-source-sans-pro`) covers Latin
with Vietnamese, Greek and Cyrillic. Every other script needs a font of the machine: those that
`HOUSEFUL_TICKET_FONTS` names, then Noto and DejaVu wherever the system keeps fonts (Debian:
`fonts-noto-core`, `fonts-noto-cjk`). A file is opened when a letter is met that those before lack.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

import uharfbuzz as hb

from houseful.domain.errors import ConfigurationError

Weight = Literal["Regular", "Semibold", "Bold"]
WEIGHTS: Final[dict[Weight, int]] = {"Regular": 400, "Semibold": 600, "Bold": 700}
"""Our names → the axis `wght` of OpenType 1.9."""

SUFFIXES: Final = (".ttf", ".otf", ".ttc")
SYSTEM_FONTS: Final = re.compile(
    r"(Noto(?!Color|Emoji).*|DejaVuSans)"
    r"(-Regular|-VF|\[[\w,]+\]|-VariableFont_[\w,]+|(?<=DejaVuSans))\.(ttf|otf|ttc)"
)
"""Files that are looked at unasked: the upright text faces of these families."""
LEFT_OUT: Final = re.compile(r"Mono|Display|Condensed|UI[-\[]|Italic")
"""Cuts of those families that a ticket has no use for."""

_OUTLINES: Final = frozenset({"glyf", "CFF ", "CFF2"})
_PICTURES: Final = frozenset({"COLR", "CBDT", "sbix", "SVG "})
"""Tables of fonts whose letters are pictures: a ticket cannot print those."""


class Typeface:
    """One face of a font file at one weight. Raises ConfigurationError for what is no font."""

    def __init__(self, path: Path, weight: int) -> None:
        self.path = path
        try:
            self.face = hb.Face(hb.Blob.from_file_path(str(path)))
        except (OSError, hb.HarfBuzzError) as error:
            raise ConfigurationError(f"expected a font at {path}: {error}") from None
        tables = set(self.face.table_tags)
        if not tables & _OUTLINES or tables & _PICTURES:
            raise ConfigurationError(f"expected a font with outlines at {path}, got none")
        self.font = hb.Font(self.face)
        self.axes: dict[str, float] = {}
        for axis in self.face.axis_infos:
            if axis.tag == "wght":
                self.axes["wght"] = min(max(weight, axis.min_value), axis.max_value)
        if self.axes:
            self.font.set_variations(self.axes)
        self._letters = self.face.unicodes

    def covers(self, text: str) -> bool:
        """Whether it has a glyph for each character."""
        return all(ord(character) in self._letters for character in text)

    @property
    def upem(self) -> int:
        """Its own units per em."""
        return int(self.face.upem)

    @property
    def extents(self) -> Any:
        return self.font.get_font_extents("ltr")


@dataclass(frozen=True)
class Family:
    """A font in its weights, opened when first asked for. `is_ours`: must be there and good."""

    files: tuple[tuple[int, Path], ...]
    is_ours: bool = False

    def at(self, weight: Weight) -> Typeface | None:
        """The face nearest to a weight; None for a file of the system that is no use."""
        wanted = WEIGHTS[weight]
        nearest, path = min(self.files, key=lambda file: (abs(file[0] - wanted), -file[0]))
        known = self._opened
        if (nearest, wanted) not in known:
            try:
                known[nearest, wanted] = Typeface(path, wanted)
            except ConfigurationError:
                if self.is_ours:
                    raise
                known[nearest, wanted] = None
        return known[nearest, wanted]

    @cached_property
    def _opened(self) -> dict[tuple[int, int], Typeface | None]:
        return {}


def families(extra: Sequence[Path]) -> list[Family]:
    """Every font there is, in order of preference. Raises ConfigurationError for a wrong `extra`."""
    return [_own(), *(_named(path) for path in _files(extra)), *_of_the_system()]


def _own() -> Family:
    found = find_spec("font_source_sans_pro")
    if found is None or found.origin is None:
        raise ConfigurationError("expected the package font-source-sans-pro to be installed")
    own = Path(found.origin).parent / "files"
    files = [(number, own / f"SourceSansPro-{name}.ttf") for name, number in WEIGHTS.items()]
    return Family(tuple(files), is_ours=True)


def _files(extra: Sequence[Path]) -> Iterator[Path]:
    for path in extra:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES)
        else:
            yield path


def _named(path: Path) -> Family:
    family = Family(((WEIGHTS["Regular"], path),), is_ours=True)
    family.at("Regular")
    return family


@cache
def _of_the_system() -> tuple[Family, ...]:
    found: dict[str, Path] = {}
    for directory in directories():
        for path in directory.rglob("*") if directory.is_dir() else ():
            if SYSTEM_FONTS.fullmatch(path.name) and not LEFT_OUT.search(path.name):
                found.setdefault(path.name, path)
    # The plain sans of a script before its other styles, and DejaVu, which lacks shaping, last.
    names = sorted(
        found, key=lambda name: ("Dejavu" in name.title(), "NotoSans" not in name, len(name), name)
    )
    return tuple(_with_bold(found[name]) for name in names)


def _with_bold(path: Path) -> Family:
    bold = path.with_name(path.name.replace("-Regular.", "-Bold."))
    if path.name == "DejaVuSans.ttf":
        bold = path.with_name("DejaVuSans-Bold.ttf")
    others = ((WEIGHTS["Bold"], bold),) if bold != path and bold.exists() else ()
    return Family(((WEIGHTS["Regular"], path), *others))


def directories() -> list[Path]:
    """Where systems keep fonts: the XDG base directories, macOS, Windows."""
    home = Path.home()
    of_user = os.environ.get("XDG_DATA_HOME") or str(home / ".local/share")
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    places = [Path(place) / "fonts" for place in (of_user, *shared.split(":")) if place]
    places += [home / ".fonts", home / "Library/Fonts", Path("/Library/Fonts")]
    return [*places, Path("/System/Library/Fonts"), Path("C:/Windows/Fonts")]
