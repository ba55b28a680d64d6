"""Phones at the doors: signed in for one event and one evening, for check-in and nothing else."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from houseful.app import SOCKETS
from houseful.staff.door_pass import HOUR_MS, ends_at_ms
from houseful.web.auth import Tokens
from houseful.web.table import OPERATIONS
from tests.support.serving import Guest, Sale, Server
from tests.support.staff import audit, given, refused
from tests.tickets.test_qr import painted
from tests.tickets.test_reader import jpeg
from tests.web.conftest import Join
from tests.web.staff.test_check_in import enter, signed, ticket_of
from tests.web.staff.test_roles import address, open_socket

MAY = {"check_in", "list_check_ins", "undo_check_in", "read_frame"}
"""Handlers of what a door is for."""

GUARDED = [one for one in OPERATIONS if one.role != "public"]


@pytest_asyncio.fixture
async def door(server: Server, venue: Guest, join: Join, sale: Sale) -> AsyncIterator[Guest]:
    """A phone that followed the code on the board."""
    guest = await join("no matter")
    made = await given(await venue.http.post(f"/events/{sale.id}/door-passes", json={}), 201)
    guest.http.headers["Authorization"] = f"Bearer {made['token']}"
    guest.token = made["token"]
    yield guest


async def test_a_door_may_check_in_at_its_event_and_nothing_else(
    door: Guest, sale: Sale, quiet_sale: Sale
) -> None:
    for operation in GUARDED:
        method, path = operation.method, operation.path
        answer = await door.http.request(method, address(path, sale), json={"reason": "x"})
        if operation.handler.__name__ not in MAY:
            refused(answer, 403, "forbidden")
            continue
        assert answer.status_code not in (401, 403), answer.text
        other = await door.http.request(method, address(path, quiet_sale), json={"reason": "x"})
        refused(other, 403, "other_event")


def test_the_walk_meets_everything_a_door_may() -> None:
    assert {one.handler.__name__ for one in GUARDED} >= MAY
    assert {one.handler.__name__ for one in OPERATIONS if one.role == "door"} == MAY


async def test_no_socket_is_a_door_s(server: Server, door: Guest, sale: Sale) -> None:
    headers = {"Authorization": f"Bearer {door.token}"}
    for path in SOCKETS:
        url = f"ws://{server.host}{address(path, sale)}"
        assert await open_socket(url, [], headers) == ("closed", 4503)


async def test_a_phone_that_follows_the_code_lets_people_in(
    server: Server, venue: Guest, ann: Guest, join: Join, sale: Sale
) -> None:
    path = f"/events/{sale.id}/door-passes"
    made = await given(await venue.http.post(path, json={"door": "North"}), 201)
    shown = urlsplit(made["url"])
    assert f"{shown.scheme}://{shown.netloc}" == server.url
    route, _, query = shown.fragment.partition("?")
    assert (route, parse_qs(query)["door"]) == (f"/venue/{sale.id}/door", ["North"])

    phone = await join("no matter")
    phone.http.headers["Authorization"] = f"Bearer {parse_qs(query)['token'][0]}"
    ticket = await ticket_of(ann, await ann.bought(sale, sale.seats[0]))
    entered = await given(await enter(phone, sale, ticket["code"]))
    listed = await given(await phone.http.get(f"/events/{sale.id}/check-ins"))
    assert (listed["checkedIn"], listed["event"]["id"]) == (1, sale.id)
    undo = f"/events/{sale.id}/check-ins/{entered['ticketId']}/undo"
    await given(await phone.http.post(undo, json={"reason": "wrong person"}))

    lines = await audit(venue, sale)
    assert [line["act"] for line in lines] == ["undo_check_in", "check_in", "open_door"]
    assert lines[0]["who"] == lines[1]["who"] != lines[2]["who"] == "vera"
    assert lines[1]["who"].startswith("door-")


async def test_the_code_on_the_board_is_the_link(server: Server, venue: Guest, sale: Sale) -> None:
    made = await given(await venue.http.post(f"/events/{sale.id}/door-passes", json={}), 201)
    picture = jpeg(painted(made["qr"], scale=5))
    answer = await venue.http.post(
        f"/events/{sale.id}/check-ins/read",
        content=picture,
        headers={"Content-Type": "image/jpeg"},
    )
    assert (await given(answer))["code"] == made["url"]


async def test_a_ticket_is_read_off_a_door_s_picture(
    server: Server, door: Guest, ann: Guest, sale: Sale
) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    code = signed(server, sale, booking, await ticket_of(ann, booking))
    view = await given(await ann.http.get(f"/bookings/{booking['bookingReference']}"))
    svg = await ann.http.get(view["tickets"][0]["qrUrl"])
    path, jpegs = f"/events/{sale.id}/check-ins/read", {"Content-Type": "image/jpeg"}
    answer = await door.http.post(path, content=jpeg(painted(svg.text)), headers=jpegs)
    assert (await given(answer))["code"] == code
    await given(await enter(door, sale, code))
    wrong = await door.http.post(path, content=b"no picture", headers=jpegs)
    refused(wrong, 400, "invalid_frame")
    refused(await door.http.post(path, json={}), 415, "unsupported_media_type")
    large = await door.http.post(path, content=bytes(200_000), headers=jpegs)
    refused(large, 413, "body_too_large")


async def test_a_ticket_of_another_night_names_the_night(
    server: Server, door: Guest, ann: Guest, quiet_sale: Sale, sale: Sale
) -> None:
    other = server.add_event()
    ticket = await ticket_of(ann, await ann.bought(other, other.seats[0]))
    error = refused(await enter(door, sale, ticket["code"]), 409, "wrong_event")
    told = await given(await ann.http.get(f"/events/{other.id}"))
    assert error["event"] == {name: told[name] for name in ("id", "name", "startsAt", "timeZone")}
    assert error["section"] == "Orchestra"


def test_a_pass_ends_with_the_evening() -> None:
    now = int(time.time() * 1000)
    assert ends_at_ms(now + HOUR_MS, now) == now + 7 * HOUR_MS
    assert ends_at_ms(now + 21 * 24 * HOUR_MS, now) == now + 18 * HOUR_MS
    assert ends_at_ms(now - 24 * HOUR_MS, now) == now + 2 * HOUR_MS


async def test_a_door_s_token_names_its_event(server: Server, ann: Guest, sale: Sale) -> None:
    tokens = Tokens(server.settings)
    user = tokens.verify(tokens.issue("north", "door", 60, event_id=sale.id)[0])
    assert (user.role, user.event_id) == ("door", sale.id)
    for role, event_id in (("door", None), ("venue", sale.id)):
        with pytest.raises(Exception, match="expected an event for the role door alone"):
            tokens.issue("north", role, 60, event_id=event_id)
