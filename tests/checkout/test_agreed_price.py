"""What the buyer was shown is what the buyer pays, or is asked about first."""

from __future__ import annotations

import pytest

from houseful.domain.errors import InvalidRequest, PaymentDeclined, TotalChanged
from tests.checkout.shop import DECLINES, Shop, data, new_key
from tests.checkout.test_discounts import add, used


async def total(shop: Shop, user: str, seats: list[int], code: str | None = None) -> str:
    quote = await shop.checkout.quote(user, shop.event.id, seats, code)
    return str(quote["total"])


async def test_a_hold_pays_the_prices_it_was_made_under_and_a_new_one_the_new(shop: Shop) -> None:
    mine = await shop.hold("ada", 0)
    assert await total(shop, "ada", mine) == "75.00"
    await shop.reprice(PREMIUM=18_000)
    assert await total(shop, "ada", mine) == "75.00"
    others = await shop.hold("ben", 1)
    assert await total(shop, "ben", others) == "180.00"
    bought = data(await shop.buy("ada", mine, expected_total="75.00"))
    assert bought["totalAmount"] == 75
    assert data(await shop.buy("ben", others, expected_total="180.00"))["totalAmount"] == 180
    assert await shop.problems() == []


async def test_seats_that_nobody_holds_cost_what_they_cost_now(shop: Shop) -> None:
    await shop.reprice(PREMIUM=18_000)
    quote = await shop.checkout.quote("ada", shop.event.id, [shop.event.first_seat_id], None)
    assert (quote["total"], quote["priceList"]) == ("180.00", 2)


async def test_another_total_than_agreed_charges_nothing_and_keeps_the_seats(shop: Shop) -> None:
    seats = await shop.hold("ada", 0, 1)
    key = new_key()
    with pytest.raises(TotalChanged) as refused:
        await shop.buy("ada", seats, key, expected_total="100.00")
    quote = refused.value.details["quote"]
    assert isinstance(quote, dict)
    assert (refused.value.code, quote["total"]) == ("total_changed", "150.00")
    assert await shop.gateway.list_since(0) == []
    assert [await shop.status(seat) for seat in seats] == ["R", "R"]
    bought = data(await shop.buy("ada", seats, key, expected_total="150"))
    assert bought["totalAmount"] == 150, "the same key, now agreed"
    assert await shop.problems() == []


async def test_a_discount_that_ran_out_is_asked_about(shop: Shop) -> None:
    await add(shop, max_uses=1)
    mine, others = await shop.hold("ada", 0), await shop.hold("ben", 1)
    agreed = await total(shop, "ada", mine, "SAVE")
    assert agreed == "67.50"
    await shop.buy("ben", others, discount_code="SAVE")
    with pytest.raises(TotalChanged) as refused:
        await shop.buy("ada", mine, discount_code="SAVE", expected_total=agreed)
    quote = refused.value.details["quote"]
    assert isinstance(quote, dict)
    assert (quote["total"], quote["discountCode"]) == ("75.00", None)
    assert refused.value.details["discountRefused"] == "discount_used_up"
    with pytest.raises(InvalidRequest, match="used up"):
        await shop.buy("ada", mine, discount_code="SAVE")
    assert await used(shop) == 1
    assert await shop.problems() == []


async def test_a_declined_buyer_tries_again_at_the_same_prices(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, key, payment_token=DECLINES, expected_total="75.00")
    await shop.reprice(PREMIUM=18_000)
    assert await total(shop, "ada", seats) == "75.00"
    again = await shop.buy("ada", seats, key, expected_total="75.00")
    assert data(again)["totalAmount"] == 75


@pytest.mark.parametrize("amount", ["seventy", "75.001", "-75"])
async def test_an_agreed_total_that_is_no_amount_is_refused(shop: Shop, amount: str) -> None:
    seats = await shop.hold("ada", 0)
    with pytest.raises(InvalidRequest, match="expected an amount"):
        await shop.buy("ada", seats, expected_total=amount)
    assert await shop.status(seats[0]) == "R"
