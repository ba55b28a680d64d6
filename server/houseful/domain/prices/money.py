"""Money: integers in minor units with a currency inside, decimals only on the wire."""

from __future__ import annotations

from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.numbers import scaled
from houseful.domain.prices.currencies import CURRENCIES
from houseful.domain.wording import shown

LARGEST_MINOR: Final = 10**15
"""JSON numbers and SQL integers hold it exactly; nothing we sell costs more."""


def decimals(currency: str) -> int:
    """Digits after the point for `currency` (upper case), as the gateway counts them."""
    known = CURRENCIES.get(currency)
    return known.digits if known else 2


def to_wire(amount_minor: int, currency: str) -> str:
    """`7500, "EUR"` → `"75.00"`; `7500, "JPY"` → `"7500"`."""
    digits = decimals(currency)
    if digits == 0:
        return str(amount_minor)
    sign = "-" if amount_minor < 0 else ""
    whole, part = divmod(abs(amount_minor), 10**digits)
    return f"{sign}{whole}.{part:0{digits}d}"


def to_number(amount_minor: int, currency: str) -> float | int:
    """The wire's JSON number: `20250, "EUR"` → `202.5`."""
    digits = decimals(currency)
    return amount_minor if digits == 0 else amount_minor / 10**digits


def from_wire(text: str, currency: str) -> int:
    """`"75.00", "EUR"` → `7500`. Raises InvalidRequest for what is no exact amount ≥ 0."""
    amount = scaled(text, decimals(currency))
    if amount is None:
        raise InvalidRequest(
            f"expected an amount ≥ 0 with at most {decimals(currency)} decimals, such as 75.00,"
            f" got {shown(text, 40)}"
        )
    if amount > LARGEST_MINOR:
        raise InvalidRequest(f"expected an amount of at most {LARGEST_MINOR} minor units")
    return amount
