"""Discount codes: every reason to refuse one, and uses counted once under races."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from houseful.domain.errors import Conflict, InvalidRequest, PaymentDeclined
from houseful.domain.prices.pricing import Discount, reduction
from houseful.ledger.catalog import discounts
from tests.checkout.shop import DECLINES, Shop, data
from tests.support.sessions import writing


async def add(shop: Shop, code: str = "SAVE", **terms: Any) -> None:
    if "amount_minor" not in terms:
        terms.setdefault("percent", 10)
    async with writing(shop.database) as session:
        await discounts.add(session, code=code, **terms)


async def used(shop: Shop, code: str = "SAVE") -> int:
    found = await shop.database.query(lambda session: discounts.find(session, code))
    assert found is not None
    return found.used


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"ends_at_ms": 1}, "discount_expired"),
        ({"starts_at_ms": 4_000_000_000_000}, "discount_not_yet_valid"),
        ({"max_uses": 0}, "discount_used_up"),
        ({"max_uses_per_user": 0}, "discount_user_limit"),
        ({"minimum_minor": 7501}, "discount_minimum"),
        ({"amount_minor": 100, "currency": "USD"}, "discount_other_currency"),
    ],
)
async def test_a_code_that_does_not_count_says_why(
    shop: Shop, terms: dict[str, Any], reason: str
) -> None:
    await add(shop, **terms)
    seats = await shop.hold("ada", 0)
    for attempt in (
        shop.checkout.quote("ada", shop.event.id, seats, "SAVE"),
        shop.buy("ada", seats, discount_code="SAVE"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            await attempt
        assert (refused.value.status, refused.value.code) == (400, reason)
    assert await used(shop) == 0
    assert await shop.problems() == []


async def test_a_code_of_another_event_does_not_count(shop: Shop) -> None:
    from tests.ledger.halls import add_event

    other = await add_event(shop.database)
    await add(shop, event_id=other.id)
    with pytest.raises(InvalidRequest) as refused:
        await shop.checkout.quote("ada", shop.event.id, [shop.event.first_seat_id], "SAVE")
    assert refused.value.code == "discount_other_event"


async def test_a_quote_takes_no_use(shop: Shop) -> None:
    await add(shop, max_uses=1)
    for _ in range(3):
        await shop.checkout.quote("ada", shop.event.id, [shop.event.first_seat_id], "SAVE")
    assert await used(shop) == 0


async def test_of_ten_buyers_three_get_the_three_uses(shop: Shop) -> None:
    await add(shop, max_uses=3)
    held = [await shop.hold(f"u{n}", n) for n in range(10)]
    results = await asyncio.gather(
        *(shop.buy(f"u{n}", held[n], discount_code="SAVE") for n in range(10)),
        return_exceptions=True,
    )
    assert sum(getattr(result, "status", 0) == 201 for result in results) == 3
    refused = [result.code for result in results if isinstance(result, InvalidRequest)]
    assert refused == ["discount_used_up"] * 7
    assert await used(shop) == 3
    assert await shop.problems() == []


async def test_one_buyer_gets_a_code_as_often_as_it_allows(shop: Shop) -> None:
    await add(shop, max_uses_per_user=1)
    held = [await shop.hold("ada", n) for n in range(3)]
    results = await asyncio.gather(
        *(shop.buy("ada", seats, discount_code="SAVE") for seats in held), return_exceptions=True
    )
    assert sum(getattr(result, "status", 0) == 201 for result in results) == 1
    assert await shop.problems() == []


async def test_a_declined_booking_gives_its_use_back(shop: Shop) -> None:
    await add(shop, max_uses=1)
    seats = await shop.hold("ada", 0)
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, discount_code="SAVE", payment_token=DECLINES)
    assert await used(shop) == 0
    assert data(await shop.buy("ada", seats, discount_code="SAVE"))["totalAmount"] == 67.5
    assert await used(shop) == 1


async def test_a_cancelled_booking_gives_its_use_back(shop: Shop) -> None:
    await add(shop, max_uses=1)
    booking = data(await shop.buy("ada", await shop.hold("ada", 0), discount_code="SAVE"))
    await shop.checkout.cancel("ada", "customer", booking["bookingReference"], "")
    assert await used(shop) == 0
    assert await shop.problems() == []


async def test_an_amount_never_makes_a_price_negative(shop: Shop) -> None:
    await add(shop, amount_minor=1_000_000, currency="EUR")
    booking = data(await shop.buy("ada", await shop.hold("ada", 0), discount_code="SAVE"))
    assert (booking["totalAmount"], booking["discountAmount"]) == (0.0, 75.0)


@pytest.mark.parametrize(("subtotal", "off"), [(5, 1), (4, 0), (15, 2), (22_500, 2_250)])
def test_a_percentage_rounds_half_up(subtotal: int, off: int) -> None:
    code = Discount(1, "X", None, 10, None, None, None, None, None, None, 0, 0)
    assert reduction(code, subtotal) == off


@pytest.mark.parametrize(
    "terms",
    [
        {"percent": 0},
        {"percent": 101},
        {"percent": None},
        {"percent": 5, "amount_minor": 5, "currency": "EUR"},
        {"percent": None, "amount_minor": 5},
        {"code": "  "},
    ],
)
async def test_a_nonsense_code_is_refused(shop: Shop, terms: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        async with writing(shop.database) as session:
            await discounts.add(session, **{"code": "C", **terms})


async def test_a_code_exists_once_whatever_its_case(shop: Shop) -> None:
    await add(shop, "save")
    with pytest.raises(Conflict):
        await add(shop, "SAVE ")


async def test_a_total_below_the_least_charge_is_waived_when_it_is_quoted(shop: Shop) -> None:
    """What is left after a discount is never found to be too little at the charge."""
    await add(shop, amount_minor=7470, currency="EUR")
    seats = await shop.hold("ada", 0)
    quote = await shop.checkout.quote("ada", shop.event.id, seats, "SAVE")
    assert (quote["discount"], quote["total"]) == ("75.00", "0.00")
    booking = data(await shop.buy("ada", seats, discount_code="SAVE"))
    assert (booking["status"], booking["totalAmount"]) == ("CONFIRMED", 0.0)
    assert await shop.problems() == []
