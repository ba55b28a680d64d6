"""The outline of a section without one follows the ends of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from houseful.domain.plan import Row, Seat, Section
from houseful.plans.hull import section_hull
from houseful.plans.silhouette import section_outline

Point = tuple[float, float]


def row(label: str, points: Sequence[Point]) -> Row:
    seats = tuple(
        Seat(guid=f"{label}-{number}", label=str(number), x=x, y=y, category=0)
        for number, (x, y) in enumerate(points, start=1)
    )
    return Row(label=label, seats=seats)


def straight(label: str, y: float, count: int, x: float = 0.0) -> Row:
    return row(label, [(x + 10.0 * number, y) for number in range(count)])


def area(polygon: Sequence[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise([*polygon, polygon[0]]))) / 2


def rounded(polygon: Sequence[Point]) -> set[Point]:
    return {(round(x, 6), round(y, 6)) for x, y in polygon}


def test_a_straight_block_is_its_seats_and_room_around_them() -> None:
    section = Section("A", (straight("1", 0, 10), straight("2", 20, 10)))
    outline = section_outline(section)
    assert (min(x for x, _ in outline), max(x for x, _ in outline)) == (-8, 98)
    assert (min(y for _, y in outline), max(y for _, y in outline)) == (-8, 28)


def test_short_rows_leave_their_corner_free() -> None:
    rows = (
        straight("1", 0, 20),
        straight("2", 20, 20),
        straight("3", 40, 5),
        straight("4", 60, 5),
        straight("5", 80, 20),
    )
    section = Section("A", rows)
    assert area(section_outline(section)) < area(section_hull(section)) * 0.85


def test_rows_walked_to_and_fro_make_the_same_shape() -> None:
    there = Section("A", (straight("1", 0, 8), straight("2", 20, 12), straight("3", 40, 9)))
    back = Section(
        "A",
        (
            there.rows[0],
            Row(label="2", seats=tuple(reversed(there.rows[1].seats))),
            there.rows[2],
        ),
    )
    assert rounded(section_outline(there)) == rounded(section_outline(back))


def test_rows_that_do_not_lie_one_behind_the_other_get_the_hull() -> None:
    crossing = Section(
        "A",
        (
            straight("1", 0, 10),
            row("2", [(50.0, float(-y)) for y in range(0, 80, 10)]),
            straight("3", 20, 10),
        ),
    )
    outline = section_outline(crossing)
    assert outline == section_hull(crossing)


def test_a_table_and_a_single_row_get_the_hull() -> None:
    single = Section("A", (straight("1", 0, 4),))
    table = Section("B", (straight("1", 0, 4), Row("T", straight("T", 30, 4).seats, "table")))
    assert section_outline(single) == section_hull(single)
    assert section_outline(table) == section_hull(table)
