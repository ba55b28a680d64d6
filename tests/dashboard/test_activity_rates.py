"""Rates over the last minute, and the list of activities."""

from __future__ import annotations

from houseful.dashboard.activity_rates import ITEMS, ActivityRates
from houseful.domain.seats import Change
from houseful.store.staff_events import StaffEvent

NOW = 1_700_000_000_000


def change(seq: int, kind: str = "reserved", seats: int = 2, at_ms: int = NOW) -> Change:
    pairs = tuple((seat, 1) for seat in range(seats))
    return Change(seq, kind, 1, "u", "s", "R", 0, at_ms, pairs, moved=seats)


def note(nth: int, kind: str = "refused", number: int = 3, at_ms: int = NOW) -> StaffEvent:
    return StaffEvent(f"{at_ms}-{nth}", kind, at_ms, number, ())


def begun() -> ActivityRates:
    pulse = ActivityRates(lambda seat_id: "Stalls" if seat_id < 5 else "Balcony")
    pulse.begin([], [])
    return pulse


def test_a_rate_counts_seats_for_a_minute() -> None:
    pulse = begun()
    pulse.take([change(1, at_ms=NOW - 59_000), change(2, "booked", 1)])
    pulse.note([note(0)])
    rates = pulse.rates(NOW)
    assert (rates["reserved"], rates["booked"], rates["refused"]) == (2, 1, 3)
    assert pulse.rates(NOW + 1000)["reserved"] == 0
    assert set(pulse.rates(NOW + 60_000).values()) == {0}


def test_what_comes_twice_counts_once_and_what_came_early_is_not_lost() -> None:
    pulse = ActivityRates(lambda seat_id: "Stalls")
    pulse.take([change(3)])
    pulse.note([note(1)])
    pulse.begin([change(1), change(2), change(3)], [note(0), note(1)])
    pulse.take([change(3), change(4)])
    pulse.note([note(1)])
    rates = pulse.rates(NOW)
    assert (rates["reserved"], rates["refused"]) == (8, 6)


def test_activities_are_newest_first_and_bounded() -> None:
    pulse = begun()
    pulse.take([change(seq, seats=seq) for seq in range(1, 8)])
    assert [item["seats"] for item in pulse.items()] == [7, 6, 5, 4, 3, 2, 1]
    assert [item["section"] for item in pulse.items(4)] == [None, None, "Stalls"]
    pulse.take([change(seq) for seq in range(8, 100)])
    assert len(pulse.items()) == ITEMS


def test_extending_a_hold_is_no_activity() -> None:
    pulse = begun()
    pulse.take([change(1, "extended", 0), change(2, "opened", 0), change(3, "kept", 2)])
    assert pulse.items() == []
