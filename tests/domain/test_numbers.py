"""Numbers come as ASCII digits or not at all, at every door."""

from __future__ import annotations

import pytest

from houseful.domain.numbers import scaled, whole


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("007", 7), (b"42", 42), ("9" * 16, 10**16 - 1)]
)
def test_ascii_digits_are_a_number(text: str | bytes, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize(
    "text", ["", "²", "٣", "１", "-1", "+1", "1_0", " 1", "1.0", "1e5", "9" * 17, b"\xb2"]
)
def test_anything_else_is_none(text: str | bytes) -> None:
    assert whole(text) is None


@pytest.mark.parametrize(
    ("text", "digits", "amount"),
    [
        ("75.5", 2, 7550),
        ("75", 2, 7500),
        ("75.500", 2, 7550),
        ("7500.00", 0, 7500),
        ("75.005", 2, None),
        ("1e5", 2, None),
    ],
)
def test_a_decimal_in_minor_units(text: str, digits: int, amount: int | None) -> None:
    assert scaled(text, digits) == amount
