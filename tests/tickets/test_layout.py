"""Text keeps inside its box, with a font of which every letter is as wide as it is high."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from houseful.tickets.layout import LEADING, cut, fit, fit_block, wrap


def measure(text: str, size: float) -> float:
    return len(text) * size


def test_text_that_fits_keeps_its_size() -> None:
    fitted = fit("Hall", measure, width=40, largest=10, smallest=5)
    assert (fitted.lines, fitted.size, fitted.is_cut) == (("Hall",), 10, False)


def test_text_shrinks_before_it_is_cut() -> None:
    assert fit("Hallway", measure, width=40, largest=10, smallest=5).size == 5.5


def test_what_does_not_fit_at_the_smallest_size_ends_in_an_ellipsis() -> None:
    fitted = fit("A very long name", measure, width=40, largest=10, smallest=5)
    assert fitted.lines == ("A very…",)
    assert fitted.is_cut


def test_words_stay_whole_when_a_smaller_size_allows_it() -> None:
    fitted = fit("Stage Lefthand", measure, width=60, largest=12, smallest=5, lines=2)
    assert fitted.lines == ("Stage", "Lefthand")
    assert fitted.size == 7.5


def test_a_word_wider_than_a_line_is_broken_where_it_must_be() -> None:
    assert wrap("abcdefgh", measure, width=30, size=10) == ["abc", "def", "gh"]


def test_two_lines_are_taken_when_that_prints_larger() -> None:
    block = fit_block("Great Hall", measure, width=50, height=30, largest=20, smallest=4, lines=2)
    assert block.lines == ("Great", "Hall")


@given(
    st.text(alphabet="ab ", max_size=120),
    st.floats(20, 200),
    st.floats(10, 60),
    st.integers(1, 4),
)
def test_no_text_leaves_its_box(text: str, width: float, height: float, lines: int) -> None:
    fitted = fit_block(
        text, measure, width=width, height=height, largest=30, smallest=2, lines=lines
    )
    assert all(measure(line, fitted.size) <= width for line in fitted.lines)
    assert len(fitted.lines) * fitted.size * LEADING <= height + 1e-6
    if not fitted.is_cut:
        assert "".join(fitted.lines).replace(" ", "") == text.replace(" ", "")


def test_cutting_leaves_what_fits_alone() -> None:
    assert cut("abc", measure, width=30, size=10) == "abc"
