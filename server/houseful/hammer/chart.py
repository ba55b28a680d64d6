"""A line chart as SVG, drawn here: nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 12, 28
LINES_WANTED: Final = 4


@dataclass(frozen=True, slots=True)
class Series:
    """A named line; None leaves a gap. `kind` is a class of the page's style sheet: a, b or c."""

    name: str
    kind: str
    values: Sequence[float | None]


def draw(title: str, unit: str, seconds: Sequence[int], lines: Sequence[Series]) -> str:
    """A figure with its legend; `seconds` are the places of the values on the time axis."""
    top = nice_top(max((v for line in lines for v in line.values if v is not None), default=0))
    last = max(seconds, default=0) or 1

    def x(second: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * second / last

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)

    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">']
    for step in range(LINES_WANTED + 1):
        value = top * step / LINES_WANTED
        parts.append(
            f'<path class="grid" d="M{LEFT} {y(value):.1f}H{WIDTH - RIGHT}"/>'
            f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,g}</text>'
        )
    for second in range(0, last + 1, max(1, ceil(last / 10))):
        parts.append(
            f'<text x="{x(second):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{second} s</text>'
        )
    for line in lines:
        places = zip(seconds, line.values, strict=True)
        points = [None if v is None else f"{x(at):.1f} {y(v):.1f}" for at, v in places]
        parts.append(f'<path class="line {line.kind}" d="{path(points)}"/>')
    legend = " ".join(f'<span class="{line.kind}">{escape(line.name)}</span>' for line in lines)
    caption = f"<figcaption>{escape(title)}, {escape(unit)} {legend}</figcaption>"
    return f"<figure>{caption}{''.join(parts)}</svg></figure>"


def path(points: Sequence[str | None]) -> str:
    """Points to SVG: a new beginning after each gap, and a dot where one stands alone."""
    drawn, pen = [], "M"
    for point, after in zip(points, [*points[1:], None], strict=True):
        if point is None:
            pen = "M"
            continue
        alone = pen == "M" and after is None
        drawn.append(f"{pen}{point}" + ("h0.1" if alone else ""))
        pen = "L"
    return "".join(drawn)


def nice_top(most: float) -> float:
    """The least of 1, 2, 4, 5, 8, 10 times a power of ten that is not below `most`."""
    if most <= 0:
        return 1.0
    power = 10.0 ** floor(log10(most))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= most * 0.9999)
