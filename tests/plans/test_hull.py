"""Outlines of sections that bring none."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.plan import Row, Seat, Section
from houseful.plans.hull import convex_hull, section_hull

POINT = st.tuples(st.integers(-50, 50), st.integers(-50, 50))


def test_the_hull_of_a_grid_is_its_four_corners() -> None:
    grid = [(float(x), float(y)) for x in range(4) for y in range(3)]
    assert set(convex_hull(grid)) == {(0, 0), (3, 0), (3, 2), (0, 2)}


def test_points_on_one_line_have_two_ends() -> None:
    assert set(convex_hull([(0, 0), (1, 1), (2, 2), (3, 3)])) == {(0, 0), (3, 3)}


def is_inside(point: tuple[float, float], hull: tuple[tuple[float, float], ...]) -> bool:
    """On the same side of every edge, or on it."""
    sides = [
        (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
        for a, b in zip(hull, (*hull[1:], hull[0]), strict=True)
    ]
    return min(sides) >= 0 or max(sides) <= 0


@given(st.lists(POINT, min_size=1, max_size=40))
def test_every_point_lies_in_the_hull_and_every_corner_is_a_point(
    points: list[tuple[int, int]],
) -> None:
    hull = convex_hull(points)
    assert set(hull) <= set(points)
    assert all(is_inside(point, hull) for point in points)


@given(st.lists(POINT, min_size=1, max_size=20))
def test_a_section_hull_has_room_around_every_seat(points: list[tuple[int, int]]) -> None:
    seats = tuple(Seat(str(n), str(n), x, y, 0) for n, (x, y) in enumerate(points))
    hull = section_hull(Section("S", (Row("A", seats),)))
    assert len(hull) >= 3
    assert all(is_inside(point, hull) and point not in hull for point in points)
