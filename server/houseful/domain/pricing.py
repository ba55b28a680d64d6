"""What seats cost: prices add up, one discount code takes something off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from houseful.domain.currencies import chargeable
from houseful.domain.plan import RowKind

REFUSALS: Final[dict[str, str]] = {
    "discount_unknown": "This discount code does not exist",
    "discount_not_yet_valid": "This discount code is not valid yet",
    "discount_expired": "This discount code has expired",
    "discount_used_up": "This discount code has been used up",
    "discount_user_limit": "You have used this discount code as often as it allows",
    "discount_other_event": "This discount code is for another event",
    "discount_other_currency": "This discount code is for another currency",
    "discount_minimum": "This purchase is below the minimum of the discount code",
}
"""Why a code does not count: reason code → sentence."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A code as stored. Exactly one of `percent` (1–100) and `amount_minor` is set.

    `used` counts uses that stand; None for a limit, a time or an event means any.
    """

    id: int
    code: str
    event_id: int | None
    percent: int | None
    amount_minor: int | None
    currency: str | None
    starts_at_ms: int | None
    ends_at_ms: int | None
    max_uses: int | None
    max_uses_per_user: int | None
    minimum_minor: int
    used: int
    is_demo: bool = False


@dataclass(frozen=True, slots=True)
class PricedSeat:
    """One seat with its price at the event."""

    seat_id: int
    section: str
    row: str
    label: str
    category: str
    price_minor: int
    row_kind: RowKind = "row"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a purchase costs: `total = subtotal - discount`, never below 0.

    `price_list` is the event's list that the seats' prices are from.
    """

    currency: str
    seats: tuple[PricedSeat, ...]
    discount_minor: int = 0
    discount: Discount | None = None
    price_list: int = 0

    @property
    def subtotal_minor(self) -> int:
        return sum(seat.price_minor for seat in self.seats)

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor - self.discount_minor


def refusal(
    discount: Discount,
    *,
    event_id: int,
    is_demo_event: bool = False,
    currency: str,
    subtotal_minor: int,
    now_ms: int,
    used_by_user: int,
) -> str | None:
    """The reason code why `discount` does not count here and now, or None when it does."""
    counted = discount.max_uses is not None and discount.used >= discount.max_uses
    own = discount.max_uses_per_user is not None and used_by_user >= discount.max_uses_per_user
    checks = (
        (discount.event_id not in {None, event_id}, "discount_other_event"),
        (discount.is_demo and not is_demo_event, "discount_other_event"),
        (discount.currency not in {None, currency}, "discount_other_currency"),
        (now_ms < (discount.starts_at_ms or 0), "discount_not_yet_valid"),
        (discount.ends_at_ms is not None and now_ms >= discount.ends_at_ms, "discount_expired"),
        (counted, "discount_used_up"),
        (own, "discount_user_limit"),
        (subtotal_minor < discount.minimum_minor, "discount_minimum"),
    )
    return next((reason for fails, reason in checks if fails), None)


def reduction(discount: Discount, subtotal_minor: int) -> int:
    """Minor units off: a percentage rounds half up; no reduction exceeds the subtotal."""
    if discount.percent is not None:
        exact = Decimal(subtotal_minor) * discount.percent / 100
        return min(subtotal_minor, int(exact.to_integral_value(ROUND_HALF_UP)))
    return min(subtotal_minor, discount.amount_minor or 0)


def quote(
    seats: Sequence[PricedSeat], currency: str, discount: Discount | None, price_list: int = 0
) -> Quote:
    """The price of `seats` with an already accepted `discount`, as the gateway can charge it."""
    plain = Quote(currency, tuple(seats), price_list=price_list)
    off = reduction(discount, plain.subtotal_minor) if discount else 0
    total = chargeable(plain.subtotal_minor - off, currency)
    return replace(plain, discount_minor=plain.subtotal_minor - total, discount=discount)


def shares(prices: Sequence[int], total_minor: int) -> list[int]:
    """What each seat brought in of `total_minor`, in proportion to its price; they add up to it.

    Each share is the difference of two rounded running sums, so that no cent is lost or doubled.
    """
    subtotal = sum(prices)
    found, priced, given = [], 0, 0
    for price in prices:
        priced += price
        due = total_minor * priced // subtotal if subtotal else 0
        found.append(due - given)
        given = due
    return found
