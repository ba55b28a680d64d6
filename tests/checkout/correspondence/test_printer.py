"""Tickets are printed in turn, once, and not without end."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field, replace

import pytest

from houseful.checkout.correspondence import printer
from houseful.checkout.correspondence.printer import WAITING_PER_PERSON, Printer
from houseful.domain.errors import RateLimited, Unavailable
from houseful.tickets.model import BookingDocument, EventFacts, Ticket

ANY = Ticket(1, "", "", 1, "A", "1", "1", "X", 1, 1)
DOCUMENT = BookingDocument("stranger", EventFacts(1, "", "", 0), (ANY,), "EUR", 1, "")


def number(count: int, reference: str = "BK") -> list[BookingDocument]:
    return [replace(DOCUMENT, reference=f"{reference}-{place}") for place in range(count)]


@dataclass
class Press:
    """Prints when told to; remembers the order."""

    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    made: list[str] = field(default_factory=list)

    def __call__(self, document: BookingDocument) -> bytes:
        assert self.go.acquire(timeout=5)
        self.made.append(document.reference)
        if document.reference == "broken":
            raise ValueError("no paper")
        return document.reference.encode() * 10


async def test_a_stranger_waits_for_one_document_of_who_asks_for_many() -> None:
    press = Press()
    shop = Printer(press)
    greedy = [asyncio.create_task(shop.pdf("ann", one)) for one in number(WAITING_PER_PERSON)]
    await asyncio.sleep(0)
    stranger = asyncio.create_task(shop.pdf("ben", DOCUMENT))
    await asyncio.sleep(0)
    press.go.release(2)
    async with asyncio.timeout(5):
        assert await stranger
    assert press.made == ["BK-0", DOCUMENT.reference]
    press.go.release(100)
    await asyncio.gather(*greedy)


async def test_a_document_is_printed_once_however_often_it_is_asked_for() -> None:
    press = Press()
    shop = Printer(press)
    press.go.release(100)
    together = await asyncio.gather(*(shop.pdf(str(who), DOCUMENT) for who in range(15)))
    later = await shop.pdf("ann", DOCUMENT)
    assert {*together, later} == {b"stranger" * 10}
    assert press.made == ["stranger"]
    await shop.pdf("ann", replace(DOCUMENT, revision=1))
    assert len(press.made) == 2


async def test_nobody_has_more_than_a_few_waiting() -> None:
    press = Press()
    shop = Printer(press)
    waiting = [asyncio.create_task(shop.pdf("ann", one)) for one in number(WAITING_PER_PERSON + 1)]
    await asyncio.sleep(0)
    press.go.release(100)
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers].count(RateLimited) == 1
    assert await shop.pdf("ann", DOCUMENT)


async def test_the_queue_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "WAITING", 3)
    press = Press()
    shop = Printer(press)
    waiting = [
        asyncio.create_task(shop.pdf(str(place), one)) for place, one in enumerate(number(4))
    ]
    await asyncio.sleep(0)
    press.go.release(100)
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in answers] == [bytes, bytes, bytes, Unavailable]


async def test_what_is_kept_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "REMEMBERED_BYTES", 100)
    press = Press()
    shop = Printer(press)
    press.go.release(100)
    for one in number(6):
        await shop.pdf("ann", one)
    await shop.pdf("ann", number(6)[5])
    assert len(press.made) == 6
    await shop.pdf("ann", number(6)[0])
    assert len(press.made) == 7


async def test_a_document_that_cannot_be_printed_fails_alone() -> None:
    press = Press()
    shop = Printer(press)
    press.go.release(100)
    with pytest.raises(ValueError, match="no paper"):
        await shop.pdf("ann", replace(DOCUMENT, reference="broken"))
    assert await shop.pdf("ann", DOCUMENT)


async def test_one_who_leaves_takes_no_document_from_the_others() -> None:
    press = Press()
    shop = Printer(press)
    leaving = asyncio.create_task(shop.pdf("ann", DOCUMENT))
    staying = asyncio.create_task(shop.pdf("ben", DOCUMENT))
    await asyncio.sleep(0)
    leaving.cancel()
    press.go.release(100)
    assert await staying == b"stranger" * 10
