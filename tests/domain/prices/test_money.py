"""Money goes to the wire and back without a cent's loss, in currencies of 0, 2 and 3 decimals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from houseful.domain.errors import InvalidRequest
from houseful.domain.prices.money import from_wire, to_number, to_wire


@pytest.mark.parametrize(
    ("minor", "currency", "text", "number"),
    [
        (7500, "EUR", "75.00", 75.0),
        (20250, "USD", "202.50", 202.5),
        (5, "EUR", "0.05", 0.05),
        (0, "EUR", "0.00", 0.0),
        (7500, "JPY", "7500", 7500),
        (7500, "KWD", "7.500", 7.5),
        (-5, "EUR", "-0.05", -0.05),
    ],
)
def test_an_amount_on_the_wire(minor: int, currency: str, text: str, number: float) -> None:
    assert to_wire(minor, currency) == text
    assert to_number(minor, currency) == number


@given(st.integers(0, 10**12), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_what_was_written_is_read_again(minor: int, currency: str) -> None:
    assert from_wire(to_wire(minor, currency), currency) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "-1",
        "75.005",
        "NaN",
        "Infinity",
        "-0.01",
        "1,50",
        "0x10",
        "7 5",
        "1e400",
        "1e9999999",
        "1e5",
        "٣",
        "１２",
        "1_000",
        " 12",
        "+12",
        ".5",
        "5.",
    ],
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="expected an amount"):
        from_wire(text, "EUR")


def test_yen_have_no_decimals() -> None:
    with pytest.raises(InvalidRequest):
        from_wire("75.50", "JPY")
