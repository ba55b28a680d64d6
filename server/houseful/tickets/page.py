"""The pen a ticket is drawn with: text that stays in its box, rules, and QR symbols as vectors."""

from __future__ import annotations

from typing import Final

from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas

from houseful.tickets import qr
from houseful.tickets.fonts import Fonts, Weight
from houseful.tickets.layout import ELLIPSIS, LEADING, Fitted, fit, fit_block

INK: Final = HexColor("#16202e")
SOFT: Final = HexColor("#5b6675")
LINE: Final = HexColor("#c9d0d9")
WHITE: Final = HexColor("#ffffff")
BLACK: Final = HexColor("#000000")

LABEL_SIZE: Final = 7.5
LONGEST: Final = 200
"""Characters of a text that are looked at: more fit nowhere, and measuring them takes long."""
OVERLAP: Final = 0.02
"""Points by which a QR bar is taller than its module, so that no viewer shows seams."""


class Page:
    """Draws on the canvas's current page; lengths in points, y upwards.

    Owns: `missing`, the characters that no font could print.
    """

    def __init__(self, canvas: Canvas, fonts: Fonts) -> None:
        self.canvas = canvas
        self.fonts = fonts
        self.missing: set[str] = set()

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
    ) -> None:
        """One line on the baseline `y`, shrunk to half its size and only then cut.

        `x` is where it begins or, centred, its middle. `spacing` goes after each letter.
        """

        def measure(part: str, at: float) -> float:
            return self.fonts.width(part, weight, at) + spacing * len(part)

        fitted = fit(self._printable(text), measure, width=width, largest=size, smallest=size / 2)
        for line in fitted.lines:
            start = x - (measure(line, fitted.size) - spacing) / 2 if centred else x
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
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.8)
        self.canvas.line(left, y, right, y)

    def qr(self, text: str, x: float, y: float, side: float) -> None:
        """The symbol of `text`, quiet zone and white ground included, in a square of `side`."""
        modules = qr.matrix(text)
        module = side / (len(modules) + 2 * qr.QUIET_ZONE)
        self.canvas.setFillColor(WHITE)
        self.canvas.rect(x, y, side, side, stroke=0, fill=1)
        bars = self.canvas.beginPath()
        for column, row, length in qr.runs(modules):
            bars.rect(
                x + (column + qr.QUIET_ZONE) * module,
                y + side - (row + qr.QUIET_ZONE + 1) * module - OVERLAP,
                length * module,
                module + 2 * OVERLAP,
            )
        self.canvas.setFillColor(BLACK)
        self.canvas.drawPath(bars, stroke=0, fill=1, fillMode=1)

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
        line = self.canvas.beginText(x, y)
        line.setFillColor(color)
        line.setCharSpace(spacing)
        for name, piece in self.fonts.pieces(text, weight):
            line.setFont(name, size)
            line.textOut(piece)
        self.canvas.drawText(line)

    def _printable(self, text: str) -> str:
        if len(text) > LONGEST:
            text = text[: LONGEST - 1] + ELLIPSIS
        printed, missing = self.fonts.printable(text)
        self.missing |= missing
        return printed
