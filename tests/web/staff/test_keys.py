"""A POST that makes something makes it once under one Idempotency-Key, however often it is sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from houseful.web.keyed import PARAMETER
from houseful.web.table import OPERATIONS
from tests.support.serving import Guest, Sale
from tests.web.conftest import Join

KEY = {"Idempotency-Key": "one-act-of-ours"}


def new_event(plan_id: int, name: str = "Once") -> dict[str, Any]:
    return {
        "planId": plan_id,
        "name": name,
        "venue": "Hall",
        "startsAt": "2030-01-09T19:30:00Z",
        "currency": "EUR",
        "prices": {"PREMIUM": "75.00", "STANDARD": "30.00"},
    }


async def plan_of(venue: Guest, sale: Sale) -> int:
    plans = (await venue.http.get("/plans")).json()["data"]
    return int(plans[0]["planId"])


async def test_an_event_that_is_sent_twice_is_made_once(venue: Guest, sale: Sale) -> None:
    body = new_event(await plan_of(venue, sale))
    answers = [await venue.http.post("/events", json=body, headers=KEY) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[0].content == answers[1].content
    assert "idempotency-replay" not in answers[0].headers
    assert answers[1].headers["idempotency-replay"] == "true"
    names = [event["name"] for event in (await venue.http.get("/events")).json()["data"]]
    assert names.count("Once") == 1


async def test_sent_at_once_it_is_made_once(venue: Guest, sale: Sale) -> None:
    body = new_event(await plan_of(venue, sale), "At once")
    key = {"Idempotency-Key": "at-once"}
    answers = await asyncio.gather(
        *(venue.http.post("/events", json=body, headers=key) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    names = [event["name"] for event in (await venue.http.get("/events")).json()["data"]]
    assert names.count("At once") == 1


async def test_one_key_is_for_one_request_and_one_person(
    venue: Guest, join: Join, sale: Sale
) -> None:
    plan, key = await plan_of(venue, sale), {"Idempotency-Key": "shared"}
    assert (await venue.http.post("/events", json=new_event(plan, "A"), headers=key)).is_success
    other = await venue.http.post("/events", json=new_event(plan, "B"), headers=key)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    walter = await join("walter", "venue")
    assert (await walter.http.post("/events", json=new_event(plan, "B"), headers=key)).is_success


async def test_what_was_refused_may_be_corrected_under_the_same_key(
    venue: Guest, sale: Sale
) -> None:
    key = {"Idempotency-Key": "corrected"}
    wrong = await venue.http.post("/events", json=new_event(999_999), headers=key)
    assert wrong.status_code == 404
    right = new_event(await plan_of(venue, sale), "Corrected")
    assert (await venue.http.post("/events", json=right, headers=key)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 129, "two words"])
async def test_a_key_that_is_none_is_refused(key: str, venue: Guest, sale: Sale) -> None:
    answer = await venue.http.post("/discounts", json={}, headers={"Idempotency-Key": key})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "idempotency_key_invalid"


async def test_seats_held_twice_under_one_key_are_one_hold(ann: Guest, sale: Sale) -> None:
    body = {"seats": [{"seatId": sale.seats[0], "version": 1_000_000}], "sessionId": "s"}
    version = (await ann.seats(sale))[sale.seats[0]]["version"]
    body["seats"][0]["version"] = version  # type: ignore[index]
    path = f"/events/{sale.id}/reservations"
    first = await ann.http.post(path, json=body, headers=KEY)
    again = await ann.http.post(path, json=body, headers=KEY)
    assert (first.status_code, first.content) == (201, again.content)
    assert len((await ann.http.get(path)).json()["data"]) == 1


def test_everything_that_makes_something_takes_a_key() -> None:
    takers = {(o.method, o.path) for o in OPERATIONS if PARAMETER in o.parameters}
    wanted = ("/events", "/plans", "/discounts", "/events/{event_id:int}/block")
    assert takers >= {("POST", path) for path in wanted}
