"""Colours of categories and drawings, brought to `#rrggbb`."""

from __future__ import annotations

import re

from houseful.plans.document import Node

PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
"""Colour-blind people tell them apart: Okabe and Ito, "Color Universal Design" (2008), no black."""

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})([0-9a-f]{2})?", re.ASCII)


def color(node: Node, default: str = "") -> str:
    """`#rgb`, `#rrggbb` or `#rrggbbaa` (alpha dropped) → `#rrggbb`.

    A plan is not refused for the way it writes a colour: other notations (`rgb(…)`, names) become
    `default`, so that nothing but `#rrggbb` ever reaches a style sheet.
    """
    match = _HEX.fullmatch(node.optional_text().lower())
    if match is None:
        return default
    digits = match[1]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return f"#{digits}"


def category_color(node: Node, index: int) -> str:
    """As `color`; a category without one gets the palette's next."""
    return color(node, PALETTE[index % len(PALETTE)])
