"""QR symbols: as a matrix, as runs of dark modules for the PDF to draw, and as SVG for the page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape

import segno

QUIET_ZONE: Final = 4
"""Modules of white that ISO/IEC 18004 asks for around a symbol."""

REMEMBERED: Final = 128
"""Symbols that are kept, of some 16 kB each: making one is most of a ticket's work."""

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of modules, True for dark, without the quiet zone."""


@lru_cache(REMEMBERED)
def matrix(text: str) -> Matrix:
    """The modules of `text` at error correction M (15 % may be dirty), or better where it fits."""
    symbol = segno.make_qr(text, error="m", boost_error=True)
    return tuple(tuple(bool(module) for module in row) for row in symbol.matrix)


def runs(modules: Matrix) -> Iterator[tuple[int, int, int]]:
    """The dark modules as horizontal bars: (column, row, length), from the top left."""
    for y, row in enumerate(modules):
        x = 0
        for dark, group in groupby(row):
            length = len(list(group))
            if dark:
                yield x, y, length
            x += length


def svg(text: str, *, title: str = "Ticket QR code") -> str:
    """An SVG document that fills whatever box it is given.

    It brings its own white ground, because a symbol on a dark page would not scan; `title` is
    what a screen reader says. No style or script, so it passes a strict CSP inline too.
    """
    modules = matrix(text)
    side = len(modules) + 2 * QUIET_ZONE
    bars = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{length}v1h-{length}z"
        for x, y, length in runs(modules)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img"'
        f' shape-rendering="crispEdges"><title>{escape(title)}</title>'
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{bars}"/></svg>'
    )
