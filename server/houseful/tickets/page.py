"""The pen a ticket is drawn with: text that stays in its box, lines, and QR symbols as vectors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pydyf

from houseful.tickets import qr
from houseful.tickets.embedding import EmbeddedFonts, Shown
from houseful.tickets.fonts import Fonts
from houseful.tickets.layout import ELLIPSIS, LEADING, Fitted, fit, fit_block
from houseful.tickets.typefaces import Weight

Color = tuple[float, float, float]
"""Red, green, blue from 0 to 1."""


def rgb(text: str) -> Color:
    """`#rrggbb`."""
    red, green, blue = (round(int(text[at : at + 2], 16) / 255, 4) for at in (1, 3, 5))
    return red, green, blue


INK: Final = rgb("#16202e")
SOFT: Final = rgb("#5b6675")
LINE: Final = rgb("#c9d0d9")
WHITE: Final = rgb("#ffffff")
BLACK: Final = rgb("#000000")

LABEL_SIZE: Final = 7.5
LONGEST: Final = 200
"""Characters of a text that are looked at: more fit nowhere, and measuring them takes long."""
OVERLAP: Final = 0.02
"""Points by which a QR bar is taller than its module, so that no viewer shows seams."""
ROUND: Final = 0.5523
"""How far a Bézier's control points are from a quarter circle's ends, in radii."""


class Page:
    """Draws one page; lengths in points, y upwards.

    Owns: `missing`, the characters that no font could print, and `links`, (address, box).
    """

    def __init__(self, fonts: Fonts, embedded: EmbeddedFonts) -> None:
        self.stream = pydyf.Stream(compress=True)
        self.fonts = fonts
        self.missing: set[str] = set()
        self.links: list[tuple[str, tuple[float, float, float, float]]] = []
        self._embedded = embedded

    def can_print(self, text: str) -> bool:
        """Whether any of it leaves a mark; what does not is remembered as missing."""
        return bool(self._printable(text)) or not text

    def text(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        size: float,
        *,
        weight: Weight = "Semibold",
        color: Color = INK,
        spacing: float = 0.0,
        centred: bool = False,
        ends: bool = False,
    ) -> None:
        """One line on the baseline `y`, shrunk to half its size and only then cut.

        `x` is where it begins or, centred, its middle, or where it `ends`. `spacing` goes after each
        letter.
        """

        def measure(part: str, at: float) -> float:
            return self.fonts.width(part, weight, at) + spacing * len(part)

        fitted = fit(self._printable(text), measure, width=width, largest=size, smallest=size / 2)
        for line in fitted.lines:
            long = measure(line, fitted.size) - spacing
            start = x - long / 2 if centred else x - long if ends else x
            self._line(line, start, y, fitted.size, weight, color, spacing)

    def block(
        self,
        text: str,
        x: float,
        top: float,
        width: float,
        height: float,
        *,
        sizes: tuple[float, float],
        lines: int = 2,
        weight: Weight = "Semibold",
        color: Color = INK,
    ) -> float:
        """Text hanging from `top`, as large as its box and `sizes` (largest, smallest) allow.

        Returns where it ends, so that something can hang from it.
        """

        def measure(part: str, at: float) -> float:
            return self.fonts.width(part, weight, at)

        fitted: Fitted = fit_block(
            self._printable(text),
            measure,
            width=width,
            height=height,
            largest=sizes[0],
            smallest=sizes[1],
            lines=lines,
        )
        y = top - fitted.size * 0.86
        for line in fitted.lines:
            self._line(line, x, y, fitted.size, weight, color)
            y -= fitted.size * LEADING
        return top - len(fitted.lines) * fitted.size * LEADING

    def label(self, text: str, x: float, y: float, width: float) -> None:
        """The small words over a field."""
        self.text(text, x, y, width, LABEL_SIZE, color=SOFT, spacing=0.9)

    def rule(self, left: float, right: float, y: float) -> None:
        """A hairline."""
        self.stream.set_color_rgb(*LINE, stroke=True)
        self.stream.set_line_width(0.8)
        self.stream.move_to(left, y)
        self.stream.line_to(right, y)
        self.stream.stroke()

    def box(self, x: float, y: float, width: float, height: float, fill: Color) -> None:
        """A filled rectangle."""
        self.stream.set_color_rgb(*fill)
        self.stream.rectangle(x, y, width, height)
        self.stream.fill()

    def rounded(self, x: float, y: float, width: float, height: float, radius: float) -> None:
        """The path of a rectangle with round corners; the caller fills, strokes or clips it."""
        right, top, slack = x + width, y + height, radius * (1 - ROUND)
        pen = self.stream
        pen.move_to(x + radius, y)
        pen.line_to(right - radius, y)
        pen.curve_to(right - slack, y, right, y + slack, right, y + radius)
        pen.line_to(right, top - radius)
        pen.curve_to(right, top - slack, right - slack, top, right - radius, top)
        pen.line_to(x + radius, top)
        pen.curve_to(x + slack, top, x, top - slack, x, top - radius)
        pen.line_to(x, y + radius)
        pen.curve_to(x, y + slack, x + slack, y, x + radius, y)
        pen.close()

    @contextmanager
    def kept_state(self) -> Iterator[None]:
        """What is set inside (clip, dash, turn) ends with the block."""
        self.stream.push_state()
        yield
        self.stream.pop_state()

    def qr(self, text: str, x: float, y: float, side: float) -> None:
        """The symbol of `text`, quiet zone and white ground included, in a square of `side`."""
        modules = qr.matrix(text)
        module = side / (len(modules) + 2 * qr.QUIET_ZONE)
        self.box(x, y, side, side, WHITE)
        self.stream.set_color_rgb(*BLACK)
        for column, row, length in qr.runs(modules):
            self.stream.rectangle(
                x + (column + qr.QUIET_ZONE) * module,
                y + side - (row + qr.QUIET_ZONE + 1) * module - OVERLAP,
                length * module,
                module + 2 * OVERLAP,
            )
        self.stream.fill()

    def _line(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        weight: Weight,
        color: Color,
        spacing: float = 0.0,
    ) -> None:
        pen = self.stream
        pen.begin_text()
        pen.set_color_rgb(*color)
        pen.stream.append(f"{spacing:g} Tc")
        pen.move_text_to(x, y)
        pen.stream.append(Shown(self.fonts.shape(text, weight), size, self._embedded))
        pen.end_text()

    def _printable(self, text: str) -> str:
        if len(text) > LONGEST:
            text = text[: LONGEST - 1] + ELLIPSIS
        printed, missing = self.fonts.printable(text)
        self.missing |= missing
        return printed
