"""Best available is quick enough for an on-sale."""

from __future__ import annotations

from tests.bench.best import SEATS, parties_per_second

AT_LEAST = 500


def test_one_core_finds_the_best_of_50_000_seats_for_500_parties_a_second() -> None:
    rate, seats = parties_per_second(500)
    print(f"{rate:,.0f} parties a second on {seats:,} seats")
    assert seats >= SEATS
    assert rate >= AT_LEAST
