"""Staff import plans, put events on, change them; a sale opens by push at its very moment."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from houseful.web.staff.events import PLAN_LIMIT
from houseful.wire.codec import iso, parse_iso
from tests.plans.test_left_out import chart
from tests.support.serving import PATIENCE_S, Guest, Sale, Server, eventually
from tests.support.staff import audit, given, refused

NOW_MS = time.time_ns() // 1_000_000
DAY_MS = 86_400_000


def pretix_plan() -> dict[str, Any]:
    """Two rows of two seats, one row a category."""

    def row(number: int, category: str) -> dict[str, Any]:
        seats = [
            {
                "seat_number": str(seat),
                "seat_guid": f"{number}-{seat}",
                "position": {"x": 30 * seat, "y": 0},
                "category": category,
            }
            for seat in (1, 2)
        ]
        return {"row_number": str(number), "position": {"x": 0, "y": 40 * number}, "seats": seats}

    return {
        "name": "Barn",
        "size": {"width": 200, "height": 200},
        "categories": [
            {"name": "Hay", "color": "#aa0000"},
            {"name": "Straw", "color": "#00aa00"},
            {"name": "Nobody sits here", "color": "#0000aa"},
        ],
        "zones": [
            {
                "name": "Floor",
                "position": {"x": 0, "y": 0},
                "rows": [row(1, "Hay"), row(2, "Straw")],
                "areas": [],
            }
        ],
    }


async def patch(venue: Guest, event_id: int, **body: Any) -> Any:
    return await venue.http.patch(f"/events/{event_id}", json={"reason": "because", **body})


def new_event(plan_id: int, **more: Any) -> dict[str, Any]:
    return {
        "name": "Barn dance",
        "venue": "The Barn",
        "planId": plan_id,
        "startsAt": iso(NOW_MS + 10 * DAY_MS),
        "currency": "EUR",
        "prices": {"Hay": "12.50", "Straw": "8.00"},
        **more,
    }


async def test_a_plan_is_imported_and_an_event_put_on_it_sells(venue: Guest, ann: Guest) -> None:
    plan = await given(await venue.http.post("/plans", json=pretix_plan()), 201)
    assert plan == {
        "planId": plan["planId"],
        "name": "Barn",
        "seatCount": 4,
        "categories": [
            {"name": "Hay", "seats": 2},
            {"name": "Straw", "seats": 2},
            {"name": "Nobody sits here", "seats": 0},
        ],
        "leftOut": [],
    }
    assert plan in await given(await venue.http.get("/plans"))
    event = await given(await venue.http.post("/events", json=new_event(plan["planId"])), 201)
    assert (event["name"], event["totalSeats"], event["minPrice"]) == ("Barn dance", 4, "8.00")
    seats = await ann.seats(Sale(event["id"], range(0)))
    sale = Sale(event["id"], range(min(seats), max(seats) + 1))
    booking = await ann.bought(sale, sale.seats[0])
    assert booking["totalAmount"] == 12.5
    (line,) = await audit(venue, sale)
    assert (line["act"], line["details"]["name"]) == ("add_event", "Barn dance")


async def test_what_a_plan_leaves_out_is_told_at_the_import_and_ever_after(venue: Guest) -> None:
    area = {"label": "Yard", "categoryKey": 1, "center": {"x": 200, "y": 200}, "radius1": 9}
    document = chart(generalAdmissionAreas=[area])
    headers = {"Content-Type": "application/json"}
    plan = await given(await venue.http.post("/plans", content=document, headers=headers), 201)
    left = {"kind": "standing_area", "name": "Yard", "places": 0, "section": ""}
    assert plan["leftOut"] == [left]
    assert plan in await given(await venue.http.get("/plans"))
    body = new_event(plan["planId"], prices={"Stalls": "8.00"})
    event = await given(await venue.http.post("/events", json=body), 201)
    assert await given(await venue.http.get(f"/events/{event['id']}/plan")) == plan
    refused(await venue.http.get("/events/99999/plan"), 404, "unknown_event")


@asynccontextmanager
async def announced(venue: Guest, length: int) -> AsyncIterator[asyncio.StreamReader]:
    """The answer to a plan of which only the head was sent."""
    host, _, port = venue.server.host.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /plans HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {venue.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield reader
    finally:
        writer.close()


async def test_a_plan_that_cannot_be_sold_from_is_refused_with_the_place(venue: Guest) -> None:
    broken = pretix_plan()
    broken["zones"][0]["rows"][0]["seats"][1]["seat_guid"] = "1-1"
    before = await given(await venue.http.get("/plans"))
    answer = await venue.http.post("/plans", json=broken)
    refused(answer, 400, "plan_refused")
    assert "1-1" in answer.json()["message"]
    answer = await venue.http.post("/plans", content=b"{", headers={"Content-Type": "text/plain"})
    refused(answer, 415, "unsupported_media_type")
    async with announced(venue, PLAN_LIMIT + 1) as reader:  # refused before it is sent
        assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    assert await given(await venue.http.get("/plans")) == before


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"planId": 987654}, 404, "unknown_plan"),
        ({"prices": {"Hay": "12.50"}}, 400, "plan_refused"),
        ({"prices": {"Hay": "1", "Straw": "1", "Gold": "1"}}, 400, "plan_refused"),
        ({"prices": {"Hay": "-1", "Straw": "1"}}, 400, "invalid_request"),
        ({"prices": {"Hay": "1.005", "Straw": "1"}}, 400, "invalid_request"),
        ({"startsAt": "tomorrow"}, 400, "invalid_request"),
        ({"onSaleAt": "2040-01-01T00:00:00Z"}, 400, "invalid_request"),
        ({"currency": "euro"}, 400, "invalid_request"),
        ({"name": " "}, 400, "invalid_request"),
    ],
    ids=str,
)
async def test_a_wrong_event_is_refused(
    wrong: dict[str, Any], status: int, code: str, venue: Guest
) -> None:
    plan = await given(await venue.http.post("/plans", json=pretix_plan()), 201)
    answer = await venue.http.post("/events", json=new_event(plan["planId"]) | wrong)
    refused(answer, status, code)


async def test_an_event_s_name_times_and_prices_change_everywhere(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    before = await ann.http.get(f"/events/{sale.id}/seats")
    start = iso(NOW_MS + 20 * DAY_MS)
    changed = await patch(venue, sale.id, name="Gala", startsAt=start, prices={"PREMIUM": "99.00"})
    assert (await given(changed))["maxPrice"] == "99.00"
    event = await given(await ann.http.get(f"/events/{sale.id}"))
    assert (event["name"], event["startsAt"]) == ("Gala", start)
    assert [category["price"] for category in event["categories"]] == ["99.00", "30.00"]
    headers = {"If-None-Match": before.headers["etag"]}
    after = await ann.http.get(f"/events/{sale.id}/seats", headers=headers)
    assert after.json()["data"]["sections"][0]["seats"][0]["price"] == "99.00"
    assert (await ann.bought(sale, sale.seats[0]))["totalAmount"] == 99
    (line,) = await audit(venue, sale)
    assert (line["act"], line["reason"]) == ("change_event", "because")
    assert line["details"]["prices"] == [
        {"PREMIUM": 7500, "STANDARD": 3000},
        {"PREMIUM": 9900, "STANDARD": 3000},
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"name": None},
        {"startsAt": None},
        {"prices": {"Gold": "1.00"}},
        {"prices": {"PREMIUM": "x"}},
        {"onSaleAt": "2040-01-01T00:00:00Z"},
        {"name": "x", "reason": ""},
    ],
    ids=str,
)
async def test_a_wrong_change_changes_nothing(
    wrong: dict[str, Any], venue: Guest, quiet_sale: Sale
) -> None:
    before = await given(await venue.http.get(f"/events/{quiet_sale.id}"))
    refused(await patch(venue, quiet_sale.id, **wrong), 400, "invalid_request")
    after = await given(await venue.http.get(f"/events/{quiet_sale.id}"))
    assert after | {"serverTime": 0} == before | {"serverTime": 0}


async def test_a_sale_opens_and_closes_by_push_at_its_moment(server: Server, ann: Guest) -> None:
    sale = server.add_event(on_sale_in_ms=3000, off_sale_in_ms=5500)
    event = await given(await ann.http.get(f"/events/{sale.id}"))
    assert event["saleState"] == "upcoming"
    async with ann.live(sale) as live:
        await live.next("hello")
        refused(await ann.reserve(sale, sale.seats[0]), 409, "sale_not_open")
        frame = await live.next("sale")
        late_ms = time.time() * 1000 - parse_iso(event["onSaleAt"])
        assert (frame["state"], frame["onSaleAt"]) == ("open", event["onSaleAt"])
        assert -50 < late_ms < 1_000  # milliseconds on a machine with nothing else to do
        await ann.held(sale, sale.seats[0])
        assert (await live.next("sale"))["state"] == "closed"
        refused(await ann.reserve(sale, sale.seats[1]), 409, "sale_closed")


async def test_a_changed_window_is_pushed_and_a_null_one_opens_at_once(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    async with ann.live(sale) as live:
        await live.next("hello")
        later = iso(NOW_MS + DAY_MS)
        await given(await patch(venue, sale.id, onSaleAt=later))
        frame = await live.next("sale")
        assert (frame["state"], frame["onSaleAt"]) == ("upcoming", later)
        refused(await ann.reserve(sale, sale.seats[0]), 409, "sale_not_open")
        await given(await patch(venue, sale.id, onSaleAt=None))
        frame = await live.next("sale")
        assert (frame["state"], frame["onSaleAt"]) == ("open", None)
        await ann.held(sale, sale.seats[0])
        await given(await patch(venue, sale.id, prices={"PREMIUM": "80.00"}))
        assert (await live.next("sale"))["state"] == "open"


async def test_every_worker_learns_of_a_new_window_within_a_second(
    pair: tuple[Server, Server],
) -> None:
    server, other = pair
    sale, unwatched = server.add_event(), server.add_event()
    async with server.user("vera", "venue") as vera, other.user("ada") as ada:
        await ada.http.get(f"/events/{unwatched.id}")
        async with ada.live(sale) as live:
            await live.next("hello")
            begin = time.monotonic()
            await given(await patch(vera, sale.id, onSaleAt=iso(NOW_MS + DAY_MS)))
            await given(await patch(vera, unwatched.id, onSaleAt=iso(NOW_MS + DAY_MS)))
            assert (await live.next("sale"))["state"] == "upcoming"
            assert time.monotonic() - begin < 1

        async def is_closed() -> bool:
            answer = await ada.reserve(unwatched, unwatched.seats[0])
            return answer.status_code == 409 and answer.json()["error"]["code"] == "sale_not_open"

        await eventually(is_closed, within_s=2)


async def test_a_discount_code_is_made_counts_and_is_ended(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    code = f"half{sale.id}"
    body = {"code": code, "percent": 50, "eventId": sale.id, "maxUses": 5, "minimum": "10.00"}
    made = await given(await venue.http.post("/discounts", json=body), 201)
    assert (made["code"], made["percent"], made["minimum"], made["active"]) == (
        code.upper(),
        50,
        "10.00",
        True,
    )
    refused(await venue.http.post("/discounts", json=body), 409, "discount_exists")
    await ann.held(sale, sale.seats[0])
    bought = await given(await ann.pay(sale, sale.seats[0], discountCode=code), 201)
    assert bought["totalAmount"] == 37.5
    listed = await given(await venue.http.get(f"/discounts?eventId={sale.id}"))
    assert next(one for one in listed if one["code"] == code.upper())["used"] == 1
    end = f"/discounts/{code}/end"
    ended = await given(await venue.http.post(end, json={"reason": "over"}))
    assert not ended["active"]
    quote = {"seatIds": [sale.seats[1]], "discountCode": code}
    refused(await ann.http.post(f"/events/{sale.id}/quote", json=quote), 400, "discount_expired")
    acts = [(line["act"], line["reason"]) for line in await audit(venue, sale)]
    assert acts == [("end_discount", "over"), ("add_discount", "")]
    answer = await venue.http.post("/discounts/NOSUCH/end", json={"reason": "x"})
    refused(answer, 404, "not_found")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"percent": 10, "amount": "1.00"},
        {"percent": 0},
        {"percent": 101},
        {"amount": "0.00"},
        {"amount": "free"},
        {"percent": 10, "startsAt": "soon"},
        {"percent": 10, "maxUses": 0},
    ],
    ids=str,
)
async def test_a_wrong_discount_code_is_refused(wrong: dict[str, Any], venue: Guest) -> None:
    answer = await venue.http.post("/discounts", json={"code": "WRONG", **wrong})
    refused(answer, 400, "invalid_request")
    assert "WRONG" not in json.dumps(await given(await venue.http.get("/discounts")))


@pytest.mark.parametrize(
    ("currency", "price"),
    [("EUR", "0.30"), ("KWD", "12.505"), ("UGX", "5000.50"), ("JPY", "49"), ("EUR", "1000000.00")],
)
async def test_a_price_that_the_gateway_would_not_charge_is_refused_when_it_is_set(
    venue: Guest, currency: str, price: str
) -> None:
    plan = await given(await venue.http.post("/plans", json=pretix_plan()), 201)
    prices = {"Hay": price, "Straw": "800"}
    body = new_event(plan["planId"], currency=currency, prices=prices)
    refused(await venue.http.post("/events", json=body), 400, "amount_not_chargeable")
    event = new_event(plan["planId"], currency=currency, prices={"Hay": "800", "Straw": "800"})
    made = await given(await venue.http.post("/events", json=event), 201)
    answer = await patch(venue, made["id"], prices={"Hay": price})
    refused(answer, 400, "amount_not_chargeable")
    assert answer.json()["error"]["currency"] == currency


async def test_an_event_in_a_currency_that_is_never_charged_is_refused(venue: Guest) -> None:
    plan = await given(await venue.http.post("/plans", json=pretix_plan()), 201)
    answer = await venue.http.post("/events", json=new_event(plan["planId"], currency="XXX"))
    refused(answer, 400, "currency_not_chargeable")


async def test_a_venue_s_zone_is_told_checked_and_changed_for_all_its_events(
    venue: Guest, ann: Guest
) -> None:
    plan = await given(await venue.http.post("/plans", json=pretix_plan()), 201)
    body = {
        "planId": plan["planId"],
        "name": "A night",
        "venue": "The barn in Lisbon",
        "startsAt": iso(NOW_MS + DAY_MS),
        "currency": "EUR",
        "prices": {"Hay": "10.00", "Straw": "5.00"},
    }
    refused(
        await venue.http.post("/events", json={**body, "timeZone": "Lisbon"}),
        400,
        "invalid_time_zone",
    )
    one = await given(
        await venue.http.post("/events", json={**body, "timeZone": "Europe/Lisbon"}), 201
    )
    two = await given(await venue.http.post("/events", json={**body, "name": "Another"}), 201)
    assert (one["timeZone"], two["timeZone"]) == ("Europe/Lisbon", "Europe/Lisbon")
    refused(
        await venue.http.post("/events", json={**body, "timeZone": "Europe/Vienna"}),
        400,
        "other_time_zone",
    )
    await given(await patch(venue, two["id"], timeZone="Atlantic/Azores"))

    async def all_moved() -> bool:
        asked = [await ann.http.get(f"/events/{made['id']}") for made in (one, two)]
        return {(await given(answer))["timeZone"] for answer in asked} == {"Atlantic/Azores"}

    await eventually(all_moved)


async def test_past_events_stand_behind_those_to_come_the_latest_first(
    server: Server, ann: Guest
) -> None:
    days = {"long ago": -9, "yesterday": -1, "next week": 7, "tomorrow": 1}
    made = {
        server.add_event(name=name, starts_in_ms=day * DAY_MS).id: name
        for name, day in days.items()
    }
    listed = [one["id"] for one in await given(await ann.http.get("/events"))]
    assert [made[id_] for id_ in listed if id_ in made] == [
        "tomorrow",
        "next week",
        "yesterday",
        "long ago",
    ]
