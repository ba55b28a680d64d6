"""The lone seat rule against brute force that reads the definition off the page."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from houseful.domain.seat_choice.best_seats import BestSeats
from houseful.domain.seat_choice.lone_seats import (
    HOUR_MS,
    LoneSeatRule,
    LoneSeats,
    count_lone,
    stranded,
)
from houseful.domain.seat_choice.seat_blocks import SeatBlocks
from tests.support.examples import examples
from tests.support.seat_plans import drawn

WALL = -1
STATES = (0, 0, 0, 1, 2, 3, 4)
"""Free as often as not; held, paying, booked and blocked are one and the same."""


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, bytearray, list[int]]:
    """One or two rows of up to 12 with aisles, the seats' states, and a choice of up to 4 free ones."""
    texts, status = [], bytearray()
    for label in "AB"[: draw(st.integers(1, 2))]:
        length = draw(st.integers(1, 12))
        aisles = draw(st.sets(st.integers(1, length), max_size=2))
        marks = "".join(("|" if place in aisles and place else "") + "." for place in range(length))
        texts.append(f"{label}: {marks.lstrip('|')}")
        status += bytes(draw(st.lists(st.sampled_from(STATES), min_size=length, max_size=length)))
    free = [index for index, state in enumerate(status) if not state]
    party = draw(st.integers(1, 4))
    chosen = (
        draw(st.lists(st.sampled_from(free), min_size=1, max_size=party, unique=True))
        if free
        else []
    )
    return "\n".join(texts), status, sorted(chosen)


def lone_after(
    blocks: list[list[int]], status: bytearray, chosen: set[int], mode: LoneSeats
) -> set[int]:
    """Word for word: free, not chosen, both neighbours taken or wall after the choice, not before."""

    def closed(index: int, taken: set[int]) -> bool:
        return index == WALL or bool(status[index]) or index in taken

    found = set()
    for block in blocks:
        walled = [WALL, *block, WALL]
        for place, seat in enumerate(block):
            sides = (walled[place], walled[place + 2])
            is_alone = all(closed(side, chosen) for side in sides)
            was_alone = all(closed(side, set()) for side in sides)
            is_free = not status[seat] and seat not in chosen
            if is_free and is_alone and not was_alone:
                if mode == LoneSeats.AISLE and WALL in sides:
                    continue
                found.add(seat)
    return found if mode != LoneSeats.OFF else set()


@examples(150, 600, rows(), st.sampled_from(LoneSeats))
def test_the_verdict_is_brute_forces(
    house: tuple[str, bytearray, list[int]], mode: LoneSeats
) -> None:
    text, status, chosen = house
    seats = SeatBlocks(drawn(text))
    blocks = [list(range(block.first, block.stop)) for block in seats.blocks]

    assert set(stranded(seats, status, chosen, mode)) == lone_after(
        blocks, status, set(chosen), mode
    )


@examples(150, 600, rows(), st.sampled_from([LoneSeats.AISLE, LoneSeats.STRICT]))
def test_the_nearest_legal_choice_is_found_whenever_there_is_one(
    house: tuple[str, bytearray, list[int]], mode: LoneSeats
) -> None:
    text, status, chosen = house
    if not chosen:
        return
    seats = SeatBlocks(drawn(text))
    blocks = [list(range(block.first, block.stop)) for block in seats.blocks]
    windows = [
        block[start : start + len(chosen)]
        for block in blocks
        for start in range(len(block) - len(chosen) + 1)
    ]
    legal = {
        tuple(window)
        for window in windows
        if not any(status[index] for index in window)
        and not lone_after(blocks, status, set(window), mode)
    }

    found = BestSeats(seats, status).nearest_legal(chosen, mode)

    assert (found is None) == (not legal)
    if found is not None:
        assert found in legal
        at_home = [w for w in legal if seats.block_of[w[0]] in {seats.block_of[c] for c in chosen}]
        assert found in at_home or not at_home
        middle = sum(chosen) / len(chosen)
        if at_home and chosen[-1] - chosen[0] == len(chosen) - 1:
            shift = min(abs(sum(w) / len(w) - middle) for w in at_home)
            assert abs(sum(found) / len(found) - middle) == shift


def test_another_category_is_no_wall() -> None:
    seats = SeatBlocks(drawn("A: ..22"))

    assert stranded(seats, bytearray(4), [0], LoneSeats.STRICT) == []
    assert stranded(seats, bytearray(b"\0\0\0\3"), [0, 1], LoneSeats.STRICT) == [2]
    assert stranded(seats, bytearray(b"\0\0\3\3"), [0], LoneSeats.STRICT) == [1]


@pytest.mark.parametrize(
    ("free", "now_ms", "holds"),
    [(10, 0, True), (9, 0, False), (50, 76 * HOUR_MS, False), (50, 76 * HOUR_MS - 1, True)],
)
def test_the_rule_rests_when_few_seats_are_free_and_near_the_start(
    free: int, now_ms: int, holds: bool
) -> None:
    rule = LoneSeatRule(LoneSeats.AISLE, off_below_percent=10, off_hours_before=24)

    assert rule.holds(free, 100, now_ms, starts_at_ms=100 * HOUR_MS) is holds
    assert not LoneSeatRule().holds(free, 100, now_ms, starts_at_ms=100 * HOUR_MS)


@examples(50, 200, rows())
def test_lone_seats_are_counted_as_a_person_counts_them(
    house: tuple[str, bytearray, list[int]],
) -> None:
    text, status, _ = house
    seats = SeatBlocks(drawn(text))

    lone = 0
    for block in seats.blocks:
        states = [1, *status[block.first : block.stop], 1]
        lone += len(states) > 3 and sum(
            bool(states[place - 1] and states[place + 1] and not states[place])
            for place in range(1, len(states) - 1)
        )

    assert count_lone(seats, status) == lone
