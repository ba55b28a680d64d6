"""The best seats and the lone seat rule, over HTTP and the socket alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from houseful.domain.plan import Plan
from tests.support.seat_plans import SAMPLE, SAMPLE_FOCAL, drawn, names
from tests.support.serving import Guest, Sale, Server, eventually
from tests.web.buyer.test_reservations import refused
from tests.web.conftest import Join

PRICES = {"Cat1": 5000, "Cat2": 3000}


@pytest.fixture
def hall(server: Server) -> Sale:
    """seats.io's sample chart: rows A to D of eight, A-7 a wheelchair space."""
    return add(server, drawn(SAMPLE, focal=SAMPLE_FOCAL))


def add(server: Server, plan: Plan) -> Sale:
    return server.add_event(plan, prices=PRICES)


CALLED = names(drawn(SAMPLE))


def ids(sale: Sale, seats: str) -> list[int]:
    """`A-4 A-5` as seat ids."""
    return [sale.seats[CALLED.index(name)] for name in seats.split()]


def called(sale: Sale, seat_ids: Iterable[int]) -> str:
    return " ".join(CALLED[seat_id - sale.seats[0]] for seat_id in seat_ids)


async def best(buyer: Guest, sale: Sale, **body: Any) -> httpx2.Response:
    path = f"/events/{sale.id}/reservations/best-available"
    return await buyer.http.post(path, json={"sessionId": "session-1", **body})


async def held(buyer: Guest, sale: Sale, **body: Any) -> str:
    answer = await best(buyer, sale, **body)
    assert answer.status_code == 201, answer.text
    return called(sale, answer.json()["data"]["reservedSeatIds"])


async def set_rule(join: Join, sale: Sale, **rule: Any) -> None:
    venue = await join("vera", "venue")
    answer = await venue.http.patch(
        f"/events/{sale.id}", json={"reason": "the rule", "loneSeats": rule}
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("asked", "seats"),
    [
        ({"quantity": 3}, "A-4 A-5 A-6"),
        ({"quantity": 1}, "A-5"),
        ({"quantity": 2}, "A-4 A-5"),
        ({"quantity": 3, "categories": ["cat2"]}, "C-4 C-5 C-6"),
        ({"quantity": 3, "accessible": 1}, "A-6 A-7 A-8"),
        ({"quantity": 3, "sections": ["Main"]}, "A-4 A-5 A-6"),
    ],
)
async def test_a_party_gets_the_seats_that_seats_io_gives(
    ann: Guest, hall: Sale, asked: dict[str, Any], seats: str
) -> None:
    answer = await best(ann, hall, **asked)

    data = answer.json()["data"]
    assert answer.status_code == 201, answer.text
    assert called(hall, data["reservedSeatIds"]) == seats
    assert (data["split"], data["leavesSingle"]) == (False, False)
    assert {"id", "expiresAt", "expiresInSeconds", "priceList", "total"} <= set(data)
    assert "RateLimit-Remaining" in answer.headers


@pytest.mark.parametrize(("prevents", "seats"), [(False, "A-2 A-3"), (True, "B-4 B-5")])
async def test_a_lone_seat_is_avoided_unless_that_is_refused(
    ann: Guest, join: Join, hall: Sale, prevents: bool, seats: str
) -> None:
    await (await join()).held(hall, *ids(hall, "A-4 A-5"))

    answer = await best(ann, hall, quantity=2, preventLoneSeats=prevents)

    assert called(hall, answer.json()["data"]["reservedSeatIds"]) == seats
    assert answer.json()["data"]["leavesSingle"] is not prevents


async def test_the_same_request_gets_the_same_seats_also_when_nothing_is_left(
    ann: Guest, join: Join, server: Server
) -> None:
    sale = add(server, drawn("A: ..", focal=(0, 0)))
    first = await best(ann, sale, quantity=2, requestId="r-1")
    again = await best(ann, sale, quantity=2, requestId="r-1")
    other = await best(ann, sale, quantity=2, requestId="r-2")

    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    assert again.json()["data"]["reservedSeatIds"] == list(sale.seats)
    refused(other, 409, "best_available_not_found")


async def test_a_party_that_must_sit_together_is_told_where_it_could_sit_apart(
    ann: Guest, server: Server
) -> None:
    sale = add(server, drawn("A: ..\nB: ..", focal=(0, 0)))

    answer = await best(ann, sale, quantity=4, together="required")
    body = refused(answer, 409, "best_available_not_found")
    assert [[seat["seatNumber"] for seat in part] for part in body["data"]["apart"]] == [
        ["A1", "A2"],
        ["B1", "B2"],
    ]
    taken = await best(ann, sale, quantity=4, together="preferred")
    assert taken.json()["data"]["split"] is True


async def test_other_seats_come_in_place_of_those_held_and_those_seen(
    ann: Guest, hall: Sale
) -> None:
    first = (await best(ann, hall, quantity=2)).json()["data"]

    answer = await best(
        ann, hall, quantity=2, replaces=first["id"], otherThan=first["reservedSeatIds"]
    )

    assert called(hall, answer.json()["data"]["reservedSeatIds"]) == "B-4 B-5"
    mine = (await ann.http.get(f"/events/{hall.id}/reservations")).json()["data"]
    assert [one["id"] for one in mine] == [answer.json()["data"]["id"]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"quantity": 0}, "quantity: expected"),
        ({"quantity": "2"}, 'quantity: expected a valid integer, got "2"'),
        ({"quantity": True}, "quantity: expected"),
        ({}, "quantity: Field required"),
        ({"quantity": 2, "categories": []}, "categories: List should have at least 1 item"),
        ({"quantity": 2, "categories": ["Gold"]}, 'categories: expected of "Cat1", "Cat2"'),
        ({"quantity": 2, "sections": ["Attic"]}, 'sections: expected of "Main", got "Attic"'),
        ({"quantity": 2, "zone": "North"}, 'zone: expected of none, got "North"'),
        ({"quantity": 2, "accessible": 3}, "accessible: expected at most 2, got 3"),
        ({"quantity": 2, "accessible": -1}, "accessible: expected"),
        ({"quantity": 2, "together": "maybe"}, "together: expected"),
        ({"quantity": 2, "requestId": "not one word"}, "requestId: "),
    ],
)
async def test_a_wrong_request_is_refused_by_name_and_holds_nothing(
    ann: Guest, quiet_sale: Sale, hall: Sale, body: dict[str, Any], said: str
) -> None:
    answer = await best(ann, hall, **body)

    assert said in refused(answer, 400, "invalid_request")["message"]
    async with ann.live(hall) as live:
        frame = await live.ask(type="best_available", ref=1, sessionId="s", **body)
    assert frame["error"]["code"] in ("invalid_command", "invalid_request")
    assert said.split(":")[0] in frame["error"]["message"]
    assert (await ann.http.get(f"/events/{hall.id}/reservations")).json()["data"] == []


async def test_more_than_one_person_may_hold_is_refused_as_for_chosen_seats(
    ann: Guest, hall: Sale
) -> None:
    refused(await best(ann, hall, quantity=3000), 400, "too_many_seats")
    await held(ann, hall, quantity=6)
    body = refused(await best(ann, hall, quantity=6), 409, "conflict")
    assert {seat["code"] for seat in body["data"]["failedSeats"]} == {"limit_reached"}


async def test_the_socket_holds_the_best_seats_by_the_same_rules(ann: Guest, hall: Sale) -> None:
    async with ann.live(hall) as live:
        frame = await live.ask(type="best_available", ref="b", sessionId="s", quantity=2)
        nothing = await live.ask(
            type="best_available", ref="n", sessionId="s", quantity=8, accessible=2
        )

    assert frame["type"] == "ok"
    assert called(hall, frame["data"]["reservedSeatIds"]) == "A-4 A-5"
    assert (frame["data"]["split"], frame["data"]["leavesSingle"]) == (False, False)
    assert nothing["error"]["code"] == "best_available_not_found"
    assert nothing["data"] == {"apart": []}


async def test_a_choice_that_leaves_a_seat_alone_is_refused_with_the_nearest_that_does_not(
    ann: Guest, join: Join, hall: Sale
) -> None:
    await set_rule(join, hall, rule="aisle")
    await ann.held(hall, *ids(hall, "B-4 B-5"))

    answer = await ann.reserve(hall, *ids(hall, "B-1 B-2"), session="other")

    body = refused(answer, 409, "leaves_single_seat")
    assert [seat["seatNumber"] for seat in body["data"]["lone"]] == ["B3"]
    assert [seat["seatNumber"] for seat in body["data"]["instead"]] == ["B2", "B3"]
    assert body["data"]["mayReturn"] is True
    async with ann.live(hall) as live:
        wanted = [{"seatId": seat_id, "version": 0} for seat_id in ids(hall, "B-1 B-2")]
        frame = await live.ask(type="reserve", ref=1, seats=wanted, sessionId="s")
    assert (frame["error"]["code"], frame["data"]) == ("leaves_single_seat", body["data"])
    instead = [seat["seatId"] for seat in body["data"]["instead"]]
    assert (await ann.reserve(hall, *instead, session="other")).status_code == 201


async def test_the_row_end_may_stand_alone_by_the_aisle_and_not_strictly(
    ann: Guest, join: Join, hall: Sale
) -> None:
    await set_rule(join, hall, rule="strict")
    refused(await ann.reserve(hall, *ids(hall, "B-2 B-3")), 409, "leaves_single_seat")
    await set_rule(join, hall, rule="aisle")
    assert (await ann.reserve(hall, *ids(hall, "B-2 B-3"))).status_code == 201


@pytest.mark.parametrize("seats", ["B-1 B-2", "C-1 C-2"])
async def test_what_nothing_of_its_size_and_category_avoids_is_allowed(
    ann: Guest, join: Join, server: Server, seats: str
) -> None:
    text = "A: ...\nB: ...\nC: 2222" if seats.startswith("B") else "A: ....\nB: ....\nC: 222"
    plan = drawn(text, focal=(0, 0))
    sale = add(server, plan)
    await set_rule(join, sale, rule="strict")
    place = dict(zip(names(plan), sale.seats, strict=True))

    answer = await ann.reserve(sale, *(place[name] for name in seats.split()))

    assert answer.status_code == 201, answer.text


async def test_staff_and_those_who_take_wheelchair_spaces_are_exempt(
    ann: Guest, join: Join, hall: Sale
) -> None:
    await set_rule(join, hall, rule="strict")
    venue = await join("vera", "venue")

    assert (await venue.reserve(hall, *ids(hall, "B-2 B-3"))).status_code == 201
    assert (await ann.reserve(hall, *ids(hall, "A-6 A-7"))).status_code == 201


@pytest.mark.parametrize(
    "exception", [{"offBelowFreePercent": 100}, {"offHoursBefore": 8760}], ids=["full", "near"]
)
async def test_the_rule_rests_when_the_event_says_so(
    ann: Guest, join: Join, hall: Sale, exception: dict[str, int]
) -> None:
    await set_rule(join, hall, rule="strict", **exception)
    await ann.held(hall, *ids(hall, "D-1"))

    assert (await ann.reserve(hall, *ids(hall, "B-2 B-3"))).status_code == 201


async def test_staff_see_lone_seats_and_what_the_rule_refused(
    ann: Guest, join: Join, hall: Sale
) -> None:
    await ann.held(hall, *ids(hall, "B-2 B-4"))
    await set_rule(join, hall, rule="strict")
    refused(await ann.reserve(hall, *ids(hall, "C-2 C-3")), 409, "leaves_single_seat")
    venue = await join("vera", "venue")

    async def shown() -> dict[str, Any] | None:
        answer = await venue.http.get(f"/events/{hall.id}/occupancy")
        lone: dict[str, Any] = answer.json()["data"]["loneSeats"]
        return lone if lone["refused"] and lone["seats"] else None

    assert await eventually(shown) == {"rule": "strict", "seats": 2, "refused": 1}


async def test_a_zone_is_judged_by_its_own_focal_point(ann: Guest, server: Server) -> None:
    left = drawn("A: ....", section="Left", zone="West Stand").sections[0]
    right = drawn("A: ....", section="Right", zone="East Stand").sections[0]
    plan = replace(
        drawn("A: ....", focal=(0, 0)),
        sections=(left, _again(right)),
        zone_focal_points=(("East Stand", 60.0, 0.0),),
    )
    sale = server.add_event(plan, prices=PRICES)

    east = (await best(ann, sale, quantity=1, zone="east stand")).json()["data"]
    west = (await best(ann, sale, quantity=1, zone="weststand")).json()["data"]

    assert east["reservedSeatIds"] == [sale.seats[7]]
    assert west["reservedSeatIds"] == [sale.seats[0]]


def _again(section: Any) -> Any:
    rows = tuple(
        replace(row, seats=tuple(replace(seat, guid=f"again-{seat.guid}") for seat in row.seats))
        for row in section.rows
    )
    return replace(section, rows=rows)


@pytest.mark.parametrize("rule", [{"rule": "loose"}, {"offHoursBefore": -1}, None])
async def test_a_wrong_rule_is_refused(join: Join, hall: Sale, rule: Any) -> None:
    venue = await join("vera", "venue")
    answer = await venue.http.patch(
        f"/events/{hall.id}", json={"reason": "because", "loneSeats": rule}
    )
    refused(answer, 400, "invalid_request")
