"""GET /events and what belongs to an event: the seat map field by field, the compact forms."""

from __future__ import annotations

import gzip
import json
import struct
import time
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import pytest

from houseful.wire.codec import parse_iso
from tests.support.serving import Guest, Sale, Server, eventually, small_plan


async def test_the_seat_map_has_the_fields_and_types_of_the_contract(
    ann: Guest, sale: Sale
) -> None:
    before = time.time()
    held = await ann.held(sale, sale.seats[1])
    answer = await ann.http.get(f"/events/{sale.id}/seats")
    body = answer.json()
    assert answer.status_code == body["statusCode"] == 200
    assert list(body) == ["statusCode", "success", "message", "data"]
    assert body["success"] is True
    assert body["message"] == "Seat map retrieved successfully"
    data = body["data"]
    assert list(data) == ["eventId", "sections", "totalSeats", "availableSeats", "timestamp"]
    assert data["eventId"] == sale.id
    assert (data["totalSeats"], data["availableSeats"]) == (80, 79)
    assert -5 < parse_iso(data["timestamp"]) / 1000 - before < 5
    orchestra, balcony = data["sections"]
    assert list(orchestra) == [
        "name", "seats", "totalSeats", "availableSeats", "minPrice", "maxPrice",
    ]  # fmt: skip
    assert (orchestra["name"], orchestra["totalSeats"], orchestra["availableSeats"]) == (
        "Orchestra",
        40,
        39,
    )
    assert (orchestra["minPrice"], orchestra["maxPrice"]) == ("75.00", "75.00")
    assert (balcony["name"], balcony["availableSeats"], balcony["minPrice"]) == (
        "Balcony",
        40,
        "30.00",
    )
    assert orchestra["seats"][0] == {
        "id": sale.seats[0],
        "seatNumber": "A1",
        "rowNumber": "A",
        "seatType": "PREMIUM",
        "price": "75.00",
        "status": "AVAILABLE",
        "version": orchestra["seats"][0]["version"],
        "reservedUntil": None,
    }
    taken = orchestra["seats"][1]
    assert (taken["status"], taken["reservedUntil"]) == ("RESERVED", held["expiresAt"])
    assert type(taken["version"]) is int
    assert taken["version"] > orchestra["seats"][0]["version"]
    assert [seat["seatNumber"] for seat in balcony["seats"][9:11]] == ["A10", "B1"]


async def test_nobody_sees_who_holds_a_seat(ann: Guest, ben: Guest, sale: Sale) -> None:
    await ann.held(sale, sale.seats[0])
    assert ann.name not in (await ben.http.get(f"/events/{sale.id}/seats")).text


async def test_every_change_raises_the_version(ann: Guest, sale: Sale) -> None:
    seat = sale.seats[0]
    versions = [(await ann.seats(sale))[seat]["version"]]
    held = await ann.held(sale, seat)
    versions.append((await ann.seats(sale))[seat]["version"])
    await ann.http.patch(f"/events/{sale.id}/reservations/{held['id']}")
    versions.append((await ann.seats(sale))[seat]["version"])
    await ann.http.delete(f"/events/{sale.id}/reservations/{held['id']}")
    versions.append((await ann.seats(sale))[seat]["version"])
    assert versions == sorted(set(versions))


async def test_the_list_has_every_event_with_what_is_left_of_it(ann: Guest, sale: Sale) -> None:
    await ann.held(sale, *sale.seats[:3])
    body = (await ann.http.get("/events")).json()
    assert body["message"] == "Events retrieved successfully"
    listed = {event["id"]: event for event in body["data"]}[sale.id]
    assert listed == {
        "id": sale.id,
        "loneSeats": {"rule": "off", "offBelowFreePercent": 10, "offHoursBefore": 24},
        "tableBooking": "inherit",
        "tablePrices": "per_head",
        "pricesUntil": None,
        "name": "A concert",
        "venue": "Town hall",
        "startsAt": listed["startsAt"],
        "onSaleAt": None,
        "offSaleAt": None,
        "timeZone": "UTC",
        "currency": "EUR",
        "priceList": 1,
        "totalSeats": 80,
        "availableSeats": 77,
        "minPrice": "30.00",
        "maxPrice": "75.00",
    }


async def test_an_event_says_what_is_needed_to_sell_it(ann: Guest, sale: Sale) -> None:
    event = (await ann.http.get(f"/events/{sale.id}")).json()["data"]
    assert (event["holdSeconds"], event["maxSeats"], event["saleState"]) == (600, 10, "open")
    (kind,) = event["ticketTypes"]
    rules = {"name": "", "note": "", "least": 1, "most": None, "requires": None}
    assert (kind, event["orderFee"]) == ({"id": kind["id"], **rules}, "0.00")
    told = {"ticketTypeId": kind["id"], "fee": "0.00", "vatPercent": "0"}
    assert event["categories"] == [
        {"name": name, "color": color, "price": price, "tickets": [{**told, "price": price}]}
        for name, color, price in (
            ("PREMIUM", "#b3261e", "75.00"),
            ("STANDARD", "#3d5afe", "30.00"),
        )
    ]
    assert event["planUrl"].startswith("/plans/")


async def test_prices_follow_the_currency(ann: Guest, server: Server) -> None:
    sale = server.add_event(currency="JPY", prices={"PREMIUM": 7500, "STANDARD": 3000})
    event = (await ann.http.get(f"/events/{sale.id}")).json()["data"]
    assert (event["minPrice"], event["maxPrice"]) == ("3000", "7500")


@pytest.mark.parametrize(
    ("window", "state"),
    [({"on_sale_in_ms": 3_600_000}, "upcoming"), ({"off_sale_in_ms": -1000}, "closed")],
)
async def test_an_event_says_whether_it_is_on_sale(
    window: dict[str, int], state: str, ann: Guest, server: Server
) -> None:
    sale = server.add_event(**window)  # type: ignore[arg-type]
    assert (await ann.http.get(f"/events/{sale.id}")).json()["data"]["saleState"] == state


@pytest.mark.parametrize("what", ["", "/seats", "/status"])
@pytest.mark.parametrize("event", ["999999", "0", "9007199254740993", "9" * 5000])
async def test_an_unknown_event_is_not_found(what: str, event: str, ann: Guest) -> None:
    answer = await ann.http.get(f"/events/{event}{what}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in ("unknown_event", "not_found")


async def test_the_geometry_names_and_places_every_seat(ann: Guest, sale: Sale) -> None:
    url = (await ann.http.get(f"/events/{sale.id}")).json()["data"]["planUrl"]
    answer = await ann.http.get(url, headers={"Authorization": ""})
    assert "immutable" in answer.headers["cache-control"]
    plan = answer.json()
    assert (plan["firstSeatId"], plan["count"]) == (sale.seats[0], 80)
    assert [section["name"] for section in plan["sections"]] == ["Orchestra", "Balcony"]
    row = plan["rows"][1]
    across = list(accumulate(plan["x"][row["first"] : row["first"] + row["count"]]))
    assert across == [across[0] + 200 * seat for seat in range(10)]
    assert plan["labels"][0] == ["1", 1, 10]


async def test_a_geometry_under_another_address_is_not_found(ann: Guest, sale: Sale) -> None:
    url = (await ann.http.get(f"/events/{sale.id}")).json()["data"]["planUrl"]
    wrong = url.rpartition("/")[0] + "/0000000000000000.json"
    answer = await ann.http.get(wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_plan")


def varints(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            yield number
            number = shift = 0


def read_status(body: bytes) -> tuple[dict[str, Any], bytes, list[int]]:
    """(header, status bytes, versions) as a client reads the compact status."""
    assert body[:4] == b"HFS1"
    (length,) = struct.unpack_from("<I", body, 4)
    header = json.loads(body[8 : 8 + length])
    statuses = body[8 + length : 8 + length + header["count"]]
    deltas = list(varints(body[8 + length + header["count"] :]))
    return header, statuses, [header["versionBase"] + delta for delta in deltas]


async def test_the_compact_status_says_the_same_as_the_seat_map(
    ann: Guest, sale: Sale, server: Server
) -> None:
    await ann.bought(sale, sale.seats[7])
    await ann.held(sale, *sale.seats[3:6])
    async with server.catalog() as catalog:
        await catalog._seats.block(sale.id, [sale.seats[8]])

    async def heard_of_it() -> bool:
        return (await ann.seats(sale))[sale.seats[8]]["status"] == "BLOCKED"

    await eventually(heard_of_it)  # another process did it: the doorbell brings it
    seats = await ann.seats(sale)
    answer = await ann.http.get(f"/events/{sale.id}/status")
    assert answer.headers["content-type"] == "application/octet-stream"
    header, statuses, versions = read_status(answer.content)
    assert (header["firstSeatId"], header["count"]) == (sale.seats[0], 80)
    words = ["AVAILABLE", "RESERVED", "BOOKED", "BLOCKED"]
    assert [words[code] for code in statuses] == [seats[id_]["status"] for id_ in sale.seats]
    assert versions == [seats[id_]["version"] for id_ in sale.seats]
    assert set(statuses) == {0, 1, 2, 3}


async def test_a_map_is_compressed_for_those_who_can_read_it(server: Server) -> None:
    sale = server.add_event(small_plan(10, 40))

    async def fetch(accepted: str) -> tuple[str | None, bytes]:
        url, headers = f"/events/{sale.id}/seats", {"Accept-Encoding": accepted}
        async with server.user() as anyone, anyone.http.stream("GET", url, headers=headers) as raw:
            body = b"".join([part async for part in raw.aiter_raw()])
            return raw.headers.get("content-encoding"), body

    encoding, packed = await fetch("gzip")
    assert encoding == "gzip"
    encoding, plain = await fetch("identity")
    assert encoding is None
    assert gzip.decompress(packed) == plain
    assert len(packed) < len(plain) / 5
    assert (await fetch("gzip;q=0"))[0] is None
