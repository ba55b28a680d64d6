"""A party that cannot sit together: the fewest parts, nobody alone, close to each other."""

from __future__ import annotations

import pytest

from houseful.domain.seat_choice.best_seats import BestSeats
from houseful.domain.seat_choice.lone_seats import LoneSeats
from houseful.domain.seat_choice.seat_blocks import SeatBlocks
from houseful.domain.seat_choice.seat_windows import Wish
from houseful.domain.seat_choice.split_seats import partitions, split
from tests.support.seat_plans import drawn, names


def seated(text: str, taken: str, wish: Wish) -> list[list[str]]:
    """The parts of the best split, as names."""
    plan = drawn(text, focal=(70, -20))
    called = names(plan)
    status = bytearray(name in taken.split() for name in called)
    found = split(BestSeats(SeatBlocks(plan), status), wish, LoneSeats.STRICT)
    return [[called[index] for index in part] for part in found[0].parts] if found else []


def test_two_pairs_come_before_three_and_one() -> None:
    parts = seated("A: ...|.\nB: ...|.", "", Wish(4, prevents_lone_seats=False))

    assert sorted(map(len, parts)) == [2, 2]


def test_the_row_behind_comes_before_the_far_end_of_the_same_row() -> None:
    house = "A: ..|........|..\nB: ..|........|.."
    taken = " ".join(f"{row}-{seat}" for row in "AB" for seat in range(3, 11))

    parts = seated(house, taken, Wish(4))

    assert sorted(map(tuple, parts)) in (
        [("A-1", "A-2"), ("B-1", "B-2")],
        [("A-11", "A-12"), ("B-11", "B-12")],
    )


def test_one_category_comes_before_a_nearer_seat_of_another() -> None:
    parts = seated("A: ..|22\nB: 22|..\nC: ..|22", "", Wish(4))

    rows = {"A-1": 0, "A-3": 1, "B-1": 1, "B-3": 0, "C-1": 0, "C-3": 1}
    assert len({rows[part[0]] for part in parts}) == 1


def test_the_wheelchair_space_goes_with_one_part() -> None:
    parts = seated("A: w.|..", "", Wish(4, accessible=1))

    assert sorted(map(tuple, parts)) == [("A-1", "A-2"), ("A-3", "A-4")]


def test_a_party_larger_than_any_way_of_parting_is_tried_is_cut_into_long_runs() -> None:
    parts = seated("A: ........\nB: ........", "", Wish(13))

    assert sorted(map(len, parts)) == [5, 8]


@pytest.mark.parametrize("quantity", [9, 14])
def test_more_than_there_are_is_nothing(quantity: int) -> None:
    assert seated("A: ....|....", "", Wish(quantity)) == []


def test_partitions_are_all_there() -> None:
    assert list(partitions(5, 2, 4)) == [(4, 1), (3, 2)]
    assert list(partitions(4, 4, 4)) == [(1, 1, 1, 1)]
