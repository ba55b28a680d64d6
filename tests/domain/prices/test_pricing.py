"""Discount codes: when they count, and what they take off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.prices.price_lists import PriceList
from houseful.domain.prices.pricing import (
    REFUSALS,
    Discount,
    PricedSeat,
    quote,
    reduction,
    refusal,
)

TEN_PERCENT = Discount(1, "SUMMER10", None, 10, None, None, None, None, None, None, 0, 0)
FIVE_OFF = replace(TEN_PERCENT, percent=None, amount_minor=500, currency="EUR")
NOW = {"event_id": 1, "currency": "EUR", "subtotal_minor": 7500, "now_ms": 1000, "used_by_user": 0}


def test_a_code_without_limits_counts() -> None:
    assert refusal(TEN_PERCENT, **NOW) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"event_id": 2}, "discount_other_event"),
        ({"currency": "USD"}, "discount_other_currency"),
        ({"starts_at_ms": 1001}, "discount_not_yet_valid"),
        ({"ends_at_ms": 1000}, "discount_expired"),
        ({"max_uses": 3, "used": 3}, "discount_used_up"),
        ({"max_uses_per_user": 0}, "discount_user_limit"),
        ({"minimum_minor": 7501}, "discount_minimum"),
    ],
)
def test_a_code_that_does_not_count_says_why(changed: dict[str, Any], reason: str) -> None:
    assert refusal(replace(TEN_PERCENT, **changed), **NOW) == reason  # type: ignore[arg-type]
    assert reason in REFUSALS


def test_each_limit_ends_exactly_where_it_says() -> None:
    edge = {"starts_at_ms": 1000, "ends_at_ms": 1001, "max_uses": 1, "minimum_minor": 7500}
    assert refusal(replace(TEN_PERCENT, **edge), **NOW) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("discount", "subtotal", "off"),
    [(TEN_PERCENT, 22500, 2250), (TEN_PERCENT, 5, 1), (TEN_PERCENT, 4, 0), (FIVE_OFF, 300, 300)],
)
def test_a_percentage_rounds_half_up_and_nothing_falls_below_zero(
    discount: Discount, subtotal: int, off: int
) -> None:
    assert reduction(discount, subtotal) == off


@given(st.lists(st.integers(0, 10**7), max_size=10), st.integers(1, 100))
def test_a_price_adds_up(prices: list[int], percent: int) -> None:
    seats = [PricedSeat(n, "S", "A", str(n), "P", price) for n, price in enumerate(prices)]
    made = quote(seats, PriceList(1, "EUR"), replace(TEN_PERCENT, percent=percent))
    assert made.subtotal_minor == sum(prices)
    assert made.total_minor + made.discount_minor == made.subtotal_minor
    assert 0 <= made.total_minor <= made.subtotal_minor
