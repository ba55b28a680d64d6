"""POST /events/{id}/reservations and its kin over HTTP: field by field, and for every bad input."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from houseful.sales.reservations import LOST_RACES
from houseful.wire.codec import parse_iso
from tests.support.serving import Guest, Sale, Server, eventually
from tests.web.conftest import Join

ENVELOPE = {"statusCode", "success", "message", "data"}
STALE = "Seat was modified by another user (stale version)"


def path(sale: Sale, *more: object) -> str:
    return "/".join([f"/events/{sale.id}/reservations", *map(str, more)])


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The body of a refusal, its envelope checked."""
    body: dict[str, Any] = answer.json()
    assert answer.status_code == body["statusCode"] == status, body
    assert body["success"] is False
    assert set(body) == ENVELOPE | {"error"}
    assert body["error"]["code"] == code, body
    assert isinstance(body["error"]["retryable"], bool)
    assert isinstance(body["error"]["sameKey"], bool)
    assert answer.headers["content-type"] == "application/json"
    return body


async def test_all_seats_are_granted_with_the_fields_and_the_sentence_of_the_contract(
    ann: Guest, sale: Sale
) -> None:
    before = time.time()
    answer = await ann.reserve(sale, *sale.seats[:3])
    body = answer.json()
    assert answer.status_code == body["statusCode"] == 201
    assert set(body) == ENVELOPE
    assert body["success"] is True
    assert body["message"] == "Successfully reserved 3 seats"
    data = body["data"]
    assert set(data) == {
        *("id", "reservedSeatIds", "expiresAt", "expiresInSeconds", "priceList", "total")
    }
    assert (data["priceList"], data["total"]) == (1, "225.00")
    assert type(data["id"]) is int
    assert data["reservedSeatIds"] == list(sale.seats[:3])
    assert data["expiresInSeconds"] == 600
    assert 0 <= parse_iso(data["expiresAt"]) / 1000 - before - 600 < 5
    seats = await ann.seats(sale)
    for seat_id in sale.seats[:3]:
        assert seats[seat_id]["status"] == "RESERVED"
        assert seats[seat_id]["reservedUntil"] == data["expiresAt"]


async def test_one_seat_is_named_in_the_singular(ann: Guest, sale: Sale) -> None:
    answer = await ann.reserve(sale, sale.seats[0])
    assert answer.json()["message"] == "Successfully reserved 1 seat"


async def test_what_cannot_be_had_is_named_and_the_rest_is_held(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    first, second, third, fourth = sale.seats[:4]
    seen = {seat_id: seat["version"] for seat_id, seat in (await ben.seats(sale)).items()}
    taken = await ann.held(sale, first)
    gone = await ann.held(sale, second)
    await ann.http.delete(path(sale, gone["id"]))
    answer = await ben.reserve(sale, first, second, third, fourth, versions=seen)
    body = answer.json()
    assert answer.status_code == 201
    assert body["success"] is True
    assert body["message"] == "Reserved 2 seats, 2 failed"
    assert body["data"]["reservedSeatIds"] == [third, fourth]
    assert body["data"]["failedSeats"] == [
        {"seatId": first, "reason": "Seat is reserved", "code": "reserved"},
        {"seatId": second, "reason": STALE, "code": "stale_version"},
    ]
    assert taken["reservedSeatIds"] == [first]


async def test_when_no_seat_can_be_had_each_says_why_in_the_contract_s_words(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    reserved, booked, stale = sale.seats[:3]
    seen = {seat_id: seat["version"] for seat_id, seat in (await ben.seats(sale)).items()}
    await ann.held(sale, reserved)
    await ann.bought(sale, booked)
    gone = await ann.http.delete(path(sale, (await ann.held(sale, stale))["id"]))
    assert gone.status_code == 200
    body = refused(await ben.reserve(sale, reserved, booked, stale, versions=seen), 409, "conflict")
    assert body["message"] == "No seats could be reserved"
    assert body["data"] == {
        "failedSeats": [
            {"seatId": reserved, "reason": "Seat is reserved", "code": "reserved"},
            {"seatId": booked, "reason": "Seat is booked", "code": "booked"},
            {"seatId": stale, "reason": STALE, "code": "stale_version"},
        ]
    }


async def test_two_people_asking_at_once_for_one_seat_get_it_once(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    seat = sale.seats[5]
    answers = await asyncio.gather(ann.reserve(sale, seat), ben.reserve(sale, seat))
    assert sorted(answer.status_code for answer in answers) == [201, 409]


async def test_asking_again_in_the_same_session_is_the_same_reservation(
    ann: Guest, sale: Sale
) -> None:
    seen = {seat_id: seat["version"] for seat_id, seat in (await ann.seats(sale)).items()}
    first = await ann.reserve(sale, *sale.seats[:2], versions=seen)
    again = await ann.reserve(sale, *sale.seats[:2], versions=seen)
    assert again.status_code == 201
    assert again.json()["data"]["id"] == first.json()["data"]["id"]
    assert again.json()["data"]["expiresAt"] == first.json()["data"]["expiresAt"]


async def test_another_session_of_the_same_user_does_not_get_the_seat(
    ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    body = refused(await ann.reserve(sale, sale.seats[0], session="other"), 409, "conflict")
    assert body["data"]["failedSeats"][0]["reason"] == "Seat is reserved"


async def test_held_and_new_seats_move_into_one_reservation(ann: Guest, sale: Sale) -> None:
    first = await ann.held(sale, *sale.seats[:2])
    both = await ann.held(sale, *sale.seats[1:3])
    assert both["id"] != first["id"]
    listed = (await ann.http.get(path(sale))).json()["data"]
    held = {one["id"]: one["seatIds"] for one in listed if one["status"] == "ACTIVE"}
    assert held == {first["id"]: [sale.seats[0]], both["id"]: list(sale.seats[1:3])}


async def test_one_person_holds_at_most_ten_seats(ann: Guest, sale: Sale) -> None:
    await ann.held(sale, *sale.seats[:8])
    answer = await ann.reserve(sale, *sale.seats[8:12])
    data = answer.json()["data"]
    assert data["reservedSeatIds"] == list(sale.seats[8:10])
    assert [seat["code"] for seat in data["failedSeats"]] == ["limit_reached"] * 2


async def test_a_reservation_can_be_read_listed_and_given_back(ann: Guest, sale: Sale) -> None:
    held = await ann.held(sale, *sale.seats[:2])
    one = (await ann.http.get(path(sale, held["id"]))).json()["data"]
    assert set(one) == {
        "id", "eventId", "status", "seatIds", "createdAt", "expiresAt", "expiresInSeconds",
        "priceList", "total", "reason",
    }  # fmt: skip
    assert (one["status"], one["reason"]) == ("ACTIVE", None)
    assert one["eventId"] == sale.id
    assert (await ann.http.get(path(sale))).json()["data"][0]["id"] == held["id"]
    gone = await ann.http.delete(path(sale, held["id"]))
    assert gone.status_code == 200
    assert gone.json()["message"] == "Released 2 seats"
    assert gone.json()["data"] == {"id": held["id"], "releasedSeatIds": list(sale.seats[:2])}
    assert (await ann.seats(sale))[sale.seats[0]]["status"] == "AVAILABLE"
    ended = (await ann.http.get(path(sale, held["id"]))).json()["data"]
    assert (ended["status"], ended["reason"]) == ("RELEASED", None)
    refused(await ann.http.delete(path(sale, held["id"])), 409, "released")


async def test_some_seats_of_a_reservation_can_be_given_back(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    first, second, third = sale.seats[:3]
    held = await ann.held(sale, first, second, third)
    release = path(sale, held["id"]) + "/release"
    answer = await ann.http.post(release, json={"seatIds": [second]})
    assert answer.status_code == 200, answer.text
    assert answer.json()["data"] == {"id": held["id"], "releasedSeatIds": [second]}
    assert answer.json()["message"] == "Released 1 seat"
    left = (await ann.http.get(path(sale, held["id"]))).json()["data"]
    assert (left["status"], left["seatIds"]) == ("ACTIVE", [first, third])
    assert left["expiresAt"] == held["expiresAt"]
    assert (await ben.held(sale, second))["reservedSeatIds"] == [second]
    before = await ann.seats(sale)
    refused(await ann.http.post(release, json={"seatIds": [first, second]}), 409, "not_held")
    refused(await ben.http.post(release, json={"seatIds": [first]}), 404, "unknown_reservation")
    for body in ({}, {"seatIds": []}, {"seatIds": [first, first]}, {"seatIds": ["x"]}):
        assert (await ann.http.post(release, json=body)).status_code == 400
    assert await ann.seats(sale) == before
    assert (await ann.http.post(release, json={"seatIds": [first, third]})).status_code == 200
    refused(await ann.http.post(release, json={"seatIds": [first]}), 409, "released")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_another_s_reservation_does_not_exist_for_me(
    method: str, ann: Guest, ben: Guest, sale: Sale
) -> None:
    held = await ann.held(sale, sale.seats[0])
    before = await ann.seats(sale)
    refused(await ben.http.request(method, path(sale, held["id"])), 404, "unknown_reservation")
    assert await ann.seats(sale) == before
    mine = await ann.http.request(method, path(sale, held["id"]))
    assert mine.status_code == 200, "the owner may"


async def test_others_see_no_reservation_of_mine_in_their_list(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    assert (await ben.http.get(path(sale))).json()["data"] == []


async def test_a_hold_can_be_extended_to_at_most_twice_its_length(
    join: Join, brief_holds: Server
) -> None:
    sale = brief_holds.add_event()
    cid = await join(at=brief_holds)
    held = await cid.held(sale, sale.seats[0])
    created = parse_iso(held["expiresAt"]) - 1000
    last = held["expiresAt"]

    async def extension_refused() -> httpx2.Response | None:
        nonlocal last
        answer = await cid.http.patch(path(sale, held["id"]))
        if answer.status_code != 200:
            return answer
        last = answer.json()["data"]["expiresAt"]
        assert answer.json()["data"]["reservedSeatIds"] == [sale.seats[0]]
        return None

    answer = await eventually(extension_refused)
    assert answer is not None
    refused(answer, 409, "extension_limit")
    assert parse_iso(last) == created + 2000


@pytest.mark.parametrize("body", [None, {}, {"extend": True}])
async def test_extending_takes_an_empty_body_or_a_yes(
    body: dict[str, bool] | None, ann: Guest, sale: Sale
) -> None:
    held = await ann.held(sale, sale.seats[0])
    answer = await ann.http.patch(path(sale, held["id"]), json=body)
    assert answer.status_code == 200
    assert answer.json()["data"]["id"] == held["id"]


@pytest.mark.parametrize("body", [{"extend": False}, {"extend": "yes"}, {"extend": 1}, [], 7])
async def test_extending_refuses_anything_else(body: object, ann: Guest, sale: Sale) -> None:
    held = await ann.held(sale, sale.seats[0])
    refused(await ann.http.patch(path(sale, held["id"]), json=body), 400, "invalid_request")
    kept = (await ann.http.get(path(sale, held["id"]))).json()["data"]
    assert kept["expiresAt"] == held["expiresAt"]


async def test_a_lapsed_reservation_frees_its_seats_for_others_and_cannot_come_back(
    join: Join, brief_holds: Server
) -> None:
    sale = brief_holds.add_event()
    cid, dan = await join(at=brief_holds), await join(at=brief_holds)
    held = await cid.held(sale, sale.seats[0])

    async def free() -> bool:
        return (await dan.seats(sale))[sale.seats[0]]["status"] == "AVAILABLE"

    await eventually(free)
    assert time.time() * 1000 >= parse_iso(held["expiresAt"])
    assert (await dan.seats(sale))[sale.seats[0]]["reservedUntil"] is None
    refused(await cid.http.patch(path(sale, held["id"])), 409, "expired")
    refused(await cid.http.delete(path(sale, held["id"])), 409, "expired")
    await dan.held(sale, sale.seats[0])


async def test_the_sixth_attempt_in_a_minute_waits(ann: Guest, ben: Guest, sale: Sale) -> None:
    for number in range(5):
        answer = await ann.reserve(sale, sale.seats[number])
        assert answer.status_code == 201
        assert answer.headers["ratelimit-limit"] == "5"
        assert answer.headers["ratelimit-remaining"] == str(4 - number)
        assert 1 <= int(answer.headers["ratelimit-reset"]) <= 60
    before = await ann.seats(sale)
    answer = await ann.reserve(sale, sale.seats[7])
    body = refused(answer, 429, "rate_limited")
    assert body["error"]["retryable"] is True
    assert answer.headers["ratelimit-remaining"] == "0"
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert await ann.seats(sale) == before
    assert (await ben.reserve(sale, sale.seats[7])).status_code == 201, "others are free to try"


async def test_lost_races_do_not_count_and_asking_for_what_is_seen_taken_does(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    seen = {seat: one["version"] for seat, one in (await ben.seats(sale)).items()}
    await ann.held(sale, *sale.seats[:6])
    for seat in sale.seats[:6]:
        answer = await ben.reserve(sale, seat, versions=seen)
        assert (answer.status_code, answer.headers["ratelimit-remaining"]) == (409, "5")
    for left in ("4", "3"):
        assert (await ben.reserve(sale, sale.seats[0])).headers["ratelimit-remaining"] == left
    greedy = await ben.reserve(sale, sale.seats[0], sale.seats[1], versions={})
    assert greedy.headers["ratelimit-remaining"] == "2", "it saw no version at all"


async def test_so_many_lost_races_are_no_bad_luck(ann: Guest, ben: Guest, sale: Sale) -> None:
    seen = {seat: one["version"] for seat, one in (await ben.seats(sale)).items()}
    await ann.held(sale, sale.seats[0])
    left = []
    while len(left) < LOST_RACES * 5 + 1:
        answer = await ben.reserve(sale, sale.seats[0], versions=seen)
        left.append(answer.headers["ratelimit-remaining"])
    assert left == ["5"] * (LOST_RACES * 5) + ["4"]


async def test_a_refused_conflict_also_says_how_many_attempts_are_left(
    ann: Guest, ben: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    answer = await ben.reserve(sale, sale.seats[0])
    assert answer.status_code == 409
    assert answer.headers["ratelimit-remaining"] == "4"


@pytest.mark.parametrize(
    ("window", "code"),
    [({"on_sale_in_ms": 3_600_000}, "sale_not_open"), ({"off_sale_in_ms": -1}, "sale_closed")],
)
async def test_outside_the_sale_nothing_can_be_reserved(
    window: dict[str, int], code: str, ann: Guest, server: Server
) -> None:
    sale = server.add_event(**window)  # type: ignore[arg-type]
    before = await ann.seats(sale)
    refused(await ann.reserve(sale, sale.seats[0]), 409, code)
    assert await ann.seats(sale) == before


SEAT = {"seatId": "SEAT", "version": "VERSION"}
"""Stands for a seat that can be had, so that only one thing is wrong with a body."""

BAD_BODIES: dict[str, Any] = {
    "a list": [],
    "a number": 7,
    "null": None,
    "nothing": {},
    "no session": {"seats": [SEAT]},
    "no seats": {"sessionId": "s"},
    "an empty list of seats": {"seats": [], "sessionId": "s"},
    "seats as an object": {"seats": SEAT, "sessionId": "s"},
    "a seat as a number": {"seats": [1], "sessionId": "s"},
    "null as a seat": {"seats": [None], "sessionId": "s"},
    "a seat without version": {"seats": [{"seatId": "SEAT"}], "sessionId": "s"},
    "a seat without id": {"seats": [{"version": 1}], "sessionId": "s"},
    "an empty session": {"seats": [SEAT], "sessionId": ""},
    "a long session": {"seats": [SEAT], "sessionId": "s" * 129},
    "a numeric session": {"seats": [SEAT], "sessionId": 7},
    "null as session": {"seats": [SEAT], "sessionId": None},
    "one good seat and one bad": {"seats": [SEAT, {"seatId": "1", "version": 1}], "sessionId": "s"},
}
for name, value in {
    "text": "1",
    "true": True,
    "a float": 1.0,
    "a fraction": 1.5,
    "negative": -1,
    "null": None,
    "above 2^53": 2**53 + 1,
    "above 2^64": 2**70,
    "an object": {},
}.items():
    BAD_BODIES[f"{name} as seat id"] = {
        "seats": [{"seatId": value, "version": 1}],
        "sessionId": "s",
    }
    BAD_BODIES[f"{name} as version"] = {
        "seats": [{"seatId": "SEAT", "version": value}],
        "sessionId": "s",
    }
BAD_BODIES["0 as seat id"] = {"seats": [{"seatId": 0, "version": 1}], "sessionId": "s"}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_wrong_body_is_refused_and_changes_nothing(
    name: str, ann: Guest, quiet_sale: Sale
) -> None:
    before = await ann.seats(quiet_sale)
    seat = before[quiet_sale.seats[0]]
    text = json.dumps(BAD_BODIES[name])
    text = text.replace('"SEAT"', str(seat["id"])).replace('"VERSION"', str(seat["version"]))
    answer = await ann.http.post(
        path(quiet_sale), content=text, headers={"Content-Type": "application/json"}
    )
    body = refused(answer, 400, "invalid_request")
    assert body["error"]["retryable"] is False
    assert "got" in body["message"]
    assert await ann.seats(quiet_sale) == before


async def test_the_body_that_the_wrong_ones_are_made_of_is_good(ann: Guest, sale: Sale) -> None:
    assert (await ann.reserve(sale, sale.seats[0], session="s")).status_code == 201


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"seats", b'{"seats": [}', b"\xff\xfe", b"NaN", b'{"a":1}{"b":2}', b"[" * 5000],
)
async def test_what_is_not_json_is_malformed(text: bytes, ann: Guest, quiet_sale: Sale) -> None:
    before = await ann.seats(quiet_sale)
    answer = await ann.http.post(
        path(quiet_sale), content=text, headers={"Content-Type": "application/json"}
    )
    refused(answer, 400, "malformed_json")
    assert await ann.seats(quiet_sale) == before


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""]
)
async def test_another_content_type_is_refused(kind: str, ann: Guest, quiet_sale: Sale) -> None:
    before = await ann.seats(quiet_sale)
    body = {
        "seats": [
            {"seatId": quiet_sale.seats[0], "version": before[quiet_sale.seats[0]]["version"]}
        ]
    }
    answer = await ann.http.post(
        path(quiet_sale),
        content=json.dumps(body | {"sessionId": "s"}),
        headers={"Content-Type": kind} if kind else {},
    )
    refused(answer, 415, "unsupported_media_type")
    assert await ann.seats(quiet_sale) == before


async def test_a_charset_beside_the_content_type_is_fine(ann: Guest, sale: Sale) -> None:
    version = (await ann.seats(sale))[sale.seats[0]]["version"]
    body = {"seats": [{"seatId": sale.seats[0], "version": version}], "sessionId": "s"}
    answer = await ann.http.post(
        path(sale),
        content=json.dumps(body),
        headers={"Content-Type": "Application/JSON; charset=utf-8"},
    )
    assert answer.status_code == 201


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b" " * 1024


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_64_kib_is_refused(chunked: bool, ann: Guest, quiet_sale: Sale) -> None:
    before = await ann.seats(quiet_sale)
    size = 65 * 1024
    content: Any = chunks(size) if chunked else b" " * size
    answer = await ann.http.post(
        path(quiet_sale), content=content, headers={"Content-Type": "application/json"}
    )
    refused(answer, 413, "body_too_large")
    assert await ann.seats(quiet_sale) == before


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_64_kib_is_read(chunked: bool, ann: Guest, quiet_sale: Sale) -> None:
    content: Any = chunks(64 * 1024) if chunked else b" " * 64 * 1024
    answer = await ann.http.post(
        path(quiet_sale), content=content, headers={"Content-Type": "application/json"}
    )
    refused(answer, 400, "malformed_json")


async def test_a_seat_named_twice_is_refused(ann: Guest, quiet_sale: Sale) -> None:
    before = await ann.seats(quiet_sale)
    refused(
        await ann.reserve(quiet_sale, quiet_sale.seats[0], quiet_sale.seats[0]),
        400,
        "duplicate_seat",
    )
    assert await ann.seats(quiet_sale) == before


async def test_eleven_seats_are_too_many_and_ten_are_not(ann: Guest, sale: Sale) -> None:
    before = await ann.seats(sale)
    refused(await ann.reserve(sale, *sale.seats[:11]), 400, "too_many_seats")
    assert await ann.seats(sale) == before
    await ann.held(sale, *sale.seats[:10])


async def test_a_seat_that_is_not_there_refuses_the_whole_request(
    ann: Guest, quiet_sale: Sale
) -> None:
    before = await ann.seats(quiet_sale)
    body = refused(await ann.reserve(quiet_sale, quiet_sale.seats[0], 2**53), 404, "unknown_seat")
    assert body["error"]["seatIds"] == [2**53]
    assert await ann.seats(quiet_sale) == before


async def test_another_event_s_seat_is_unknown_here(ann: Guest, sale: Sale, server: Server) -> None:
    other = server.add_event()
    before = await ann.seats(sale), await ann.seats(other)
    refused(await ann.reserve(sale, sale.seats[0], other.seats[0]), 404, "unknown_seat")
    assert (await ann.seats(sale), await ann.seats(other)) == before


@pytest.mark.parametrize(
    "event", ["999999999", "0", "9007199254740993", "99999999999999999999999", "9" * 5000]
)
async def test_an_event_that_is_not_there_is_not_found(event: str, ann: Guest) -> None:
    body = {"seats": [{"seatId": 1, "version": 1}], "sessionId": "s"}
    for answer in (
        await ann.http.post(f"/events/{event}/reservations", json=body),
        await ann.http.get(f"/events/{event}/reservations"),
        await ann.http.delete(f"/events/{event}/reservations/1"),
    ):
        assert answer.status_code == 404, answer.text
        assert answer.json()["error"]["code"] in ("unknown_event", "not_found")


@pytest.mark.parametrize("event", ["-1", "1.5", "abc", "%00", "1e3", "%D9%A1"])
async def test_a_path_that_names_no_event_is_not_found(event: str, ann: Guest) -> None:
    refused(await ann.http.get(f"/events/{event}/reservations"), 404, "not_found")


@pytest.mark.parametrize("number", ["0", "999999", "9007199254740993", "9" * 5000])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_a_reservation_that_is_not_there_is_not_found(
    method: str, number: str, ann: Guest, quiet_sale: Sale
) -> None:
    answer = await ann.http.request(method, path(quiet_sale, number))
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in ("unknown_reservation", "not_found")


async def test_a_wrong_request_costs_no_attempt(ann: Guest, sale: Sale) -> None:
    for _ in range(7):
        await ann.http.post(path(sale), json={})
        await ann.reserve(sale, 2**53)
    answer = await ann.reserve(sale, sale.seats[0])
    assert answer.headers["ratelimit-remaining"] == "4"
