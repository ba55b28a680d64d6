"""How a booking's seats stand in a cell of the table that staff take away."""

from __future__ import annotations

from houseful.domain.prices.pricing import PricedSeat
from houseful.staff.bookings import named


def test_places_of_a_standing_area_are_told_by_number() -> None:
    seat = PricedSeat(1, "Stalls", "A", "1", "BEST", 7500)
    places = [PricedSeat(n, "Floor", "", "", "FLOOR", 3000, "standing") for n in (7, 8, 9)]
    assert named([places[0], seat, *places[1:]]) == ["Stalls, row A, seat 1", "Floor × 3"]
    assert named(places[:1]) == ["Floor"]
