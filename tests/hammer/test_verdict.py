"""Each check sees its own fault, and nothing where there is none."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from houseful.hammer.aggregator import Aggregator
from houseful.hammer.seat_forms import AVAILABLE, RESERVED
from houseful.hammer.verdict import verdict
from houseful.hammer.verdict.record import Batch, BookingSeen, FrameSeen, Purchase, RecordedHold
from houseful.hammer.verdict.seat_map import SeatMaps
from tests.hammer.test_seat_map import BASE, FIRST, body, fold, frame

HOLD = RecordedHold("ann", "e", 1, ((7, 11),), 100.0, 100.0, 110.0, "release", ended_s=103.0)
BOUGHT = BookingSeen("ann", "BK-1", "CONFIRMED", "SUCCESS", (7, 8), 60.0, 0.0, 2)
PAID = Purchase("ann", (7, 8), "confirmed", "BK-1")


def later(hold: RecordedHold = HOLD, **given: Any) -> RecordedHold:
    """The next hold of the same seat, by somebody else."""
    common = {"holder": "bob", "reservation_id": 2, "seats": ((7, 13),), "replied_s": 104.0}
    return replace(hold, **{**common, "ended_s": None, "deadline_s": 114.0, **given})


def test_one_after_the_other_may_hold_a_seat() -> None:
    assert not list(verdict.held_twice([HOLD, later(), later(reservation_id=3, seats=((9, 1),))]))


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        (
            later(replied_s=102.0),
            "seat 7 was held by ann (version 11) and by bob (version 13) at once",
        ),
        (
            later(seats=((7, 11),)),
            "seat 7 was granted at version 11 to ann and again to bob",
        ),
    ],
)
def test_two_holds_of_one_seat_at_once_are_a_fault(other: RecordedHold, fault: str) -> None:
    assert list(verdict.held_twice([other, HOLD])) == [fault]


def test_a_bought_seat_is_never_free_again_but_a_hold_ends_at_its_deadline() -> None:
    bought = replace(HOLD, ended_s=None, bought=True)
    assert list(verdict.held_twice([bought, later(replied_s=1_000.0)]))
    left = replace(HOLD, ended_s=None, fate="abandon")
    assert list(verdict.held_twice([left, later(replied_s=109.0)]))
    assert not list(verdict.held_twice([left, later(replied_s=110.0)]))


def test_holds_of_another_epoch_and_repeated_answers_are_no_fault() -> None:
    assert not list(verdict.held_twice([HOLD, later(epoch="f", replied_s=101.0), HOLD]))


def test_a_seat_in_two_live_bookings_is_a_fault() -> None:
    other = replace(BOUGHT, holder="bob", reference="BK-2", seats=(8,))
    assert list(verdict.sold_twice([BOUGHT, other])) == ["seat 8 is sold in BK-1 and in BK-2"]
    assert not list(verdict.sold_twice([BOUGHT, replace(other, status="REFUNDED")]))


def test_a_payment_with_its_tickets_is_settled() -> None:
    refused = Purchase("ann", (9,), "payment_declined")
    declined = BookingSeen("ann", "BK-3", "DECLINED", "FAILED", (9,), 30.0, 0.0, 0)
    assert not list(verdict.unsettled([PAID, refused], [BOUGHT, declined]))
    back = replace(BOUGHT, status="REFUNDED", payment_status="REFUNDED", refunded=60.0)
    cancelled = replace(PAID, cancelled=True)
    assert not list(verdict.unsettled([cancelled], [replace(back, valid_tickets=0)]))


@pytest.mark.parametrize(
    ("paid", "booking", "fault"),
    [
        (PAID, None, "BK-1 was confirmed to ann, who has no such booking"),
        (PAID, {"status": "PENDING"}, "BK-1 was confirmed, now it is PENDING"),
        (PAID, {"valid_tickets": 1}, "BK-1 has 1 valid tickets for 2 seats"),
        (PAID, {"payment_status": "PENDING"}, "BK-1 is confirmed, its payment is PENDING"),
        (PAID, {"papers": "no PDF (500)"}, "BK-1: no PDF (500)"),
        (None, {}, "BK-1 is confirmed, but ann was never told so"),
        (None, {"status": "DECLINED"}, "BK-1 is DECLINED with 2 valid tickets"),
        (
            None,
            {"status": "DECLINED", "valid_tickets": 0},
            "BK-1 is DECLINED, its payment is SUCCESS",
        ),
        (
            replace(PAID, cancelled=True),
            {
                "status": "REFUNDED",
                "payment_status": "REFUNDED",
                "valid_tickets": 0,
                "refunded": 5.0,
            },
            "BK-1 of 60.0 got back 5.0",
        ),
        (
            replace(PAID, outcome="unknown", reference=""),
            None,
            "a purchase of seats [7, 8] never got a final answer",
        ),
    ],
)
def test_a_payment_without_what_belongs_to_it_is_a_fault(
    paid: Purchase | None, booking: dict[str, Any] | None, fault: str
) -> None:
    purchases = [] if paid is None else [paid]
    bookings = [] if booking is None else [replace(BOUGHT, **booking)]
    assert fault in list(verdict.unsettled(purchases, bookings))


def test_sold_seats_must_show_as_booked() -> None:
    assert list(verdict.not_booked([BOUGHT], {7}, end=100)) == [
        "seat 8 is sold in BK-1, and the map does not say so"
    ]


def test_a_hold_that_the_server_still_shows_is_a_leak() -> None:
    assert list(verdict.still_held([HOLD], {7: 11}, "e")) == [
        "seat 7 is still held by ann (reservation 1)"
    ]
    for reserved, epoch in (({7: 12}, "e"), ({7: 11}, "f"), ({}, "e")):
        assert not list(verdict.still_held([HOLD], reserved, epoch))


def test_a_viewers_map_is_held_against_the_servers() -> None:
    maps = SeatMaps()
    start = maps.start(body(1))
    told = frame(2, (FIRST, "RESERVED", BASE + 1))
    told_otherwise = frame(2, (FIRST, "BOOKED", BASE + 1))
    server, other = fold(maps, start, told), fold(maps, start, told_otherwise)
    newer = fold(maps, server, frame(3, (FIRST, "AVAILABLE", BASE + 2)))
    assert not list(verdict.unlike(server, server, server))
    assert not list(verdict.unlike(server, start, newer)), "between the two is right, too"
    assert list(verdict.unlike(other, server, server)) == [
        "seat 100 is BOOKED at version 1000001 for a viewer at 2,"
        " RESERVED at version 1000001 at the server"
    ]
    assert list(verdict.unlike(start, server, server))
    assert list(verdict.unlike(newer, server, server))
    assert list(verdict.unlike(maps.start(body(2, epoch="f")), server, server)) == [
        "a viewer is in epoch f, the server in e"
    ]


def gathered(*batches: Batch) -> Aggregator:
    gathering = Aggregator()
    for number, batch in enumerate(batches):
        gathering.add(number, batch)
    gathering.finish()
    return gathering


def test_a_push_is_measured_across_processes_from_grant_to_each_viewer() -> None:
    now_s = time.time()
    seen = FrameSeen(((7, 11, RESERVED), (8, 5, RESERVED)), first_s=now_s + 0.010)
    seen.offsets.update({0: 1, 20: 2})  # half milliseconds
    gathering = gathered(Batch(frames=[seen]), Batch(commits=[(7, 11, now_s)]))
    push = gathering.latencies["push"]
    assert push.count == 3
    assert push.max_s == pytest.approx(0.020, abs=1e-6)


def test_an_expiry_is_measured_from_the_deadline_and_not_when_given_back_before() -> None:
    left = replace(HOLD, fate="abandon", ended_s=None)
    at, before = (FrameSeen(((7, 12, AVAILABLE),), first_s=at_s) for at_s in (110.030, 105.0))
    for frame_seen in (at, before):
        frame_seen.offsets[0] = 1
    gathering = gathered(Batch(holds=[left], frames=[at, before]))
    assert gathering.latencies["expiry"].count == 1
    assert gathering.latencies["expiry"].max_s == pytest.approx(0.030, abs=1e-6)


def test_a_run_that_was_stopped_knows_only_the_faults_it_saw() -> None:
    gathering = gathered(Batch(faults=[("maps", "wrong"), ("maps", "wrong too")]))
    found = {check.name: check for check in gathering.judge(stopped="the server is gone")}
    assert (found["maps"].passed, found["maps"].count) == (False, 2)
    assert {found[name].passed for name in found if name != "maps"} == {None}
    assert all(check.passed for check in gathered(Batch()).judge(stopped=""))


@pytest.mark.parametrize(
    ("counts", "faults"),
    [
        ((1, 0, 2), []),
        ((1, 1, 1), ["area 7 shows 1 booked places, and 2 are sold"]),
        (
            (2, 0, 2),
            ["area 7 has 2 free, 0 held and 2 booked places, that is 4 of 3"],
        ),
    ],
)
def test_places_that_do_not_add_up_to_the_capacity_are_a_fault(
    counts: tuple[int, int, int], faults: list[str]
) -> None:
    assert list(verdict.miscounted({7: 3, 100: 5}, {7: counts, 100: (5, 0, 0)}, [BOUGHT])) == faults


def test_two_holds_of_one_place_at_once_are_a_fault_though_no_version_is_known() -> None:
    place = replace(HOLD, seats=((7, -1),))
    other = later(replied_s=102.0, seats=((7, -2),))
    assert list(verdict.held_twice([place, other])) == ["seat 7 was held by ann and by bob at once"]
