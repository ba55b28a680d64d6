"""POST /bookings and what follows over HTTP: a purchase, a decline, a retry, a replay."""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import Any

import httpx2
import pytest

from houseful.ledger.catalog import discounts
from houseful.sql.database import Database
from tests.support.serving import Guest, Sale, Server
from tests.support.sessions import writing
from tests.web.conftest import Join

PAYS, DECLINES, AUTHENTICATES = "4242424242424242", "4000000000000002", "4000002500003155"


def new_key() -> str:
    return f"booking-{uuid.uuid4()}"


def body(sale: Sale, seats: list[int], card: str = PAYS, **more: Any) -> dict[str, Any]:
    return {
        "eventId": sale.id,
        "seatIds": seats,
        "paymentMethod": "card",
        "card": {"number": card},
        **more,
    }


async def post(
    guest: Guest, sale: Sale, seats: list[int], key: str | None = None, **more: Any
) -> httpx2.Response:
    return await guest.http.post(
        "/bookings", json=body(sale, seats, **more), headers={"Idempotency-Key": key or new_key()}
    )


def error(answer: httpx2.Response) -> tuple[int, str, bool, bool]:
    """(status, code, retryable, sameKey) of a refusal."""
    found = answer.json()
    assert found["success"] is False
    assert found["statusCode"] == answer.status_code
    told = found["error"]
    return answer.status_code, told["code"], told["retryable"], told["sameKey"]


async def test_the_happy_path_of_the_brief(ann: Guest, sale: Sale) -> None:
    held = await ann.held(sale, *sale.seats[:3])
    quote = await ann.http.post(
        f"/events/{sale.id}/quote", json={"seatIds": held["reservedSeatIds"]}
    )
    assert quote.json()["data"]["total"] == "225.00"
    answer = await post(ann, sale, held["reservedSeatIds"])
    found = answer.json()
    assert answer.status_code == found["statusCode"] == 201
    assert found["message"] == "Booking confirmed successfully"
    data = found["data"]
    assert re.fullmatch(r"BK-\d{4}-\d{6}", data["bookingReference"])
    assert re.fullmatch(r"\d+", data["bookingId"])
    assert (data["eventId"], data["userId"]) == (sale.id, ann.name)
    assert (data["totalAmount"], data["currency"]) == (225.0, "EUR")
    assert (data["status"], data["paymentStatus"]) == ("CONFIRMED", "SUCCESS")
    assert data["seatNumbers"] == ["A1", "A2", "A3"]
    assert data["seatIds"] == list(sale.seats[:3])
    assert data["createdAt"].endswith("Z")
    assert data["confirmedAt"].endswith("Z")
    seats = await ann.seats(sale)
    assert {seats[seat]["status"] for seat in sale.seats[:3]} == {"BOOKED"}
    one = await ann.http.get(f"/bookings/{data['bookingReference']}")
    assert one.json()["data"]["status"] == "CONFIRMED"
    listed = (await ann.http.get("/bookings")).json()
    assert [item["bookingReference"] for item in listed["data"]] == [data["bookingReference"]]
    assert listed["page"] == {"number": 1, "size": 20, "total": 1}


async def test_a_retry_after_a_lost_answer_is_paid_once(ann: Guest, sale: Sale) -> None:
    seats, key = (await ann.held(sale, *sale.seats[:2]))["reservedSeatIds"], new_key()
    first = await post(ann, sale, seats, key)
    assert first.status_code == 201
    replays = [await post(ann, sale, seats, key) for _ in range(3)]
    assert {answer.status_code for answer in replays} == {200}
    assert {answer.headers["idempotency-replay"] for answer in replays} == {"true"}
    assert len({answer.content for answer in replays}) == 1
    found = replays[0].json()
    assert found["message"] == "Booking already exists (duplicate request prevented)"
    assert found["data"] == first.json()["data"]
    assert "idempotency-replay" not in first.headers
    assert (await ann.http.get("/bookings")).json()["page"]["total"] == 1


async def test_row_declined_may_retry_under_the_same_key(ann: Guest, sale: Sale) -> None:
    seats, key = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"], new_key()
    declined = await post(ann, sale, seats, key, card=DECLINES)
    assert error(declined) == (402, "payment_declined", True, True)
    told = declined.json()["error"]
    assert told["declineCode"] == "card_declined"
    assert 500 < told["expiresInSeconds"] <= 600
    assert (await ann.seats(sale))[seats[0]]["status"] == "RESERVED"
    assert (await post(ann, sale, seats, key)).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"seatIds": []},
        {"seatIds": [1, 1]},
        {"seatIds": "1"},
        {"eventId": "x"},
        {"paymentMethod": None},
        {"card": {"number": "1234"}},
    ],
)
async def test_row_validation_may_not_retry(ann: Guest, sale: Sale, wrong: dict[str, Any]) -> None:
    seats = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"]
    request = {**body(sale, seats), **wrong}
    answer = await ann.http.post("/bookings", json=request, headers={"Idempotency-Key": new_key()})
    status, _, retryable, same_key = error(answer)
    assert (status, retryable, same_key) == (400, False, False)
    assert (await ann.seats(sale))[seats[0]]["status"] == "RESERVED"


@pytest.mark.parametrize("key", ["", "nonsense", "booking-123"])
async def test_a_key_that_is_missing_or_malformed_is_a_400(
    ann: Guest, sale: Sale, key: str
) -> None:
    answer = await ann.http.post(
        "/bookings", json=body(sale, [sale.seats[0]]), headers={"Idempotency-Key": key}
    )
    assert error(answer)[0] == 400


async def test_row_seat_conflict_must_go_back(ann: Guest, ben: Guest, sale: Sale) -> None:
    await ben.held(sale, sale.seats[1])
    mine = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"]
    answer = await post(ann, sale, [*mine, sale.seats[1]])
    assert error(answer) == (409, "seats_unavailable", False, False)
    failed = answer.json()["data"]["failedSeats"]
    assert failed == [{"seatId": sale.seats[1], "reason": "Seat is reserved", "code": "reserved"}]


async def test_row_expired_must_start_over(brief_holds: Server, join: Join) -> None:
    sale, ann = brief_holds.add_event(), await join(at=brief_holds)
    seats = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"]
    deadline = asyncio.get_running_loop().time() + 5
    while (await ann.seats(sale))[seats[0]]["status"] != "AVAILABLE":
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.05)
    answer = await post(ann, sale, seats)
    assert error(answer) == (409, "reservation_expired", False, False)
    assert answer.json()["message"] == "Reservation expired"


async def test_one_key_with_two_bodies_is_a_422(ann: Guest, sale: Sale) -> None:
    seats, key = (await ann.held(sale, *sale.seats[:2]))["reservedSeatIds"], new_key()
    await post(ann, sale, seats[:1], key)
    answer = await post(ann, sale, seats, key)
    assert error(answer) == (422, "idempotency_key_reused", False, False)


async def test_clicks_at_once_make_one_booking(ann: Guest, sale: Sale) -> None:
    seats, key = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"], new_key()
    answers = await asyncio.gather(*(post(ann, sale, seats, key) for _ in range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses.count(201) == 1
    assert set(statuses) <= {200, 201, 409}
    for answer in answers:
        if answer.status_code == 409:
            assert error(answer) == (409, "in_progress", True, True)
            assert int(answer.headers["retry-after"]) >= 1
    assert (await ann.http.get("/bookings")).json()["page"]["total"] == 1


async def test_3d_secure_is_a_202_until_the_buyer_has_answered(ann: Guest, sale: Sale) -> None:
    seats, key = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"], new_key()
    answer = await post(ann, sale, seats, key, card=AUTHENTICATES)
    waiting = answer.json()["data"]
    assert (answer.status_code, waiting["status"]) == (202, "REQUIRES_ACTION")
    assert (await ann.seats(sale))[seats[0]]["status"] == "RESERVED"
    await ann.http.post(
        "/demo/authenticate", json={"clientSecret": waiting["clientSecret"], "success": True}
    )
    found = await ann.http.get(f"/bookings/{waiting['bookingReference']}")
    assert found.json()["data"]["status"] == "CONFIRMED"
    assert (await post(ann, sale, seats, key, card=AUTHENTICATES)).status_code == 200


async def test_summer10_takes_ten_percent_off(ann: Guest, sale: Sale, server: Server) -> None:
    await add_code(server, "TEN", percent=10)
    seats = (await ann.held(sale, *sale.seats[:3]))["reservedSeatIds"]
    assert (await post(ann, sale, seats, discountCode="TEN")).json()["data"]["totalAmount"] == 202.5


async def add_code(server: Server, code: str, **terms: Any) -> None:
    database = Database(server.settings.sql_url())
    async with writing(database) as session:
        await discounts.add(session, code=code, **terms)
    await database.close()


async def test_an_unknown_code_is_a_400_with_its_reason(ann: Guest, sale: Sale) -> None:
    seats = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"]
    answer = await post(ann, sale, seats, discountCode="NOPE")
    assert error(answer) == (400, "discount_unknown", False, False)
    quote = await ann.http.post(
        f"/events/{sale.id}/quote", json={"seatIds": seats, "discountCode": "NOPE"}
    )
    assert error(quote)[:2] == (400, "discount_unknown")


async def test_the_owner_cancels_and_others_may_not(
    ann: Guest, ben: Guest, sale: Sale, join: Join
) -> None:
    seats = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"]
    reference = (await post(ann, sale, seats)).json()["data"]["bookingReference"]
    path = f"/bookings/{reference}/cancel"
    assert error(await ben.http.post(path, json={}))[0] == 404
    assert (await ben.http.get(f"/bookings/{reference}")).status_code == 404
    usher = await join("usher", "venue")
    assert error(await usher.http.post(path, json={}))[0] == 403
    ended = await ann.http.post(path, json={"reason": "ill"})
    assert ended.json()["data"]["status"] == "REFUNDED"
    assert (await ann.seats(sale))[seats[0]]["status"] == "AVAILABLE"


async def test_buyers_see_only_their_own_bookings(ann: Guest, ben: Guest, sale: Sale) -> None:
    seats = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"]
    await post(ann, sale, seats)
    assert (await ben.http.get("/bookings")).json()["data"] == []
