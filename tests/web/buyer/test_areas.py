"""Standing areas as buyers meet them: over HTTP and the socket, from the hold to the ticket."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from houseful.domain.plan import Plan
from houseful.wire import binary
from tests.support.seat_plans import with_areas
from tests.support.serving import Guest, Sale, Server, eventually, running_server, small_plan


def arena(pit: int = 30, lawn: int = 5) -> Plan:
    return with_areas(small_plan(), pit, lawn)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    directory = tmp_path_factory.mktemp("areas")
    with running_server(directory, reservations_per_minute=1000) as running:
        yield running


@pytest.fixture
def sale(server: Server) -> Sale:
    return server.add_event(arena())


def pit_of(sale: Sale) -> int:
    return sale.seats[80]


def lawn_of(sale: Sale) -> int:
    return sale.seats[110]


async def ask(guest: Guest, sale: Sale, *areas: dict[str, Any], **more: Any) -> Any:
    body = {"areas": areas, "sessionId": "s", **more}
    return await guest.http.post(f"/events/{sale.id}/reservations", json=body)


async def areas_of(guest: Guest, sale: Sale) -> dict[str, dict[str, Any]]:
    data = (await guest.http.get(f"/events/{sale.id}/seats")).json()["data"]
    return {area["name"]: area for area in data["areas"]}


async def test_the_map_has_areas_with_their_numbers_and_no_place(
    server: Server, sale: Sale
) -> None:
    async with server.user() as guest:
        data = (await guest.http.get(f"/events/{sale.id}/seats")).json()["data"]
        assert [section["name"] for section in data["sections"]] == ["Orchestra", "Balcony"]
        assert data["totalSeats"] == 115
        assert data["areas"] == [
            {
                "id": pit_of(sale),
                "name": "Pit",
                "entrance": "Gate 2",
                "capacity": 30,
                "available": 30,
                "price": "75.00",
            },
            {
                "id": lawn_of(sale),
                "name": "Lawn",
                "entrance": "",
                "capacity": 5,
                "available": 5,
                "price": "30.00",
            },
        ]
        event = (await guest.http.get(f"/events/{sale.id}")).json()["data"]
        plan = (await guest.http.get(event["planUrl"])).json()
        assert plan["count"] == len(plan["x"]) == 80
        assert [(one["id"], one["capacity"]) for one in plan["standing"]] == [
            (pit_of(sale), 30),
            (lawn_of(sale), 5),
        ]
        status = (await guest.http.get(f"/events/{sale.id}/status")).content
        assert b'"count":80' in status


async def test_places_are_held_by_number_beside_seats(server: Server, sale: Sale) -> None:
    async with server.user() as guest:
        version = (await guest.seats(sale))[sale.seats[0]]["version"]
        seats = [{"seatId": sale.seats[0], "version": version}]
        answer = await ask(guest, sale, {"areaId": pit_of(sale), "quantity": 3}, seats=seats)
        assert answer.status_code == 201, answer.text
        data = answer.json()["data"]
        assert data["places"] == [{"areaId": pit_of(sale), "quantity": 3}]
        assert data["reservedSeatIds"] == [sale.seats[0], *range(pit_of(sale), pit_of(sale) + 3)]
        assert data["total"] == "300.00"
        again = (await ask(guest, sale, {"areaId": pit_of(sale), "quantity": 3})).json()["data"]
        assert again["id"] == data["id"]
        assert (await areas_of(guest, sale))["Pit"]["available"] == 27
        held = (await guest.http.get(f"/events/{sale.id}/reservations")).json()["data"]
        assert [one["places"] for one in held] == [data["places"]]


async def test_a_full_area_says_how_many_are_left(server: Server, sale: Sale) -> None:
    async with server.user() as ann, server.user() as bob:
        lawn = {"areaId": lawn_of(sale), "quantity": 4}
        assert (await ask(ann, sale, lawn)).status_code == 201
        refused = await ask(bob, sale, lawn)
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == "area_full"
        (failed,) = refused.json()["data"]["failedAreas"]
        assert (failed["areaId"], failed["code"], failed["available"]) == (
            lawn_of(sale),
            "area_full",
            1,
        )
        fewer = await ask(bob, sale, {**lawn, "acceptFewer": True})
        assert fewer.status_code == 201
        assert fewer.json()["data"]["places"] == [{"areaId": lawn_of(sale), "quantity": 1}]
        assert fewer.json()["data"]["failedAreas"][0]["available"] == 1


async def test_wrong_requests_for_places_say_what_is_expected(server: Server, sale: Sale) -> None:
    async with server.user() as guest:
        pit = pit_of(sale)
        for areas, seats, status, code in (
            ([{"areaId": pit + 1, "quantity": 1}], [], 404, "unknown_area"),
            ([{"areaId": pit, "quantity": 1}] * 2, [], 400, "duplicate_area"),
            ([{"areaId": pit, "quantity": 11}], [], 400, "too_many_seats"),
            ([], [{"seatId": pit, "version": 1_000_000}], 400, "standing_place"),
            ([{"areaId": pit, "quantity": 0}], [], 400, "invalid_request"),
            ([], [], 400, "invalid_request"),
        ):
            answer = await ask(guest, sale, *areas, seats=seats)
            assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_places_are_given_back_by_number(server: Server, sale: Sale) -> None:
    async with server.user() as guest:
        held = (await ask(guest, sale, {"areaId": pit_of(sale), "quantity": 5})).json()["data"]
        path = f"/events/{sale.id}/reservations/{held['id']}/release"
        answer = await guest.http.post(
            path, json={"areas": [{"areaId": pit_of(sale), "quantity": 2}]}
        )
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["data"]["releasedSeatIds"]) == 2
        assert (await areas_of(guest, sale))["Pit"]["available"] == 27
        more = await guest.http.post(
            path, json={"areas": [{"areaId": pit_of(sale), "quantity": 4}]}
        )
        assert (more.status_code, more.json()["error"]["code"]) == (409, "not_held")
        async with guest.live(sale) as live:
            reply = await live.ask(type="release", ref=1, areas=[{"areaId": pit_of(sale)}])
            assert reply["type"] == "ok"
        assert (await areas_of(guest, sale))["Pit"]["available"] == 30


async def test_a_place_is_bought_and_its_ticket_names_the_area_alone(
    server: Server, sale: Sale
) -> None:
    async with server.user() as guest:
        held = (await ask(guest, sale, {"areaId": pit_of(sale), "quantity": 2})).json()["data"]
        answer = await guest.pay(sale, *held["reservedSeatIds"])
        assert answer.status_code == 201, answer.text
        booking = answer.json()["data"]
        assert booking["seatNumbers"] == ["Pit", "Pit"]
        assert Counter(seat["place"] for seat in booking["seats"]) == {"Pit": 2}
        assert {seat["rowKind"] for seat in booking["seats"]} == {"standing"}
        printed = await guest.http.get(booking["pdfUrl"])
        assert printed.status_code == 200
        assert printed.content.startswith(b"%PDF")

        async def counted() -> bool:
            pit = (await areas_of(guest, sale))["Pit"]
            return (pit["available"], pit["capacity"]) == (28, 30)

        assert await eventually(counted)
        cancelled = await guest.http.post(f"/bookings/{booking['bookingReference']}/cancel")
        assert cancelled.status_code == 200, cancelled.text

        async def returned() -> bool:
            return bool((await areas_of(guest, sale))["Pit"]["available"] == 30)

        assert await eventually(returned)


async def test_a_viewer_hears_counts_and_never_places(server: Server, sale: Sale) -> None:
    async with server.user() as watcher, server.user() as buyer, watcher.live(sale) as live:
        first = await live.next("areas")
        assert [(one["areaId"], one["free"]) for one in first["areas"]] == [
            (pit_of(sale), 30),
            (lawn_of(sale), 5),
        ]
        await ask(buyer, sale, {"areaId": pit_of(sale), "quantity": 3})
        told = await live.next("areas")
        assert told["areas"] == [{"areaId": pit_of(sale), "free": 27, "held": 3, "booked": 0}]
        assert not [frame for frame in live.seen if frame["type"] == "seats"]


async def test_the_compact_form_says_the_same(server: Server, sale: Sale) -> None:
    async with server.user() as guest:
        options = {"subprotocols": ["houseful.v1.bin"]}
        async with guest.live(sale, **options) as live:
            await live.socket.recv()
            message = await live.socket.recv()
            assert isinstance(message, bytes)
            _, _, counts = binary.decode_areas(message)
            assert counts == [(pit_of(sale), 30, 0, 0), (lawn_of(sale), 5, 0, 0)]


async def test_staff_take_places_off_sale_by_number_down_to_what_is_held_or_sold(
    server: Server, sale: Sale
) -> None:
    async with server.user() as buyer, server.user("staff", "venue") as staff:
        assert (await ask(buyer, sale, {"areaId": lawn_of(sale), "quantity": 2})).is_success
        body = {"area": {"areaId": lawn_of(sale), "quantity": 2}, "reason": "a camera"}
        blocked = await staff.http.post(f"/events/{sale.id}/block", json=body)
        assert blocked.status_code == 200, blocked.text
        assert blocked.json()["data"]["seatIds"] == [lawn_of(sale) + 3, lawn_of(sale) + 4]
        lawn = (await areas_of(buyer, sale))["Lawn"]
        assert (lawn["capacity"], lawn["available"]) == (3, 1)
        more = await staff.http.post(f"/events/{sale.id}/block", json=body)
        assert (more.status_code, more.json()["error"]["code"]) == (409, "area_full")
        assert (await staff.http.post(f"/events/{sale.id}/unblock", json=body)).is_success
        lawn = (await areas_of(buyer, sale))["Lawn"]
        assert (lawn["capacity"], lawn["available"]) == (5, 3)
        sections = (await staff.http.get(f"/events/{sale.id}/occupancy")).json()["data"]["sections"]
        assert [(one["name"], one["total"], one["reserved"]) for one in sections][2:] == [
            ("Pit", 30, 0),
            ("Lawn", 5, 2),
        ]


async def test_200_buyers_sell_both_areas_to_the_last_place_and_no_further(server: Server) -> None:
    sale = server.add_event(arena(pit=100, lawn=100))
    tickets: list[int] = []

    async def buy(number: int) -> None:
        area = pit_of(sale) if number % 2 else sale.seats[180]
        async with server.user(f"buyer-{number}") as guest:
            place = {"areaId": area, "quantity": 3, "acceptFewer": True}
            answer = await ask(guest, sale, place)
            if answer.status_code == 409:
                assert answer.json()["error"]["code"] == "area_full"
                return
            seats = answer.json()["data"]["reservedSeatIds"]
            paid = await guest.pay(sale, *seats)
            assert paid.status_code == 201, paid.text
            tickets.extend(paid.json()["data"]["seatIds"])

    await asyncio.gather(*(buy(number) for number in range(200)))
    assert sorted(tickets) == list(sale.seats[80:])


def test_bytes_of_an_areas_frame_are_read_back() -> None:
    counts = [(105, 30, 2, 1), (20_000_000_105, 0, 0, 70_000)]
    payload = binary.encode_areas("9f2c", 7, reversed(counts))
    assert binary.decode_areas(payload) == (binary.epoch_hash("9f2c"), 7, counts)
    for broken in (payload[:-1], payload + b"\0", b"\1" + payload[1:]):
        with pytest.raises(ValueError, match="expected"):
            binary.decode_areas(broken)
