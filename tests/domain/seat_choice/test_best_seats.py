"""Choosing: seats.io's own published outcomes, and what its order says beyond them."""

from __future__ import annotations

from itertools import product

import pytest

from houseful.domain.plan import Plan
from houseful.domain.seat_choice.best_seats import BestSeats
from houseful.domain.seat_choice.lone_seats import LoneSeats
from houseful.domain.seat_choice.seat_blocks import SeatBlocks
from houseful.domain.seat_choice.seat_windows import Wish
from tests.support.seat_plans import SAMPLE, SAMPLE_FOCAL, drawn, names

TAKEN = 3


class House:
    """A plan with names for its seats."""

    def __init__(self, plan: Plan) -> None:
        self.names = names(plan)
        self.status = bytearray(len(self.names))
        self.best = BestSeats(SeatBlocks(plan), self.status)

    def take(self, *seats: str) -> None:
        for seat in seats:
            self.status[self.names.index(seat)] = TAKEN

    def ask(self, wish: Wish, mode: LoneSeats = LoneSeats.OFF) -> list[str]:
        found = self.best.together(wish, mode)
        return [self.names[index] for index in found[0].seats] if found else []


@pytest.fixture
def sample() -> House:
    return House(drawn(SAMPLE, focal=SAMPLE_FOCAL))


@pytest.mark.parametrize(
    ("wish", "seats"),
    [
        (Wish(3), "A-4 A-5 A-6"),
        (Wish(1), "A-5"),
        (Wish(2), "A-4 A-5"),
        (Wish(3, categories=frozenset({1})), "C-4 C-5 C-6"),
        (Wish(3, accessible=1), "A-6 A-7 A-8"),
        (Wish(3000), ""),
    ],
)
def test_the_sample_chart_gives_the_seats_that_seats_io_gives(
    sample: House, wish: Wish, seats: str
) -> None:
    assert sample.ask(wish) == seats.split()


@pytest.mark.parametrize(("prevents", "seats"), [(False, "A-2 A-3"), (True, "B-4 B-5")])
def test_a_lone_seat_is_avoided_unless_that_is_refused(
    sample: House, prevents: bool, seats: str
) -> None:
    sample.take("A-4", "A-5")

    assert sample.ask(Wish(2, prevents_lone_seats=prevents)) == seats.split()


def test_companion_seats_go_to_who_asks_for_a_wheelchair_space_and_to_nobody_else() -> None:
    house = House(drawn("A: .wc..\nB: .....", focal=(30, -20)))

    assert house.ask(Wish(2, accessible=1)) == ["A-2", "A-3"]
    assert house.ask(Wish(2)) == ["A-4", "A-5"]
    assert house.ask(Wish(1)) == ["A-1"]


def test_an_aisle_is_never_crossed() -> None:
    house = House(drawn("A: ..|..\nB: ....", focal=(30, -20)))

    assert house.ask(Wish(3)) == ["B-1", "B-2", "B-3"]


def test_where_the_row_end_may_stand_alone_that_is_preferred_to_one_within_the_row() -> None:
    house = House(drawn("A: ...|....", focal=(70, -20)))
    house.take("A-4")

    assert house.ask(Wish(2), LoneSeats.AISLE) == ["A-2", "A-3"]


def test_seats_that_were_set_aside_are_not_proposed_until_their_time_is_over(
    sample: House,
) -> None:
    first = sample.best.together(Wish(2), LoneSeats.OFF)[0]
    sample.best.set_aside(first.seats, until_ms=300)

    assert sample.ask(Wish(2)) != ["A-4", "A-5"]
    sample.best.put_back(300)
    assert sample.ask(Wish(2)) == ["A-4", "A-5"]


def test_seats_left_out_are_not_proposed_and_are_no_walls(sample: House) -> None:
    left_out = [sample.names.index("A-4"), sample.names.index("A-5")]

    (found,) = sample.best.together(Wish(2), LoneSeats.OFF, 1, left_out)

    assert [sample.names[index] for index in found.seats] == ["B-4", "B-5"]


def test_the_best_few_never_overlap(sample: House) -> None:
    found = sample.best.together(Wish(2), LoneSeats.OFF, 16)

    seats = [index for proposal in found for index in proposal.seats]
    assert len(seats) == len(set(seats))
    assert len(found) == 11


def test_what_is_kept_of_a_search_equals_a_search_anew(sample: House) -> None:
    """Through every state of two rows' middles, with seats going and coming back."""
    wish = Wish(2)
    middles = [sample.names.index(name) for name in ("A-4", "A-5", "B-3", "B-4", "B-6")]

    for states in product((0, TAKEN), repeat=len(middles)):
        for index, state in zip(middles, states, strict=True):
            sample.status[index] = state
        anew = BestSeats(sample.best.seats, bytearray(sample.status))
        assert sample.best.windows(wish, LoneSeats.OFF, 4) == anew.windows(wish, LoneSeats.OFF, 4)
