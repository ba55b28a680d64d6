"""A seat has one name, made in one place; labels are never guessed at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from houseful.domain.seat_names import bare_label, place, seat_number

CASES = json.loads((Path(__file__).parent.parent / "seat_labels.json").read_text())["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['row']}:{case['label']}")
def test_a_label_is_shown_without_its_row_where_it_truly_repeats_it(case: dict[str, str]) -> None:
    assert bare_label(case["row"], case["label"]) == case["seat"]


@pytest.mark.parametrize(
    ("row", "label", "kind", "number"),
    [
        ("A", "1", "row", "A1"),
        ("3", "5", "row", "3-5"),
        ("1", "10", "row", "1-10"),
        ("H", "H15", "row", "H15"),
        ("AA", "AA-7", "row", "AA-7"),
        ("A", "A", "row", "AA"),
        ("", "17", "row", "17"),
        ("T1", "3", "table", "T1-3"),
        ("B1", "B1", "booth", "B1"),
    ],
)
def test_a_seat_in_short(row: str, label: str, kind: str, number: str) -> None:
    assert seat_number(row, label, kind) == number


def test_no_two_seats_of_a_row_of_numbers_share_a_name() -> None:
    numbers = [seat_number("1", str(label)) for label in range(1, 40)]
    assert len(set(numbers)) == len(numbers)
    assert {bare_label("1", str(label)) for label in range(1, 40)} == {str(n) for n in range(1, 40)}


def test_a_place_says_section_row_and_seat() -> None:
    assert place("Block B", "3", "5") == "Block B, row 3, seat 5"
    assert place("Hall", "H", "H15") == "Hall, row H, seat 15"
    assert place("Hall", "T1", "3", "table") == "Hall, table T1, seat 3"
    assert place("Fair", "B1", "B1", "booth") == "Fair, booth B1"
    assert place("Floor", "", "17") == "Floor, seat 17"
    german = {"row": "Reihe", "table": "Tisch", "booth": "Stand", "seat": "Platz"}
    assert place("Parkett", "3", "5", words=german) == "Parkett, Reihe 3, Platz 5"
