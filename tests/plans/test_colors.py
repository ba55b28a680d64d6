"""Colours, brought to `#rrggbb` or left to the palette."""

from __future__ import annotations

import pytest

from houseful.plans.colors import PALETTE, category_color, color
from houseful.plans.document import Node


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("#abc", "#aabbcc"),
        (" #AaBbCc ", "#aabbcc"),
        ("#aabbcc80", "#aabbcc"),
        ("red", ""),
        ("#aab", "#aaaabb"),
        ("#ggg", ""),
        ("url(x)", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_only_hexadecimal_colours_come_through(given: object, expected: str) -> None:
    assert color(Node(given)) == expected


def test_a_category_without_a_colour_gets_the_palette_s_next() -> None:
    assert category_color(Node("none"), 1) == PALETTE[1]
    assert category_color(Node(None), len(PALETTE)) == PALETTE[0]
