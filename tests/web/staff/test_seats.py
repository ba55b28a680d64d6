"""Staff take seats off sale, put them back, and end other people's holds; buyers' maps follow."""

from __future__ import annotations

from typing import Any

import pytest

from houseful.store.seats import SeatStore
from tests.support.serving import Guest, Sale, Server, eventually
from tests.support.staff import act, audit, given, refused, statuses


async def test_a_blocked_seat_is_off_sale_until_it_is_unblocked_and_says_who_and_why(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    first, second = sale.seats[:2]
    async with ann.live(sale) as live:
        await live.next("hello")
        done = await given(await act(venue, sale, "block", seatIds=[first, second], reason="desk"))
        assert done == {"seatIds": [first, second], "failedSeats": []}
        frame = await live.next("seats")
        assert [change[:2] for change in frame["changes"]] == [
            [first, "BLOCKED"],
            [second, "BLOCKED"],
        ]
        answer = await ann.reserve(sale, first)
        assert answer.json()["data"]["failedSeats"][0]["code"] == "blocked"
        (block, _) = await given(await venue.http.get(f"/events/{sale.id}/blocks"))
        assert (block["seatNumber"], block["section"]) == ("A1", "Orchestra")
        assert (block["reason"], block["who"]) == ("desk", "vera")

        done = await given(await act(venue, sale, "unblock", seatIds=[first], reason="moved"))
        assert done["seatIds"] == [first]
        frame = await live.next("seats")
        assert frame["changes"][0][:2] == [first, "AVAILABLE"]
    assert await statuses(ann, sale, first, second) == ["AVAILABLE", "BLOCKED"]
    log = [(line["act"], line["who"], line["reason"]) for line in await audit(venue, sale)]
    assert log == [("unblock", "vera", "moved"), ("block", "vera", "desk")]


async def test_a_seat_that_is_somebody_s_is_not_blocked_and_says_whose_turn_it_is(
    venue: Guest, ann: Guest, ben: Guest, sale: Sale
) -> None:
    held, bought, free = sale.seats[:3]
    await ann.held(sale, held)
    await ben.bought(sale, bought)
    done = await given(await act(venue, sale, "block", seatIds=[held, bought, free]))
    assert done["seatIds"] == [free]
    assert [(seat["seatId"], seat["code"]) for seat in done["failedSeats"]] == [
        (held, "reserved"),
        (bought, "booked"),
    ]
    assert await statuses(ann, sale, held, bought) == ["RESERVED", "BOOKED"]


async def test_a_whole_section_is_blocked_and_only_what_was_blocked_comes_back(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[40])
    done = await given(await act(venue, sale, "block", section="Balcony"))
    assert done["seatIds"] == list(sale.seats[41:])
    again = await given(await act(venue, sale, "block", section="Balcony"))
    assert again["seatIds"] == []
    done = await given(await act(venue, sale, "unblock", section="Balcony"))
    assert done["seatIds"] == list(sale.seats[41:])
    assert [seat["code"] for seat in done["failedSeats"]] == ["reserved"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"seatIds": [1], "section": "Balcony"}, 400, "invalid_request"),
        ({}, 400, "invalid_request"),
        ({"seatIds": []}, 400, "invalid_request"),
        ({"seatIds": [2**50]}, 404, "unknown_seat"),
        ({"section": "Nowhere"}, 404, "unknown_section"),
        ({"section": "Balcony", "reason": ""}, 400, "invalid_request"),
        ({"section": "Balcony", "reason": "  "}, 400, "invalid_request"),
        ({"section": "Balcony", "reason": "x" * 501}, 400, "invalid_request"),
        ({"section": "Balcony", "reason": None}, 400, "invalid_request"),
    ],
    ids=str,
)
async def test_a_wrong_block_changes_nothing(
    body: dict[str, Any], status: int, code: str, venue: Guest, quiet_sale: Sale
) -> None:
    refused(await act(venue, quiet_sale, "block", **body), status, code)
    assert await given(await venue.http.get(f"/events/{quiet_sale.id}/blocks")) == []
    assert await audit(venue, quiet_sale) == []


async def test_blocked_seats_stay_blocked_when_redis_is_rebuilt(
    server: Server, venue: Guest, ann: Guest, sale: Sale
) -> None:
    seat = sale.seats[0]
    await given(await act(venue, sale, "block", seatIds=[seat]))
    async with server.catalog() as catalog:
        store: SeatStore = catalog._seats
        await catalog.open_event(sale.id, (await store.snapshot(sale.id)).epoch)

    async def is_blocked() -> bool:
        return await statuses(ann, sale, seat) == ["BLOCKED"]

    await eventually(is_blocked)


async def test_staff_see_every_hold_and_can_end_one(
    venue: Guest, ann: Guest, ben: Guest, sale: Sale
) -> None:
    hold = await ann.held(sale, *sale.seats[:2])
    await ben.held(sale, sale.seats[5])
    holds = await given(await venue.http.get(f"/events/{sale.id}/holds"))
    mine = next(one for one in holds if one["userId"] == ann.name)
    assert len(holds) == 2
    assert (mine["id"], mine["status"], mine["seatIds"]) == (
        hold["id"],
        "ACTIVE",
        list(sale.seats[:2]),
    )
    assert mine["seatNumbers"] == ["A1", "A2"]
    assert mine["expiresAt"] == hold["expiresAt"]
    async with ann.live(sale) as live:
        await live.next("hello")
        done = await given(await act(venue, sale, f"holds/{hold['id']}/release"))
        assert done == {"id": hold["id"], "releasedSeatIds": list(sale.seats[:2])}
        told = await live.next("reservation", state="released")
        assert told["reason"] == "staff"
        assert told["id"] == hold["id"]
    asked = (await ann.http.get(f"/events/{sale.id}/reservations/{hold['id']}")).json()["data"]
    assert (asked["status"], asked["reason"]) == ("RELEASED", "staff")
    assert await statuses(ann, sale, *sale.seats[:2]) == ["AVAILABLE"] * 2
    (line,) = await audit(venue, sale)
    assert (line["act"], line["details"]["holder"]) == ("release_hold", ann.name)
    refused(await act(venue, sale, f"holds/{hold['id']}/release"), 404, "unknown_reservation")


async def test_a_hold_that_is_being_paid_for_is_not_ended(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    answer = await ann.pay(sale, sale.seats[0], card="4000002500003155")
    assert answer.status_code == 202
    (hold,) = await given(await venue.http.get(f"/events/{sale.id}/holds"))
    assert hold["status"] == "PAYING"
    refused(await act(venue, sale, f"holds/{hold['id']}/release"), 409, "in_payment")
    assert await audit(venue, sale) == []


async def test_a_number_of_the_best_seats_is_taken_off_sale_together(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    done = await given(await act(venue, sale, "block", best={"quantity": 4}, reason="by phone"))
    first = done["seatIds"][0]
    assert done == {"seatIds": list(range(first, first + 4)), "failedSeats": []}
    assert set(await statuses(ann, sale, *done["seatIds"])) == {"BLOCKED"}
    answer = await act(venue, sale, "block", best={"quantity": 4, "sections": ["Attic"]})
    refused(answer, 400, "invalid_request")
    refused(
        await act(venue, sale, "block", best={"quantity": 1000}), 409, "best_available_not_found"
    )
    refused(await act(venue, sale, "unblock", best={"quantity": 1}), 400, "invalid_request")
