"""The life of a booking is a table; what it does not allow cannot happen."""

from __future__ import annotations

import itertools

import pytest

from houseful.domain.booking import FOLLOWS, LIVE, PAID, UNFINISHED, State, check


@pytest.mark.parametrize(("before", "after"), [*itertools.product(State, State)])
def test_a_move_is_allowed_or_raises(before: State, after: State) -> None:
    if after in FOLLOWS[before]:
        assert check(before, after) is after
    else:
        with pytest.raises(ValueError, match=f"after {before}"):
            check(before, after)


def test_every_state_can_be_reached_and_every_unfinished_one_can_end() -> None:
    reached, waiting = {State.CLAIMED}, [State.CLAIMED]
    while waiting:
        for after in FOLLOWS[waiting.pop()] - reached:
            reached.add(after)
            waiting.append(after)
    assert reached == set(State)
    for state in UNFINISHED:
        assert FOLLOWS[state] - UNFINISHED, state


def test_money_that_was_given_back_can_only_bounce() -> None:
    assert FOLLOWS[State.REFUNDED] == {State.REFUND_FAILED}


def test_a_claim_lives_while_money_may_be_taken_or_was() -> None:
    assert LIVE == UNFINISHED | PAID
    assert not LIVE & {State.DECLINED, State.CANCELLED, State.REFUNDED}
