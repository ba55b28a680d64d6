"""Tickets at the door: in once, over any number of doors, and a reason for every no."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from houseful.ledger import check_ins
from houseful.ledger.check_ins import Admission
from houseful.ledger.models import TICKET
from houseful.tickets.code import TicketSigner
from tests.support.databases import fresh_postgresql
from tests.support.postgres import Postgres, binaries
from tests.support.server_process import server_process
from tests.support.serving import PATIENCE_S, Guest, Sale, Server, running_server
from tests.support.staff import act, audit, given, refused


async def ticket_of(guest: Guest, booking: dict[str, Any]) -> dict[str, Any]:
    view = await given(await guest.http.get(f"/bookings/{booking['bookingReference']}"))
    ticket: dict[str, Any] = view["tickets"][0]
    return ticket


def signed(server: Server, sale: Sale, booking: dict[str, Any], ticket: dict[str, Any]) -> str:
    """The text of the ticket's QR code."""
    signer = TicketSigner(server.settings.signing_secret().encode())
    return signer.sign(ticket["id"], sale.id, ticket["seatId"], booking["bookingReference"])


async def enter(venue: Guest, sale: Sale, code: str, door: str = "North") -> httpx2.Response:
    return await venue.http.post(f"/events/{sale.id}/check-ins", json={"code": code, "door": door})


async def test_a_ticket_opens_a_door_once_and_names_the_seat(
    server: Server, venue: Guest, ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[12])
    contact = {"name": "Ada", "email": "ada@example.org"}
    booking = await given(await ann.pay(sale, sale.seats[12], contact=contact), 201)
    ticket = await ticket_of(ann, booking)
    entered = await given(await enter(venue, sale, signed(server, sale, booking, ticket)))
    assert entered["usedAt"]
    assert {name: entered[name] for name in ("seatNumber", "section", "row", "category")} == {
        "seatNumber": "B3",
        "section": "Orchestra",
        "row": "B",
        "category": "PREMIUM",
    }
    assert (entered["name"], entered["door"]) == ("Ada", "North")
    assert entered["bookingReference"] == booking["bookingReference"]
    error = refused(await enter(venue, sale, ticket["code"], "South"), 409, "already_used")
    assert (error["usedAt"], error["door"]) == (entered["usedAt"], "North")
    assert error["seatNumber"] == "B3"
    listed = await given(await venue.http.get(f"/events/{sale.id}/check-ins"))
    assert listed.pop("event")["id"] == sale.id
    assert listed == {"checkedIn": 1, "booked": 1, "recent": [entered]}
    (line,) = await audit(venue, sale)
    assert (line["act"], line["details"]["door"]) == ("check_in", "North")


@pytest.mark.parametrize("spelling", [str, str.lower, lambda code: code.replace("-", " ")])
async def test_a_typed_code_is_as_good(spelling: Any, venue: Guest, ann: Guest, sale: Sale) -> None:
    ticket = await ticket_of(ann, await ann.bought(sale, sale.seats[0]))
    entered = await given(await enter(venue, sale, f" {spelling(ticket['code'])} "))
    assert entered["ticketId"] == ticket["id"]


async def test_a_check_in_is_taken_back_with_a_reason(venue: Guest, ann: Guest, sale: Sale) -> None:
    ticket = await ticket_of(ann, await ann.bought(sale, sale.seats[0]))
    path = f"check-ins/{ticket['id']}/undo"
    refused(await act(venue, sale, path), 409, "not_checked_in")
    await given(await enter(venue, sale, ticket["code"]))
    undone = await given(await act(venue, sale, path, reason="wrong person"))
    assert (undone["ticketId"], undone["usedAt"], undone["door"]) == (ticket["id"], None, None)
    await given(await enter(venue, sale, ticket["code"], "South"))
    acts = [(line["act"], line["reason"]) for line in await audit(venue, sale)]
    assert acts == [("check_in", ""), ("undo_check_in", "wrong person"), ("check_in", "")]
    refused(await act(venue, sale, "check-ins/987654/undo"), 404, "unknown_ticket")


async def test_a_void_foreign_or_forged_ticket_is_refused_with_the_reason(
    server: Server, venue: Guest, ann: Guest, sale: Sale, quiet_sale: Sale
) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    ticket = await ticket_of(ann, booking)
    code = signed(server, sale, booking, ticket)
    refused(await enter(venue, quiet_sale, code), 409, "wrong_event")
    office = TicketSigner(b"another ticket office's secret")
    foreign = office.sign(ticket["id"], sale.id, ticket["seatId"], booking["bookingReference"])
    refused(await enter(venue, sale, foreign), 400, "forged_ticket")
    letter = "A" if code[-40] != "A" else "B"
    refused(await enter(venue, sale, code[:-40] + letter + code[-39:]), 400, "forged_ticket")
    refused(await enter(venue, sale, "0000-0000-0000"), 400, "forged_ticket")
    for text in ("HF1.AAAA", "hello", code[:50], "http://example.org/ticket"):
        refused(await enter(venue, sale, text), 400, "malformed_ticket")
    lost = {**ticket, "id": 987_654}
    refused(await enter(venue, sale, signed(server, sale, booking, lost)), 404, "unknown_ticket")
    await given(await act(venue, sale, f"bookings/{booking['bookingReference']}/refund"))
    refused(await enter(venue, sale, code), 409, "ticket_void")
    assert (await given(await venue.http.get(f"/events/{sale.id}/check-ins")))["checkedIn"] == 0


async def scan_at_once(urls: list[str], token: str, sale: Sale, code: str) -> list[int]:
    """Each door has a connection open before all send at the same moment."""
    async with (
        httpx2.AsyncClient(base_url=urls[0], verify=False, timeout=PATIENCE_S) as north,
        httpx2.AsyncClient(base_url=urls[1], verify=False, timeout=PATIENCE_S) as south,
    ):
        entrances = [north, south] * 4
        for door in entrances:
            door.headers["Authorization"] = f"Bearer {token}"
            await door.get("/healthz")
        answers = await asyncio.gather(
            *(door.post(f"/events/{sale.id}/check-ins", json={"code": code}) for door in entrances)
        )
    assert {a.json()["error"]["code"] for a in answers if a.status_code != 200} == {"already_used"}
    return sorted(answer.status_code for answer in answers)


async def test_without_the_state_in_the_update_every_door_lets_in(
    server: Server, venue: Guest, ann: Guest, sale: Sale, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the race below: take the guard away, and the ticket opens all doors."""

    async def turn_whatever_it_was(
        session: Any, ticket_id: int, event_id: int, before: str, values: dict[str, Any]
    ) -> Admission | None:
        await session.execute(TICKET.update().where(TICKET.c.id == ticket_id).values(**values))
        return await check_ins.find(session, ticket_id)

    monkeypatch.setattr(check_ins, "_turn", turn_whatever_it_was)
    ticket = await ticket_of(ann, await ann.bought(sale, sale.seats[0]))
    answers = [await enter(venue, sale, ticket["code"]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]


async def race(server: Server, other: str, tickets: int) -> None:
    sale = server.add_event()
    async with server.user("ada") as ada, server.user("vera", "venue") as vera:
        booking = await ada.bought(sale, *sale.seats[:tickets])
        view = await given(await ada.http.get(f"/bookings/{booking['bookingReference']}"))
        for ticket in view["tickets"]:
            found = await scan_at_once([server.url, other], vera.token, sale, ticket["code"])
            assert found == [200] + [409] * 7
        assert len(await audit(vera, sale)) == tickets


async def test_of_doors_on_two_servers_that_read_one_ticket_at_once_one_lets_in(
    pair: tuple[Server, Server],
) -> None:
    server, other = pair
    await race(server, other.url, 5)


@pytest.mark.long
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's server programs are not installed")
async def test_so_it_is_on_postgresql(
    tmp_path: Path, redis_binary: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    postgres = Postgres()
    try:
        postgres.start()
        url = fresh_postgresql(postgres)
        monkeypatch.setenv("DATABASE_URL", url)
        with (
            running_server(tmp_path, valkey_binary=redis_binary, database_url=url) as server,
            server_process(server.settings) as other,
        ):
            await race(server, other, 5)
            await look_around(server)
    finally:
        postgres.remove()


async def look_around(server: Server) -> None:
    """Every statement that staff's paths run, once, with something to find."""
    sale = server.add_event()
    async with server.user("ada") as ada, server.user("vera", "venue") as vera:
        await ada.held(sale, *sale.seats[:2])
        contact = {"name": "Ada Öztürk", "email": "ada@example.org"}
        booking = await given(await ada.pay(sale, *sale.seats[:2], contact=contact), 201)
        await given(await act(vera, sale, "block", seatIds=[sale.seats[9]]))
        (ticket, _) = (await given(await ada.http.get(f"/bookings/{booking['bookingReference']}")))[
            "tickets"
        ]
        await given(await enter(vera, sale, ticket["code"]))
        event = f"/events/{sale.id}"
        for text in ("öZTÜRK", "a1", booking["bookingReference"]):
            found = await given(await vera.http.get(f"{event}/bookings", params={"q": text}))
            assert [one["bookingReference"] for one in found] == [booking["bookingReference"]]
        assert not await given(await vera.http.get(f"{event}/bookings?q=email"))
        state = await given(await vera.http.get(f"{event}/occupancy"))
        assert (state["revenue"], state["totals"]["checkedIn"]) == ("150.00", 1)
        for _ in range(2):
            history = await given(await vera.http.get(f"{event}/occupancy/history"))
            assert sum(row["booked"] for row in history) == 2
            assert sum(float(row["revenue"]) for row in history) == 150
        rows = await given(await vera.http.get("/occupancy"))
        totals = next(row["totals"] for row in rows if row["eventId"] == sale.id)
        assert (totals["booked"], totals["blocked"], totals["checkedIn"]) == (2, 1, 1)
        assert "Öztürk" in (await vera.http.get(f"{event}/bookings.csv")).text
        assert len(await given(await vera.http.get("/plans"))) >= 1
        await given(await act(vera, sale, f"bookings/{booking['bookingReference']}/refund"))
        assert [line["act"] for line in await audit(vera, sale)] == [
            "refund_booking",
            "export_bookings",
            "check_in",
            "block",
        ]
