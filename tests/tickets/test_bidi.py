"""The order of mixed directions, held against another implementation of UAX #9."""

from __future__ import annotations

import bidi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.tickets.bidi import MIRRORED, visual_runs

LETTERS = "abz אבש عبت 012 ٣٤ .,:+-#$%() []!?"


def ordered(text: str) -> str:
    """Letters from left to right, brackets as they were written."""
    return "".join(
        text[start:end][::-1] if is_rtl else text[start:end]
        for start, end, is_rtl in visual_runs(text)
    )


def shown(text: str) -> str:
    """What the eye meets from left to right."""
    return "".join(
        "".join(MIRRORED.get(letter, letter) for letter in reversed(text[start:end]))
        if is_rtl
        else text[start:end]
        for start, end, is_rtl in visual_runs(text)
    )


@given(st.text(alphabet=LETTERS, min_size=1, max_size=30))
def test_any_mixture_is_ordered_as_another_implementation_orders_it(text: str) -> None:
    assert ordered(text) == bidi.get_display(text)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", ""),
        ("Ada", "Ada"),
        ("דנה", "הנד"),
        ("שלום 2026", "2026 םולש"),
        ("Dana דנה (2026)", "Dana (2026) הנד"),
        ("דנה (Dana)", "(Dana) הנד"),
        ("טל: 03-123", "03-123 :לט"),
    ],
)
def test_names_and_titles_read_as_their_writers_mean_them(text: str, seen: str) -> None:
    assert shown(text) == seen
