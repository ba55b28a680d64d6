"""Who sits next to whom."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from houseful.domain.plan import Row, Seat
from houseful.plans.neighbours import arrange, walking_order

Place = tuple[float, float]


def seats(*places: Place) -> tuple[Seat, ...]:
    return tuple(Seat(f"s{n}", str(n), x, y, 0) for n, (x, y) in enumerate(places, start=1))


def straight(*xs: float) -> tuple[Seat, ...]:
    return seats(*((x, 0.0) for x in xs))


def gaps(row: Row) -> list[str]:
    return [seat.label for seat in row.seats if seat.gap_after]


def gaps_alone(*xs: float) -> list[str]:
    return gaps(arrange([Row("A", straight(*xs))])[0])


@pytest.mark.parametrize(
    ("xs", "expected"),
    [
        ((0, 10, 20, 30), []),
        ((0, 10, 30, 40), ["2"]),
        ((40, 30, 10, 0), ["2"]),
        ((0, 10, 25.9, 35.9), []),
        ((0, 10, 26.1, 36.1), ["2"]),
        ((0, 11, 20, 31, 40), []),
        ((0, 10, 20, 60, 70, 80, 120, 130, 140), ["3", "6"]),
        ((5,), []),
        ((5, 5, 5, 5), []),
    ],
)
def test_a_step_far_wider_than_usual_is_an_aisle(xs: list[float], expected: list[str]) -> None:
    assert gaps_alone(*xs) == expected


def test_a_short_row_is_measured_by_its_section() -> None:
    long_row, pair = Row("A", straight(0, 10, 20, 30)), Row("B", straight(0, 50))
    assert gaps(arrange([long_row, pair])[1]) == ["1"]
    assert gaps(arrange([pair])[0]) == [], "alone it says nothing about an aisle"


def on_circle(*degrees: float) -> tuple[Seat, ...]:
    return seats(*((100 * cos(radians(a)), 100 * sin(radians(a))) for a in degrees))


def test_a_curved_row_is_measured_along_its_curve() -> None:
    horseshoe = Row("A", on_circle(*range(0, 270, 10)))
    arranged = arrange([horseshoe])[0]
    assert arranged.seats == horseshoe.seats
    aisle = Row("A", on_circle(0, 10, 20, 40, 50, 60))
    assert gaps(arrange([aisle])[0]) == ["3"]


def test_a_table_has_no_gaps_and_keeps_its_order() -> None:
    places = [(0.0, 0.0), (90.0, 0.0), (10.0, 0.0), (80.0, 0.0), (20.0, 0.0), (30.0, 0.0)]
    table = Row("T", seats(*places), kind="table")
    assert arrange([table]) == (table,)


def test_a_row_listed_by_number_is_put_in_walking_order() -> None:
    odd_left_even_right = straight(0, 10, -10, 20, -20, 30, -30, 40)
    ordered = walking_order(odd_left_even_right)
    assert [seat.x for seat in ordered] == [-30, -20, -10, 0, 10, 20, 30, 40]
    assert gaps(arrange([Row("A", odd_left_even_right)])[0]) == []


def test_the_walk_starts_at_the_end_nearer_to_the_first_listed_seat() -> None:
    ordered = walking_order(straight(100, 0, 90, 10, 80, 20))
    assert [seat.x for seat in ordered] == [100, 90, 80, 20, 10, 0]


def test_the_order_within_a_column_is_found_too() -> None:
    ordered = walking_order(seats((0, 0), (0, 30), (0, 10), (0, 20)))
    assert [seat.y for seat in ordered] == [0, 10, 20, 30]
