"""What the gateway takes is asked before a price, a discount or a total is accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.errors import InvalidRequest
from houseful.domain.prices import currencies
from houseful.domain.prices.currencies import CURRENCIES, chargeable, check_price, check_reduction
from houseful.domain.prices.money import from_wire
from tests.stripe_double.resources import money


@given(st.sampled_from(sorted(CURRENCIES)), st.integers(0, 10**13))
def test_what_we_would_charge_is_what_stripe_documents(code: str, total: int) -> None:
    """The double's rules were written down apart from ours, from the same page."""
    charged = chargeable(total, code)
    assert charged <= total
    if charged and charged <= CURRENCIES[code].most_minor:
        assert money.fault(charged, code.lower()) is None
        assert currencies.fault(charged, code) is None
    if total and money.fault(total, code.lower()) is None:
        assert currencies.fault(total, code) is None
        assert charged == total


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("12.505", "KWD"),
        ("0.30", "EUR"),
        ("49", "JPY"),
        ("5000.50", "UGX"),
        ("5000.01", "ISK"),
        ("174.99", "HUF"),
        ("1000000.00", "EUR"),
    ],
)
def test_a_price_that_could_not_be_charged_is_refused_with_what_could(text: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_price(from_wire(text, code), code)
    assert refused.value.code == "amount_not_chargeable"
    assert set(refused.value.details) == {"currency", "amount", "least", "most", "step"}


@pytest.mark.parametrize(
    ("text", "code", "minor"),
    [
        ("12.510", "KWD", 12510),
        ("0.50", "EUR", 50),
        ("0.00", "EUR", 0),
        ("5000.00", "UGX", 500000),
        ("5000", "UGX", 500000),
        ("5000", "MGA", 5000),
        ("199.99", "TWD", 19999),
        ("175.01", "HUF", 17501),
    ],
)
def test_a_price_is_sent_with_the_digits_of_the_gateway(text: str, code: str, minor: int) -> None:
    assert check_price(from_wire(text, code), code) == minor


def test_a_reduction_may_be_small_but_must_leave_what_can_be_charged() -> None:
    assert check_reduction(10, "EUR") == 10
    with pytest.raises(InvalidRequest):
        check_reduction(505, "KWD")


def test_a_currency_that_no_card_is_charged_in_is_refused() -> None:
    with pytest.raises(InvalidRequest) as refused:
        check_price(100, "XXX")
    assert refused.value.code == "currency_not_chargeable"


@pytest.mark.parametrize(
    ("total", "code", "charged"),
    [(12505, "KWD", 12500), (49, "EUR", 0), (50, "EUR", 50), (150, "UGX", 100), (99, "ISK", 0)],
)
def test_a_total_is_rounded_in_the_buyers_favour(total: int, code: str, charged: int) -> None:
    assert chargeable(total, code) == charged
