"""Receipts and credit notes: numbers without a gap, one for each sale and refund, never changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from houseful.checkout.correspondence.receipts import House, Receipts
from houseful.checkout.outbox import OTHERS
from houseful.domain.errors import NotFound
from houseful.domain.prices.receipts import Issued
from houseful.domain.prices.refunds import RefundState
from houseful.ledger import bookings, receipts
from houseful.ledger.bookings import Booking
from houseful.ledger.receipts import Listed
from houseful.payments.gateway import RefundOutcome
from tests.checkout.after_sales.test_part_refunds import bought, give_back, terms, tickets_of
from tests.checkout.shop import SELLER, Shop, data, open_shop
from tests.support.sessions import writing


@pytest.fixture
async def house(shop_url: str, redis_client: Redis) -> AsyncIterator[Shop]:
    """A shop that says who sells."""
    async with open_shop(shop_url, redis_client, seller=SELLER) as opened:
        yield opened


async def papers(shop: Shop, booking_id: object) -> list[Listed]:
    return await shop.database.query(lambda s: receipts.of_booking(s, int(str(booking_id))))


async def paper(shop: Shop, booking_id: object, number: str | None = None) -> Issued:
    found = await shop.database.query(lambda s: receipts.get(s, int(str(booking_id)), number))
    assert found is not None
    return found


async def stored(shop: Shop, booking_id: object) -> Booking:
    found = await shop.database.query(lambda s: bookings.get(s, int(str(booking_id))))
    assert found is not None
    return found


async def test_a_sale_gets_a_receipt_of_all_its_lines_and_its_charge(house: Shop) -> None:
    booking = await bought(house, 0, 1)
    await house.look_after()
    (listed,) = await papers(house, booking["bookingId"])
    issued = await paper(house, booking["bookingId"])
    year = datetime.now(UTC).year
    assert listed.number == issued.number == f"{year}-000001"
    assert (listed.total_minor, issued.paper.total_minor) == (15_000, 15_000)
    assert issued.paper.seller == SELLER
    assert [(line.category, line.amount_minor) for line in issued.paper.lines] == [
        (seat["category"], 7_500) for seat in booking["seats"]
    ]
    assert (issued.paper.facts.booking, issued.paper.facts.buyer) == (
        booking["bookingReference"],
        "Ada",
    )
    view = await house.checkout.get_booking("ada", "customer", booking["bookingReference"])
    (shown,) = view["receipts"]
    assert (shown["number"], shown["kind"], shown["total"]) == (listed.number, "receipt", "150.00")
    assert await house.problems() == []


async def test_each_refund_gets_a_credit_note_that_names_the_receipt(house: Shop) -> None:
    await terms(house, refund_fee_minor=500)
    booking = await bought(house, 0, 1)
    await house.look_after()
    first, _ = await tickets_of(house, booking)
    await give_back(house, booking, first)
    await house.look_after()
    await give_back(house, booking)
    await house.look_after()
    receipt, part, rest = await papers(house, booking["bookingId"])
    assert [one.total_minor for one in (receipt, part, rest)] == [15_000, -7_000, -7_000]
    issued = await paper(house, booking["bookingId"], part.number)
    assert (issued.paper.kind, issued.paper.corrects) == ("credit_note", receipt.number)
    assert issued.paper.kept_minor == 500
    assert [line.amount_minor for line in issued.paper.lines] == [-7_000]
    assert await house.problems() == []


async def test_a_refund_that_the_bank_sends_back_keeps_its_one_credit_note(house: Shop) -> None:
    """What was given back is still owed; trying it again is the same correction."""
    booking = await bought(house, 0)
    await house.look_after()
    await give_back(house, booking)
    await house.look_after()
    before = await papers(house, booking["bookingId"])
    assert [one.total_minor for one in before] == [7_500, -7_500]
    async with writing(house.database) as session:
        await session.execute(text("UPDATE refund SET state = 'FAILED'"))
        await session.execute(text("UPDATE booking SET state = 'REFUND_FAILED'"))
    await give_back(house, booking)
    await house.look_after()
    assert await papers(house, booking["bookingId"]) == before


async def test_a_refund_that_fails_at_once_gets_no_credit_note(
    house: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = await bought(house, 0)
    await house.look_after()
    asked = house.gateway.refund

    async def fails(*given: object, **named: object) -> object:
        found = await asked(*given, **named)  # type: ignore[arg-type]
        return type(found)(
            found.refund_id,
            found.payment_id,
            RefundOutcome.FAILED,
            found.amount_minor,
            found.currency,
        )

    monkeypatch.setattr(house.gateway, "refund", fails)
    view = await give_back(house, booking)
    assert [one["state"] for one in view["refunds"]] == [str(RefundState.FAILED)]
    await house.look_after()
    assert [one.total_minor for one in await papers(house, booking["bookingId"])] == [7_500]


async def test_what_cost_nothing_gets_no_receipt(house: Shop) -> None:
    await house.reprice(**dict.fromkeys(house.event.prices.by_category, 0))
    free = await bought(house, 0)
    assert free["totalAmount"] == 0
    assert await house.problems() == []
    assert await papers(house, free["bookingId"]) == []


async def test_a_house_that_does_not_say_who_sells_issues_nothing(shop: Shop) -> None:
    sold = await bought(shop, 0)
    assert await shop.problems() == []
    assert await papers(shop, sold["bookingId"]) == []
    with pytest.raises(NotFound) as refused:
        await shop.receipts.pdf("ada", await stored(shop, sold["bookingId"]), None)
    assert refused.value.code == "unknown_receipt"


async def test_two_workers_at_once_leave_no_gap_and_no_double(house: Shop) -> None:
    sold = [await bought(house, index) for index in range(12)]
    for booking in sold[:4]:
        await give_back(house, booking)
    relays = [house.new_checkout(worker_id=name)._relay for name in ("one", "two")]
    mine = [await stored(house, booking["bookingId"]) for booking in sold]
    house.clock.ahead_ms += 2_000
    issuing = [house.receipts.issue(booking) for booking in (*mine, *mine)]
    await asyncio.gather(*(relay.run_once(OTHERS) for relay in relays * 3), *issuing)
    found = [one for booking in sold for one in await papers(house, booking["bookingId"])]
    year = datetime.now(UTC).year
    assert sorted(one.number for one in found) == [f"{year}-{n:06}" for n in range(1, 17)]
    assert await house.problems() == []


async def test_numbers_begin_anew_with_the_year_of_the_house_s_clocks(house: Shop) -> None:
    eve = datetime(2026, 12, 31, 23, 30, tzinfo=ZoneInfo("Europe/Vienna"))
    at_ms = int(eve.timestamp() * 1000)
    vienna = House(SELLER, "Europe/Vienna")
    numbers = []
    for index, later_ms in enumerate((0, 0, 3_600_000)):
        issuing = Receipts(house.database, vienna, lambda now=at_ms + later_ms: now)
        booking = await bought(house, index)
        await issuing.issue(await stored(house, booking["bookingId"]))
        numbers += [one.number for one in await papers(house, booking["bookingId"])]
    assert numbers == ["2026-000001", "2026-000002", "2027-000001"]


async def test_what_stands_on_a_receipt_stays_and_prints_the_same_bytes(house: Shop) -> None:
    booking = await bought(house, 0, 1)
    await house.look_after()
    mine = await stored(house, booking["bookingId"])
    number, before = await house.receipts.pdf("ada", mine, None)
    assert before.startswith(b"%PDF-1.7")
    async with writing(house.database) as session:
        await session.execute(text("UPDATE event SET name = 'Another concert'"))
        await session.execute(text('UPDATE booking SET contact = \'{"name": "Eve"}\''))
    other = Receipts(house.database, House(None))  # printed anew, by a house that changed since
    assert await other.pdf("ada", mine, number) == (number, before)


async def test_the_mail_of_the_tickets_waits_for_no_other_job_to_have_its_receipt(
    house: Shop,
) -> None:
    booking = data(await house.buy("ada", await house.hold("ada", 0)))
    attached = await house.receipts.attached("the mails", await stored(house, booking["bookingId"]))
    assert attached is not None
    assert attached[0].endswith("-000001")
    await house.look_after()
    assert len(await papers(house, booking["bookingId"])) == 1
