"""Fitting text into a box: smaller, then wrapped, then cut with an ellipsis. Pure arithmetic."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate

ELLIPSIS = "…"
STEP_PT = 0.5
LEADING = 1.08
"""From one baseline to the next, as a multiple of the size."""

Measure = Callable[[str, float], float]
"""(text, size in points) → width in points."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines that fit, at one size in points."""

    lines: tuple[str, ...]
    size: float
    is_cut: bool = False


def fit_block(
    text: str,
    measure: Measure,
    *,
    width: float,
    height: float,
    largest: float,
    smallest: float,
    lines: int,
) -> Fitted:
    """`text` in the number of lines, at most `lines`, that lets it be largest inside the box.

    At the same size fewer lines win, and anything wins over text that had to be cut.
    """
    choices = [
        fit(
            text,
            measure,
            width=width,
            largest=max(smallest, min(largest, height / (LEADING * count))),
            smallest=smallest,
            lines=count,
        )
        for count in range(1, lines + 1)
    ]
    return max(choices, key=lambda choice: (not choice.is_cut, choice.size, -len(choice.lines)))


def fit(
    text: str, measure: Measure, *, width: float, largest: float, smallest: float, lines: int = 1
) -> Fitted:
    """`text` in at most `lines` lines of `width`, as large as goes; cut only at `smallest`.

    Words stay whole as long as any size allows that.
    """
    size = largest
    while size >= smallest:
        wrapped = wrap(text, measure, width=width, size=size)
        whole = all(measure(word, size) <= width for word in text.split())
        if whole and len(wrapped) <= lines:
            return Fitted(tuple(wrapped), size)
        size -= STEP_PT
    wrapped = wrap(text, measure, width=width, size=smallest)
    if len(wrapped) <= lines:
        return Fitted(tuple(wrapped), smallest)
    rest = cut(" ".join(wrapped[lines - 1 :]), measure, width=width, size=smallest)
    return Fitted((*wrapped[: lines - 1], rest), smallest, is_cut=True)


def wrap(text: str, measure: Measure, *, width: float, size: float) -> list[str]:
    """Greedy lines no wider than `width`; a word wider than a line is broken where it must be."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        wider = f"{line} {word}" if line else word
        if measure(wider, size) <= width:
            line = wider
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, measure, width=width, size=size)
        lines.extend(full)
    return [*lines, line] if line else lines


def cut(text: str, measure: Measure, *, width: float, size: float) -> str:
    """The longest beginning of `text` that fits with an ellipsis behind it; whole if it fits."""
    if measure(text, size) <= width:
        return text
    lengths = [0, *accumulate(map(len, clusters(text)))]
    kept = bisect_right(
        lengths[1:-1],
        width,
        key=lambda length: measure(text[:length].rstrip() + ELLIPSIS, size),
    )
    return text[: lengths[kept]].rstrip() + ELLIPSIS


def clusters(text: str) -> list[str]:
    """`text` in letters as a reader counts them: a mark or a joiner stays with what it follows."""
    found: list[str] = []
    for character in text:
        follows = unicodedata.category(character) in _FOLLOWERS
        if follows and found and not found[-1].isspace():
            found[-1] += character
        else:
            found.append(character)
    return found


_FOLLOWERS = frozenset({"Mn", "Mc", "Me", "Cf"})
"""Categories of characters that belong to the one before them."""


def _broken(word: str, measure: Measure, *, width: float, size: float) -> list[str]:
    parts = [""]
    for letter in clusters(word):
        if parts[-1] and measure(parts[-1] + letter, size) > width:
            parts.append("")
        parts[-1] += letter
    return parts
