"""A booking's mails, from the promise to a real SMTP server's mailbox and what is on record of them."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

import icalendar
import pypdf
import pytest
from redis.asyncio import Redis

from houseful.checkout.booking_request import Contact
from houseful.checkout.booking_transitions import EMAIL, NOTICE
from houseful.checkout.checkout import Checkout
from houseful.checkout.correspondence.booking_documents import BookingDocuments, Letterhead
from houseful.checkout.correspondence.booking_links import BookingLinks
from houseful.checkout.correspondence.mails import (
    PER_BOOKING,
    PER_RECIPIENT,
    PER_USER,
    BookingMails,
)
from houseful.checkout.outbox import MAILS, MAILS_AT_ONCE, OTHERS, SLOW_MS, Relay
from houseful.domain.delivery import DeliveryState
from houseful.domain.errors import Conflict, Forbidden, InvalidRequest, RateLimited
from houseful.ledger import outbox
from houseful.ledger.catalog import discounts
from houseful.ledger.outbox import Job
from houseful.plans import reader
from houseful.sales.catalog import NewEvent
from houseful.sql.database import Session
from houseful.staff.event_admin import EventAdmin
from houseful.staff.event_stream import StaffEventStream
from houseful.store.limiter import Limiter
from houseful.store.staff_events import StaffEventStore
from houseful.tickets.code import TicketSigner
from houseful.tickets.delivery import mailer
from houseful.tickets.links import LinkSigner
from houseful.wire.codec import iso
from houseful.wire.staff import EventChangeRequest
from tests.checkout.shop import Shop, data, new_key
from tests.support.mail_office import Office, smtp_server
from tests.support.sessions import writing

DAY_MS = 86_400_000


@dataclass
class PostRoom:
    """A shop that sends mail."""

    shop: Shop
    office: Office
    documents: BookingDocuments
    mails: BookingMails
    checkout: Checkout

    async def bought(self, user: str, *indexes: int, **changes: Any) -> str:
        seats = await self.shop.hold(user, *indexes)
        answer = await self.checkout.book(user, new_key(), self.shop.request(seats, **changes))
        return str(data(answer)["bookingReference"])

    async def send_all(self, turns: int = 4) -> list[EmailMessage]:
        """What arrives once everything due was tried."""
        self.shop.clock.ahead_ms += 2_500
        for _ in range(turns):
            await self.checkout._relay.run_once(OTHERS)
            await self.checkout._relay.run_once(MAILS)
        return self.office.mails

    async def delivery(self, reference: str) -> dict[str, Any]:
        view = await self.checkout.get_booking("staff", "venue", reference)
        found: dict[str, Any] = view["delivery"]
        return found


@pytest.fixture
async def room(shop: Shop, redis_client: Redis) -> AsyncIterator[PostRoom]:
    office = Office()
    async with smtp_server(office) as port:
        yield post_room(shop, redis_client, office, f"smtp://127.0.0.1:{port}")


def post_room(shop: Shop, client: Redis, office: Office, url: str | None) -> PostRoom:
    secret = b"a signing secret of 32 bytes ...."
    links = BookingLinks(shop.database, LinkSigner(secret), "https://shop.example")
    documents = BookingDocuments(
        shop.database, shop.catalog, TicketSigner(secret), links, Letterhead(is_demo=False)
    )
    mails = BookingMails(
        shop.database,
        documents,
        shop.receipts,
        mailer(url),
        Limiter(client),
        sender="tickets@houseful.example",
        sends_mail=url is not None,
    )
    handlers = {EMAIL: mails.deliver, NOTICE: mails.deliver}
    checkout = shop.new_checkout(sends_mail=mails.sends_mail)
    checkout._relay = Relay(checkout._parts, {**checkout._relay._handlers, **handlers})
    return PostRoom(shop, office, documents, mails, checkout)


def entry(mail: EmailMessage) -> tuple[str, Any]:
    """METHOD of the calendar attached, and its entry."""
    (ics,) = (
        part for part in mail.iter_attachments() if part.get_content_type() == "text/calendar"
    )
    calendar = icalendar.Calendar.from_ical(ics.get_content())
    return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]


async def test_a_cancelled_booking_is_told_to_its_buyer(room: PostRoom) -> None:
    reference = await room.bought("ada", 0, 1)
    await room.send_all()
    await room.checkout.refund("vera", reference, "rain")
    tickets, end = await room.send_all()
    assert (tickets["Subject"], end["Subject"]) == (
        "Your tickets for A concert",
        "Cancelled: your booking for A concert",
    )
    (method, sold), (ended, gone) = entry(tickets), entry(end)
    assert (method, ended) == ("PUBLISH", "CANCEL")
    assert (sold["STATUS"], gone["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert sold["UID"] == gone["UID"]
    assert (sold["SEQUENCE"], gone["SEQUENCE"]) == (0, 1)
    assert [part.get_content_type() for part in end.iter_attachments()] == ["text/calendar"]
    downloaded = icalendar.Calendar.from_ical(await room.documents.ics("ada", "", reference))
    assert downloaded["METHOD"] == "CANCEL"
    with pytest.raises(Conflict):
        await room.documents.pdf("ada", "", reference)


async def test_a_booking_that_ended_first_gets_no_mail_of_its_tickets(room: PostRoom) -> None:
    reference = await room.bought("ada", 0)
    await room.checkout.cancel("ada", "customer", reference, "")
    assert [mail["Subject"] for mail in await room.send_all()] == [
        "Cancelled: your booking for A concert"
    ]


def changed(**given: str) -> EventChangeRequest:
    return EventChangeRequest.model_validate({"reason": "ill", **given})


async def test_a_moved_event_is_told_to_every_buyer(room: PostRoom, redis_client: Redis) -> None:
    shop = room.shop
    first, second = await room.bought("ada", 0), await room.bought("ben", 1)
    gone = await room.bought("eve", 2)
    await room.checkout.cancel("eve", "customer", gone, "")
    sent = len(await room.send_all())
    desk = StaffEventStream(StaffEventStore(redis_client))
    admin = EventAdmin(shop.database, shop.catalog, desk, shop.seats)
    later = shop.event.starts_at_ms + DAY_MS
    await admin.change_event("vera", shop.event.id, changed(name="A recital"))
    await admin.change_event("vera", shop.event.id, changed(startsAt=iso(later)))
    moved = (await room.send_all())[sent:]
    assert {mail["Subject"] for mail in moved} == {"New date: A recital"}
    assert sorted(entry(mail)[1]["UID"] for mail in moved) == [
        f"{reference}@houseful" for reference in (first, second)
    ]
    method, now = entry(moved[0])
    assert (method, now["SEQUENCE"]) == ("PUBLISH", 2)
    assert now.decoded("DTSTART").timestamp() * 1000 == later
    assert now.decoded("DTSTAMP").timestamp() * 1000 > shop.event.starts_at_ms - later
    (printed,) = (
        part for part in moved[0].iter_attachments() if part.get_filename().endswith("pdf")
    )
    text = pypdf.PdfReader(io.BytesIO(printed.get_content())).pages[0].extract_text()
    assert "A recital" in text


async def test_a_mail_refused_later_shows_on_the_booking_and_can_be_sent_again(
    room: PostRoom,
) -> None:
    reference = await room.bought("ada", 0)
    assert (await room.delivery(reference))["state"] == "waiting"
    room.office.answer_to_recipient = "451 try later"
    assert await room.send_all() == []
    known = await room.delivery(reference)
    assert (known["state"], known["smtpCode"]) == ("deferred", 451)
    room.office.answer_to_recipient = "550 no such mailbox"
    room.shop.clock.ahead_ms += 3_600_000
    assert await room.send_all() == []
    known = await room.delivery(reference)
    assert (known["state"], known["to"], known["smtpCode"]) == ("refused", "ada@example.org", 550)
    room.office.answer_to_recipient = ""
    room.shop.clock.ahead_ms += 3_600_000
    assert await room.send_all() == []  # it is not tried again by itself
    assert (await room.mails.send("ada", "customer", reference, None))[1] == DeliveryState.WAITING
    assert (await room.delivery(reference))["state"] == "waiting"
    (mail,) = await room.send_all()
    assert mail["To"] == "Ada <ada@example.org>"
    assert (await room.delivery(reference))["state"] == "sent"


async def test_without_a_mail_server_nobody_is_told_that_mail_was_sent(
    shop: Shop, redis_client: Redis
) -> None:
    room = post_room(shop, redis_client, Office(), None)
    reference = await room.bought("ada", 0)
    assert (await room.delivery(reference))["state"] == "off"
    await room.send_all()
    assert (await room.delivery(reference))["state"] == "off"
    assert (await room.mails.send("ada", "customer", reference, None))[1] == DeliveryState.OFF


async def test_a_booking_without_an_address_has_no_delivery(room: PostRoom) -> None:
    reference = await room.bought("ada", 0, contact=None)
    assert await room.send_all() == []
    assert await room.delivery(reference) is None


async def test_only_staff_send_tickets_to_another_address(room: PostRoom) -> None:
    reference = await room.bought("ada", 0)
    sent = len(await room.send_all())
    with pytest.raises(Forbidden) as refusal:
        await room.mails.send("ada", "customer", reference, "victim@example.org")
    assert refusal.value.code == "other_recipient"
    await room.mails.send("ada", "customer", reference, "ADA@example.org")
    await room.mails.send("vera", "venue", reference, "other@example.org")
    assert {mail["To"].addresses[0].addr_spec for mail in (await room.send_all())[sent:]} == {
        "ADA@example.org",
        "other@example.org",
    }


async def test_tickets_are_sent_so_often_and_no_more(room: PostRoom) -> None:
    """Over all workers: the counts are Redis's."""
    references = [await room.bought("ada", place) for place in range(3)]

    async def asked(who: str, role: str, reference: str, times: int) -> int:
        done = 0
        for _ in range(times):
            try:
                await room.mails.send(who, role, reference, None, network="198.51.100.7")
            except RateLimited:
                break
            done += 1
        return done

    assert await asked("ada", "customer", references[0], 60) == PER_BOOKING
    assert await asked("ada", "customer", references[1], 60) == PER_USER - PER_BOOKING - 1
    assert await asked("vera", "venue", references[2], 60) == PER_BOOKING
    sent = await room.send_all(turns=10)
    assert len(sent) <= PER_RECIPIENT


async def test_one_mailbox_gets_so_many_mails_of_any_kind_and_the_rest_later(
    room: PostRoom, redis_client: Redis
) -> None:
    limiter = Limiter(redis_client)
    for _ in range(PER_RECIPIENT):
        await limiter.attempt(
            "mail-recipient", "ada@example.org", limit=PER_RECIPIENT, window_ms=3_600_000
        )
    reference = await room.bought("ada", 0)
    assert await room.send_all() == []
    assert (await room.delivery(reference))["state"] == "deferred"


async def test_one_booking_s_many_mails_do_not_delay_another_s(room: PostRoom) -> None:
    crowd, quiet = await room.bought("ada", 0), await room.bought("ben", 1)
    shop = room.shop
    loud = await room.documents.find("staff", "venue", crowd)

    async def flood(session: Session) -> None:
        jobs = [(EMAIL, {"about": "again", "to": f"x{n}@example.org"}, 0) for n in range(60)]
        await outbox.promise(session, loud.id, jobs, now_ms=shop.clock() - 60_000)

    await shop.database.transact(flood)
    shop.clock.ahead_ms += 2_500
    await room.checkout._relay.run_once(MAILS)
    assert len(room.office.mails) == MAILS_AT_ONCE
    assert any(quiet in str(mail["Message-ID"]) for mail in room.office.mails)


async def test_notices_to_many_wait_for_mails_that_somebody_waits_for(room: PostRoom) -> None:
    shop = room.shop
    for place in range(MAILS_AT_ONCE + 2):
        await room.bought("ada", place, contact=Contact("Ada", f"ada{place}@example.org"))
    await room.send_all()

    async def move(session: Session) -> int:
        job = (NOTICE, {"about": "moved", "before": 1}, 0)
        return await outbox.promise_to_all(
            session, shop.event.id, "CONFIRMED", job, now_ms=shop.clock()
        )

    assert await shop.database.transact(move) == MAILS_AT_ONCE + 2
    assert await shop.database.transact(move) == MAILS_AT_ONCE + 2  # replaces what nobody began
    before = len(room.office.mails)
    fresh = await room.bought("ben", 15, contact=Contact("Ben", "ben@example.org"))
    await room.checkout._relay.run_once(MAILS)
    (first, *_) = sorted(
        room.office.mails[before:], key=lambda mail: fresh not in mail["Message-ID"]
    )
    assert first["Subject"] == "Your tickets for A concert"
    assert len(await room.send_all()) == before + MAILS_AT_ONCE + 3


async def test_a_slow_worker_s_mail_is_not_sent_twice(room: PostRoom) -> None:
    """Its lease is longer than the mail server's time-outs."""
    await room.bought("ada", 0)
    shop, slow = room.shop, "5107005107005107"
    now = shop.clock()

    async def take(session: Session) -> list[Job]:
        return await outbox.take_due(
            session,
            lease=slow,
            now_ms=now + 2_000,
            lease_ms=2_000,
            slow=SLOW_MS,
            kinds=MAILS,
            limit=10,
        )

    assert [job.kind for job in await shop.database.transact(take)] == [EMAIL]
    await shop.let_time_pass(SLOW_MS[EMAIL] - 5_000)
    assert await room.send_all() == []
    await shop.let_time_pass(5_000)
    assert len(await room.send_all()) == 1


async def test_papers_follow_the_language_of_the_buyer(room: PostRoom) -> None:
    reference = await room.bought("ada", 0, language="de")
    (mail,) = await room.send_all()
    assert mail["Subject"] == "Ihre Karten für A concert"
    text = pypdf.PdfReader(io.BytesIO(await room.documents.pdf("ada", "", reference)))
    assert "EINTRITT" in text.pages[0].extract_text()
    assert "Buchung" in (await room.documents.ics("ada", "", reference)).decode()
    assert (await room.checkout.get_booking("ada", "", reference))["language"] == "de"


async def test_a_ticket_bought_for_nothing_says_so(room: PostRoom) -> None:
    async with writing(room.shop.database) as session:
        await discounts.add(session, code="GUEST", percent=100)
    reference = await room.bought("ada", 0, 1, discount_code="GUEST", payment_token="")
    pages = pypdf.PdfReader(io.BytesIO(await room.documents.pdf("ada", "", reference))).pages
    for page in pages:
        assert "Free (0.00 EUR)" in " ".join(page.extract_text().split())


HALL: dict[str, Any] = {
    "name": "Hall",
    "categories": {"list": [{"label": "Stalls", "key": 1}]},
    "subChart": {
        "width": 800,
        "height": 500,
        "tables": [
            {
                "label": "T1",
                "center": {"x": 300, "y": 300},
                "radius": 30,
                "categoryKey": 1,
                "seats": [{"x": 300, "y": 330, "label": "1", "categoryKey": 1}],
            }
        ],
        "sections": [
            {
                "label": "Balcony",
                "entrance": "Gate C",
                "categoryKey": 1,
                "topLeft": {"x": 0, "y": 0},
                "points": [{"x": 0, "y": 0}, {"x": 200, "y": 0}, {"x": 200, "y": 200}],
                "subChart": {
                    "width": 200,
                    "height": 200,
                    "rows": [
                        {"label": "A", "seats": [{"x": 9, "y": 9, "label": "A1"}]},
                        {
                            "label": "B",
                            "entrance": "Gate D",
                            "seats": [{"x": 9, "y": 39, "label": "1"}],
                        },
                    ],
                },
            }
        ],
    },
}
"""A seats.io chart: a table by itself, and a section with an entrance, of which one row has its own."""


async def test_a_ticket_prints_its_table_and_its_entrance(room: PostRoom) -> None:
    shop = room.shop
    plan = reader.read(json.dumps(HALL).encode())
    event_id = await shop.catalog.add_event(
        plan, NewEvent("Dinner", "Hall", shop.event.starts_at_ms, "EUR", {"Stalls": 1000})
    )
    await shop.catalog.open_event(event_id)
    shop.event = await shop.catalog.event(event_id)
    reference = await room.bought("ada", 0, 1, 2)
    printed = pypdf.PdfReader(io.BytesIO(await room.documents.pdf("ada", "", reference)))
    texts = [" ".join(page.extract_text().split()) for page in printed.pages]
    (table,) = (text for text in texts if "T1" in text)
    assert "TABLE T1 SEAT 1" in table
    assert "ROW" not in table
    (section,) = (text for text in texts if "ROW A SEAT 1" in text)  # `A1` repeats its row

    assert "ENTRANCE Gate C" in section
    (row,) = (text for text in texts if "ROW B SEAT 1" in text)
    assert "ENTRANCE Gate D" in row


async def test_every_door_refuses_an_address_that_the_mail_server_has_no_letters_for(
    shop: Shop, redis_client: Redis
) -> None:
    """At the checkout, and where buyers and staff have tickets sent again."""
    async with smtp_server(Office(), enable_SMTPUTF8=False) as port:
        room = post_room(shop, redis_client, Office(), f"smtp://127.0.0.1:{port}")
        reference = await room.bought("ada", 0, contact=Contact("Ada", "ada@example.org", None))
        for attempt in (
            room.mails.checked_address("用户@example.org", "contact.email"),
            room.mails.send("boss", "venue", reference, "用户@example.org"),
        ):
            with pytest.raises(InvalidRequest) as refusal:
                await attempt
            assert refusal.value.code == "address_needs_smtputf8"
        assert await room.mails.checked_address("info@faß.de") == "info@faß.de"
