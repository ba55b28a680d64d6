"""Seats that we chose for a buyer: all or none, once per request, and in place of others."""

from __future__ import annotations

from typing import Any

from houseful.domain.seats import FailedSeat, Granted, Refused
from houseful.store.seats import SeatStore
from tests.store.test_seats import BASE, EVENT, HOLD, Clock, clock, seats

__all__ = ["clock", "seats"]


async def choose(
    store: SeatStore, user: str, *wanted: tuple[int, int], **how: Any
) -> Granted | Refused:
    return await store.reserve(
        EVENT, user, "s", wanted, hold_ms=HOLD, max_seats=3, whole=True, **how
    )


async def test_all_of_the_chosen_seats_are_held_or_none(seats: SeatStore) -> None:
    await choose(seats, "bob", (102, BASE))

    answer = await choose(seats, "ann", (101, BASE), (102, BASE))

    assert answer == Refused((FailedSeat(102, "reserved"),))
    assert await seats.reservations(EVENT, "ann") == []


async def test_a_request_asked_again_gets_the_seats_it_got(seats: SeatStore) -> None:
    first = await choose(seats, "ann", (101, BASE), (102, BASE), request="r1")
    again = await choose(seats, "ann", (105, BASE), request="r1")
    other = await choose(seats, "ann", (106, BASE), request="r2")

    assert isinstance(first, Granted)
    assert isinstance(again, Granted)
    assert (again.reservation_id, again.seat_ids) == (first.reservation_id, (101, 102))
    assert again.repeated
    assert isinstance(other, Granted)
    assert [held.request for held in await seats.reservations(EVENT, "ann")] == ["r1", "r2"]


async def test_anothers_request_of_the_same_id_is_another(seats: SeatStore) -> None:
    await choose(seats, "ann", (101, BASE), request="r1")

    answer = await choose(seats, "bob", (105, BASE), request="r1")

    assert isinstance(answer, Granted)
    assert answer.seat_ids == (105,)


async def test_a_request_outlives_more_seats_joining_and_ends_with_its_hold(
    seats: SeatStore, clock: Clock
) -> None:
    await choose(seats, "ann", (101, BASE), request="r1")
    joined = await seats.reserve(
        EVENT, "ann", "s", [(101, 0), (102, BASE)], hold_ms=HOLD, max_seats=3
    )
    again = await choose(seats, "ann", (105, BASE), request="r1")
    assert isinstance(joined, Granted)
    assert isinstance(again, Granted)
    assert again.reservation_id == joined.reservation_id

    await clock.move(3 * HOLD)
    anew = await choose(seats, "ann", (105, BASE), request="r1")
    assert isinstance(anew, Granted)
    assert anew.seat_ids == (105,)


async def test_other_seats_replace_a_hold_in_one_step_and_keep_its_bound(
    seats: SeatStore, clock: Clock
) -> None:
    first = await choose(seats, "ann", (101, BASE), (102, BASE))
    assert isinstance(first, Granted)
    await clock.move(HOLD - 1)

    other = await choose(
        seats, "ann", (103, BASE), (104, BASE), (105, BASE), replaces=first.reservation_id
    )

    assert isinstance(other, Granted), "the old seats make room under the limit of three"
    assert other.deadline_ms == clock.now_ms + HOLD
    assert {record.seat_id: record.status for record in (await seats.snapshot(EVENT)).records} == {
        **dict.fromkeys((101, 102), "A"),
        **dict.fromkeys((103, 104, 105), "R"),
    }
    third = await choose(seats, "ann", (106, BASE), replaces=other.reservation_id)
    assert isinstance(third, Granted)
    assert third.deadline_ms <= first.now_ms + 2 * HOLD


async def test_a_replacement_that_fails_leaves_the_hold_as_it_was(seats: SeatStore) -> None:
    first = await choose(seats, "ann", (101, BASE))
    await choose(seats, "bob", (103, BASE))
    assert isinstance(first, Granted)

    refused = await choose(seats, "ann", (103, BASE), (104, BASE), replaces=first.reservation_id)
    itself = await choose(seats, "ann", (101, BASE + 1), replaces=first.reservation_id)

    assert refused == Refused((FailedSeat(103, "reserved"),))
    assert itself == Refused((FailedSeat(101, "stale_version"),))
    assert [held.seat_ids for held in await seats.reservations(EVENT, "ann")] == [(101,)]


async def test_nobody_replaces_what_is_not_theirs(seats: SeatStore) -> None:
    first = await choose(seats, "ann", (101, BASE))
    assert isinstance(first, Granted)

    answer = await choose(seats, "bob", (103, BASE), replaces=first.reservation_id)

    assert isinstance(answer, Granted)
    assert [held.seat_ids for held in await seats.reservations(EVENT, "ann")] == [(101,)]
