"""The demo venues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import dist

import pytest

from houseful.domain.plan import ACCESSIBLE, COMPANION, RESTRICTED_VIEW, Plan
from houseful.plans.generator import arena, stadium, theatre
from tests.plans.documents import seats_of
from tests.plans.test_hull import is_inside

VENUES = [theatre, arena, stadium]


@pytest.fixture(scope="module", params=VENUES)
def venue(request: pytest.FixtureRequest) -> Plan:
    plan: Plan = request.param()
    return plan


def test_venues_have_the_seats_they_are_known_for() -> None:
    assert 480 <= theatre().seat_count <= 520
    assert 7_500 <= len(arena().drawn_seats) <= 8_500
    assert [area.seat_count for area in arena().standing] == [200, 200]
    assert stadium().seat_count == 50_000
    assert len(stadium().sections) >= 50


@pytest.mark.parametrize("build", [theatre, arena])
def test_a_venue_is_the_same_every_time(build: Callable[[], Plan]) -> None:
    assert build() == build()


def test_every_category_is_used_and_has_its_own_colour(venue: Plan) -> None:
    used = {seat.category for seat in seats_of(venue)}
    assert used == set(range(len(venue.categories)))
    assert len({category.color for category in venue.categories}) == len(venue.categories)


def test_there_are_wheelchair_places_with_companions_and_restricted_views(venue: Plan) -> None:
    flags = Counter(seat.flags for seat in seats_of(venue))
    assert flags[ACCESSIBLE] == flags[COMPANION] > 0
    assert flags[RESTRICTED_VIEW] > 0


def test_no_seat_stands_on_another(venue: Plan) -> None:
    """Checked within cells of a grid and their neighbours, so that 50,000 seats take a moment."""
    cell = 5.0
    grid: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for seat in venue.drawn_seats:
        grid.setdefault((int(seat.x // cell), int(seat.y // cell)), []).append((seat.x, seat.y))
    near = (
        dist(place, other)
        for (column, line), places in grid.items()
        for place in places
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
        for other in grid.get((column + dx, line + dy), ())
        if other is not place
    )
    assert min(near, default=cell) > 4.0


def test_labels_are_row_letters_and_numbers(venue: Plan) -> None:
    row = venue.sections[0].rows[0]
    assert row.label == "A"
    assert [seat.label for seat in row.seats[:3]] == ["A1", "A2", "A3"]
    for row in (row for section in venue.seated for row in section.rows):
        assert len({seat.label for seat in row.seats}) == len(row.seats)


def test_straight_sections_hold_their_seats_within_their_outline() -> None:
    for section in stadium().sections:
        if "corner" not in section.zone:
            for row in section.rows:
                assert all(is_inside((seat.x, seat.y), section.outline) for seat in row.seats)


def test_everything_lies_within_the_drawing(venue: Plan) -> None:
    for section in venue.sections:
        for x, y in section.outline:
            assert 0 <= x <= venue.width
            assert 0 <= y <= venue.height


def test_aisles_of_the_theatre_are_gaps() -> None:
    orchestra, balcony, *_ = theatre().sections
    for row in (*orchestra.rows, *balcony.rows):
        assert sum(seat.gap_after for seat in row.seats) == 2
