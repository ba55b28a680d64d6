"""Reports of revenue: whatever lines are told apart by, their sums are the books' in minor units."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from houseful.domain.errors import InvalidRequest
from houseful.domain.prices.price_drafts import CellChange, PriceChange, applied
from houseful.domain.prices.price_lists import TicketType
from houseful.domain.reports import By, Report, Span, dimensions, span_of
from houseful.domain.seats import Granted, PlacesWanted
from houseful.domain.zones import offsets
from houseful.ledger import receipts, reports
from houseful.ledger.catalog import discounts, price_changes
from houseful.ledger.models import VENUE
from tests.checkout.after_sales.test_part_refunds import give_back, terms, tickets_of
from tests.checkout.shop import SELLER, Shop, data, open_shop
from tests.ledger.halls import small_hall
from tests.stripe_double.server import StripeDouble
from tests.support.seat_plans import with_areas
from tests.support.sessions import reading, writing

EVER = Span(date(2020, 1, 1), date(2029, 12, 31))
DIMENSIONS = [chosen for count in range(len(By) + 1) for chosen in combinations(By, count)]


@pytest.fixture
async def house(shop_url: str, redis_client: Redis) -> AsyncIterator[Shop]:
    """Two ticket types, fees of each kind, two rates of tax, a code, standing places, receipts."""
    plan = with_areas(small_hall())
    async with open_shop(shop_url, redis_client, seller=SELLER, plan=plan) as shop:
        prices = applied(
            (await shop.now_on_sale()).prices.as_new(),
            PriceChange(
                types=[TicketType(0, "Adult"), TicketType(0, "Child")],
                cells={
                    ("PREMIUM", "Adult"): CellChange(7_501, 700),
                    ("PREMIUM", "Child"): CellChange(3_333, 1_900),
                },
                fee_per_ticket_minor=99,
                fee_basis_points=250,
                fee_per_order_minor=250,
                vat_basis_points=2_000,
            ),
            "EUR",
        )
        await shop.database.transact(
            lambda s: price_changes.sell_at(
                s, shop.event.id, prices, who="ada", now_ms=shop.clock()
            )
        )
        async with writing(shop.database) as session:
            await discounts.add(session, code="SAVE", percent=10)
        shop.catalog.forget(shop.event.id)
        yield shop


async def report(shop: Shop, *by: By, span: Span = EVER) -> Report:
    return await shop.database.query(lambda s: reports.revenue(s, span, by))


async def one_number(shop: Shop, statement: str) -> int:
    async with reading(shop.database) as session:
        return int((await session.execute(text(statement))).scalar_one() or 0)


async def sell_and_give_back(shop: Shop, chance: random.Random) -> None:
    """Sales of every kind over some days, of which single tickets and whole bookings go back."""
    types = [kind.id for kind in (await shop.now_on_sale()).prices.types]
    area = shop.event.first_seat_id + 40
    free = list(range(20))
    sold = []
    for turn in range(9):
        wanted = [free.pop() for _ in range(chance.randint(1, 2))]
        seats = await hold(shop, wanted, places=2 if turn % 4 == 0 else 0)
        chosen = tuple((seat, chance.choice(types)) for seat in seats if seat < area)
        code = {"discount_code": "SAVE"} if chance.random() < 0.5 else {}
        sold.append(data(await shop.buy("ada", seats, tickets=chosen, **code)))
        shop.clock.ahead_ms += chance.randint(0, 86_400_000)
        await terms(shop, refund_fee_minor=chance.choice((0, 150)))
        if chance.random() < 0.5:
            booking = chance.choice(sold)
            if left := await standing(shop, booking):
                await give_back(shop, booking, *left[: chance.choice((1, 1, len(left)))])
    await shop.look_after(4)


async def hold(shop: Shop, indexes: list[int], places: int) -> list[int]:
    """Reserve seats by index, and places in the first standing area."""
    versions, first = await shop.versions(), shop.event.first_seat_id
    area = PlacesWanted(first + 40, places)
    granted = await shop.seats.reserve(
        shop.event.id,
        "ada",
        "s",
        [(first + index, versions(first + index)) for index in indexes],
        hold_ms=600_000,
        max_seats=50,
        price_list=(await shop.now_on_sale()).price_list,
        places=[area] if places else [],
    )
    assert isinstance(granted, Granted), granted
    return list(granted.seat_ids)


async def standing(shop: Shop, booking: dict[str, object]) -> list[int]:
    """The booking's tickets that were not given back."""
    async with reading(shop.database) as session:
        found = await session.execute(
            text(
                "SELECT t.id FROM ticket t JOIN booking b ON b.id = t.booking_id"
                f" WHERE t.state = 'VALID' AND b.id = {booking['bookingId']}"
                " AND b.state = 'CONFIRMED'"
            )
        )
        return list(found.scalars())


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_lines_are_told_apart_by_they_add_up_to_the_books(
    house: Shop, seed: int
) -> None:
    await sell_and_give_back(house, random.Random(seed))
    sold = await one_number(
        house, "SELECT sum(total_minor) FROM booking WHERE confirmed_at_ms IS NOT NULL"
    )
    back = await one_number(house, "SELECT sum(amount_minor) FROM refund WHERE state = 'GIVEN'")
    fees = await one_number(
        house,
        "SELECT sum(s.fee_minor) + (SELECT sum(order_fee_minor) FROM booking"
        " WHERE confirmed_at_ms IS NOT NULL) FROM booking_seat s",
    )
    off = await one_number(house, "SELECT sum(discount_minor) FROM booking")
    tickets = await one_number(house, "SELECT count(*) FROM ticket")
    assert back
    assert off
    for by in DIMENSIONS:
        lines = (await report(house, *by)).lines
        assert sum(line.amount_minor for line in lines) == sold - back
        assert sum(one.amount_minor for one in lines if one.kind == "refund") == -back
        assert sum(line.fee_minor for line in lines) == fees
        assert sum(line.discount_minor for line in lines) == off
        assert sum(one.count for one in lines if one.kind == "ticket") == tickets


@pytest.mark.parametrize("seed", [3, 4])
async def test_the_tax_of_a_report_is_that_of_all_receipts_and_credit_notes(
    house: Shop, seed: int
) -> None:
    await sell_and_give_back(house, random.Random(seed))
    assert await house.problems() == []
    ids = [int(row) for row in await _ids(house)]
    printed: dict[int, list[int]] = {}
    for booking_id in ids:
        listed = await house.database.query(lambda s, i=booking_id: receipts.of_booking(s, i))
        for one in listed:
            issued = await house.database.query(
                lambda s, i=booking_id, n=one.number: receipts.get(s, i, n)
            )
            assert issued is not None
            for tax in issued.paper.taxes():
                sums = printed.setdefault(tax.vat_basis_points, [0, 0])
                sums[0] += tax.gross_minor
                sums[1] += tax.tax_minor
    reported: dict[int, list[int]] = {}
    for line in (await report(house, By.VAT)).lines:
        assert line.vat_basis_points is not None
        sums = reported.setdefault(line.vat_basis_points, [0, 0])
        sums[0] += line.amount_minor
        sums[1] += line.tax_minor
    assert len(printed) == 3
    assert reported == printed


async def _ids(shop: Shop) -> list[int]:
    async with reading(shop.database) as session:
        found = await session.execute(text("SELECT id FROM booking WHERE total_minor > 0"))
        return list(found.scalars())


async def test_a_sale_counts_on_the_day_of_the_venue_s_clocks(shop: Shop) -> None:
    """23:30 in New York is the next day in UTC; clocks change on 1 November 2026."""
    async with writing(shop.database) as session:
        await session.execute(VENUE.update().values(timezone="America/New_York"))
    zone = ZoneInfo("America/New_York")
    nights = [
        datetime(2026, 10, 31, 23, 30, tzinfo=zone),
        datetime(2026, 11, 1, 23, 30, tzinfo=zone),
    ]
    for index, night in enumerate(nights):
        booking = data(await shop.buy("ada", await shop.hold("ada", index)))
        async with writing(shop.database) as session:
            await session.execute(
                text("UPDATE booking SET confirmed_at_ms = :at WHERE id = :id"),
                {"at": int(night.timestamp() * 1000), "id": int(booking["bookingId"])},
            )
    lines = (await report(shop, By.DAY)).lines
    assert [line.day for line in lines] == ["2026-10-31", "2026-11-01"]
    day = date(2026, 11, 1)
    assert len((await report(shop, span=Span(day, day))).lines) == 1
    assert (await report(shop, span=Span(day, day, shop.event.id + 1))).lines == ()


async def test_what_is_owed_and_what_the_gateway_does_not_say_are_told_apart(shop: Shop) -> None:
    booking = data(await shop.buy("ada", await shop.hold("ada", 0, 1)))
    await give_back(shop, booking, (await tickets_of(shop, booking))[0])
    await shop.look_after()
    async with writing(shop.database) as session:
        await session.execute(text("UPDATE refund SET state = 'FAILED'"))
    found = await report(shop)
    assert [(line.kind, line.amount_minor) for line in found.lines] == [("ticket", 15_000)]
    assert (found.owed, found.gateway_fees, found.unknown_fees) == ((("EUR", 7_500),), (), 1)
    async with writing(shop.database) as session:
        await session.execute(
            text("UPDATE payment SET gateway_fee_minor = 240, gateway_fee_currency = 'USD'")
        )
    found = await report(shop)
    assert [(one.currency, one.amount_minor, one.payments) for one in found.gateway_fees] == [
        ("USD", 240, 1)
    ]
    assert found.unknown_fees == 0


async def test_what_stripe_takes_is_known_once_its_balance_says_so(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop, token = stripe_shop, stripe_double.account.create_confirmation_token("pm_card_visa")
    await shop.buy("ada", await shop.hold("ada", 0), payment_token=token)
    assert (await report(shop)).unknown_fees == 1
    shop.clock.ahead_ms += 60_000
    await shop.checkout._reconciler.money()
    found = await report(shop)
    assert [(one.currency, one.amount_minor, one.payments) for one in found.gateway_fees] == [
        ("EUR", 137, 1)
    ]
    assert found.unknown_fees == 0


def test_days_and_dimensions_are_read_the_same_at_every_door() -> None:
    today = date(2026, 3, 10)
    assert span_of("", "", None, today) == Span(date(2026, 2, 9), today)
    assert span_of("2026-01-01", "2026-01-31", 7, today).event_id == 7
    assert dimensions("vat, day") == (By.DAY, By.VAT)
    for first, last in (("2026-1-1", ""), ("tomorrow", ""), ("2026-02-01", "2026-01-01")):
        with pytest.raises(InvalidRequest):
            span_of(first, last, None, today)
    with pytest.raises(InvalidRequest):
        span_of("2001-01-01", "", None, today)
    with pytest.raises(InvalidRequest):
        dimensions("day,colour")


@pytest.mark.parametrize(
    "zone", ["Europe/Vienna", "America/New_York", "Australia/Lord_Howe", "UTC"]
)
def test_a_zone_s_clocks_are_known_at_every_minute(zone: str) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    since = int(begin.timestamp() * 1000)
    changes = offsets(zone, since, since + 366 * 86_400_000)
    for hours in range(0, 366 * 24, 7):
        at = begin + timedelta(hours=hours)
        ahead = [off for from_ms, off in changes if from_ms <= at.timestamp() * 1000][-1]
        wanted = at.astimezone(ZoneInfo(zone)).utcoffset()
        assert wanted is not None
        assert ahead == wanted.total_seconds() * 1000
