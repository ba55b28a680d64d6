"""The signed link to a booking: any device, that booking alone; and asking for a new one."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from houseful.ledger.models import OUTBOX
from houseful.sql.database import Database
from houseful.tickets.links import LinkSigner
from tests.support.serving import Guest, Sale, Server, eventually
from tests.support.sessions import reading
from tests.support.staff import refused
from tests.web.buyer.test_bookings import post

CONTACT = {"name": "Ada", "email": "ada@example.org"}


async def bought(guest: Guest, sale: Sale, seat: int) -> dict[str, Any]:
    await guest.held(sale, seat)
    answer = await post(guest, sale, [seat], contact=CONTACT)
    assert answer.status_code == 201, answer.text
    reference = answer.json()["data"]["bookingReference"]

    async def settled() -> dict[str, Any] | None:
        """Once its mail is on record, nothing of a booking changes by itself."""
        data: dict[str, Any] = (await guest.http.get(f"/bookings/{reference}")).json()["data"]
        return data if data["delivery"]["at"] else None

    data = await eventually(settled)
    assert data is not None
    return data


def by_link(server: Server, booking: dict[str, Any]) -> httpx2.AsyncClient:
    """Somebody who has nothing but the link."""
    token = booking["linkUrl"].partition("?link=")[2]
    assert booking["linkUrl"].startswith(f"/#/bookings/{booking['bookingReference']}?link=bk_")
    return httpx2.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {token}"})


async def test_a_link_shows_its_booking_and_papers_and_cancels_it(
    server: Server, ann: Guest, sale: Sale
) -> None:
    booking = await bought(ann, sale, sale.seats[0])
    path = f"/bookings/{booking['bookingReference']}"
    async with by_link(server, booking) as visitor:
        assert (await visitor.get(path)).json()["data"] == booking
        for paper in (".pdf", ".ics", "/qr.svg"):
            assert (await visitor.get(path + paper)).status_code == 200, paper
        cancelled = await visitor.post(f"{path}/cancel", json={})
        assert cancelled.json()["data"]["status"] in {"CANCELLED", "REFUNDED"}


async def test_a_link_opens_nothing_else(
    server: Server, ann: Guest, ben: Guest, sale: Sale
) -> None:
    mine, own = await bought(ann, sale, sale.seats[0]), await bought(ann, sale, sale.seats[1])
    others = await bought(ben, sale, sale.seats[2])
    async with by_link(server, mine) as visitor:
        for booking in (own, others, {"bookingReference": "BK-2026-999999"}):
            for way in ("", ".pdf", ".ics", "/qr.svg"):
                answer = await visitor.get(f"/bookings/{booking['bookingReference']}{way}")
                refused(answer, 401, "link_invalid")
        for path in ("/bookings", "/events", f"/events/{sale.id}/reservations"):
            refused(await visitor.get(path), 401, "unauthenticated")
        refused(await visitor.post("/ws-tickets"), 401, "unauthenticated")


async def test_reference_and_address_have_the_mail_sent_again_and_nothing_shows_it(
    server: Server, ann: Guest, sale: Sale
) -> None:
    booking = await bought(ann, sale, sale.seats[0])
    reference = booking["bookingReference"]
    async with httpx2.AsyncClient(base_url=server.url) as stranger:

        async def find(reference: str, email: str) -> dict[str, Any]:
            answer = await stranger.post(
                "/bookings/find", json={"reference": reference, "email": email}
            )
            assert answer.status_code == 202, answer.text
            found: dict[str, Any] = answer.json()
            return found

        answers = [
            await find(reference, "eve@example.org"),
            await find("BK-2026-999999", "ada@example.org"),
            await find(reference.lower(), " ADA@example.org"),
        ]
    assert answers[0] == answers[1] == answers[2]
    database = Database(server.settings.sql_url())
    wanted = (OUTBOX.c.booking_id == int(booking["bookingId"])) & OUTBOX.c.payload.contains("again")

    async def promised() -> bool:
        statement = select(func.count()).select_from(OUTBOX).where(wanted)
        async with reading(database) as session:
            return bool((await session.execute(statement)).scalar_one() == 1)

    await eventually(promised)
    await database.close()


@pytest.mark.parametrize("changed", ["id", "owner", "second", "token"])
def test_a_token_is_for_one_booking_of_one_buyer_at_one_time(changed: str) -> None:
    signer = LinkSigner(b"secret")
    token = signer.token(7, "ann", 5_000)
    assert signer.holds(token, 7, "ann", 5_999)
    other = {"id": (8, "ann", 5_000), "owner": (7, "ben", 5_000), "second": (7, "ann", 6_000)}
    given = token[:-1] + ("A" if token[-1] != "A" else "B") if changed == "token" else token
    assert not signer.holds(given, *other.get(changed, (7, "ann", 5_000)))


def test_a_link_survives_a_new_secret_while_the_old_one_is_known() -> None:
    token = LinkSigner(b"old").token(7, "ann", 0)
    assert LinkSigner(b"new", [b"old"]).holds(token, 7, "ann", 0)
    assert not LinkSigner(b"new").holds(token, 7, "ann", 0)
    assert not LinkSigner(b"new").holds("bk_ünsinn", 7, "ann", 0)
