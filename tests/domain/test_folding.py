"""Names and numbers are found as people type them."""

from __future__ import annotations

import pytest

from houseful.domain.folding import folded, phone_needle, searchable, spellings


def finds(typed: str, stored: str) -> bool:
    return any(spelling in stored for spelling in spellings(typed))


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Jürgen", "JÜRGEN"),
        ("Jürgen", "ju\u0308rgen"),
        ("Jürgen", "juergen"),
        ("Jürgen", "jurgen"),
        ("Müller", "mueller"),
        ("Mueller", "Müller"),
        ("Åsa", "A\u030asa"),
        ("Åsa", "aasa"),
        ("Strøm", "strom"),
        ("Groß", "GROSS"),
        ("Łukasz Żak", "lukasz zak"),
        ("IŞIK", "ışık"),
        ("李", "李"),
        ("Ελένη", "ελενη"),
    ],
)
def test_a_name_is_found_in_every_spelling(name: str, typed: str) -> None:
    assert finds(typed, searchable([name], ""))


def test_another_name_is_not_found() -> None:
    assert not finds("Moller", searchable(["Müller"], ""))
    assert folded("  JÜRGEN   Åsa ") == "jurgen asa"


@pytest.mark.parametrize(
    "typed", ["+49 170 1234567", "0170 1234567", "0049 170 1234567", "1234567", "170-123"]
)
def test_a_telephone_number_is_found_by_its_digits(typed: str) -> None:
    needle = phone_needle(typed)
    assert needle is not None
    assert needle in searchable(["Ada"], "+49 (0)170 1234567")


@pytest.mark.parametrize("typed", ["17", "A-12", "ada", "", "0000"])
def test_what_is_no_part_of_a_number_is_not_looked_for(typed: str) -> None:
    assert phone_needle(typed) is None
    assert "170" not in searchable(["Ada"], "+49 170 1234567")
