"""A seat is found by what people call it."""

from __future__ import annotations

import pytest

from houseful.domain.seat_names import seat_number
from houseful.sales.seat_finder import SeatFinder
from houseful.sales.seating import NamedSeat

PLACES = [
    ("Block B", "3", "5"), ("Block B", "3", "15"), ("Block B", "35", "1"), ("Balcony", "3", "5"),
    ("Parkett", "H", "H15"), ("Parkett", "A", "12"), ("Hall", "T1", "4"),
]  # fmt: skip
SEATS = [
    NamedSeat(at, section, row, label, seat_number(row, label), "A", 100, 0)
    for at, (section, row, label) in enumerate(PLACES, start=1)
]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("row 3 seat 5", [1, 4]),
        ("ROW 3, SEAT 5", [1, 4]),
        ("Block B, row 3, seat 5", [1]),
        ("balcony row 3 seat 5", [4]),
        ("Reihe 3 Platz 15", [2]),
        ("3-5", [1, 4]),
        ("3 / 5", [1, 4]),
        ("a12", [6]),
        ("A - 12", [6]),
        ("Parkett A12", [6]),
        ("H15", [5]),
        ("row H seat 15", [5]),
        ("row h seat h15", [5]),
        ("table T1 seat 4", [7]),
        ("35", []),
        ("row 9 seat 9", []),
        ("", []),
        ("x" * 500, []),
    ],
)
def test_a_seat_is_found_by_its_names(typed: str, found: list[int]) -> None:
    assert SeatFinder(SEATS).find(typed) == found
