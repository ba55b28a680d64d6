"""What an order costs: prices with their fees add up, one discount code takes something off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from houseful.domain.plan import RowKind
from houseful.domain.prices.currencies import chargeable, currency_of
from houseful.domain.prices.price_lists import PriceList
from houseful.domain.prices.rounding import half_up, included, shares

REFUSALS: Final[dict[str, str]] = {
    "discount_unknown": "This discount code does not exist",
    "discount_not_yet_valid": "This discount code is not valid yet",
    "discount_expired": "This discount code has expired",
    "discount_used_up": "This discount code has been used up",
    "discount_user_limit": "You have used this discount code as often as it allows",
    "discount_other_event": "This discount code is for another event",
    "discount_other_currency": "This discount code is for another currency",
    "discount_other_tickets": "This discount code is for other tickets",
    "discount_minimum": "This purchase is below the minimum of the discount code",
}
"""Why a code does not count: reason code → sentence."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A code as stored. Exactly one of `percent` (1–100) and `amount_minor` is set.

    `used` counts uses that stand; None for a limit, a time or an event means any. It reduces tickets
    of these `categories` and `ticket_types`, by name; empty means all.
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
    categories: tuple[str, ...] = ()
    ticket_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PricedSeat:
    """One line of an order: a seat, its ticket type, and what it costs at the event.

    `price_minor` is what is shown, `fee_minor` of it is the fee. `discount_minor` is the line's share
    of the order's discount, and `tax_minor` the tax inside what is left to pay, at
    `vat_basis_points`. An event with one nameless type has an empty `ticket_type`.
    """

    seat_id: int
    section: str
    row: str
    label: str
    category: str
    price_minor: int
    row_kind: RowKind = "row"
    ticket_type_id: int | None = None
    ticket_type: str = ""
    note: str = ""
    fee_minor: int = 0
    discount_minor: int = 0
    vat_basis_points: int = 0
    unit_id: int | None = None
    is_closed: bool = False

    @property
    def paid_minor(self) -> int:
        return self.price_minor - self.discount_minor

    @property
    def tax_minor(self) -> int:
        return included(self.paid_minor, self.vat_basis_points)


def occupied(seats: Sequence[PricedSeat]) -> list[PricedSeat]:
    """The seats that somebody sits on."""
    return [seat for seat in seats if not seat.is_closed]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a purchase costs: `total = subtotal - discount + order_fee`, never below 0, and
    `total = Σ paid of the seats + order_fee`.

    `prices` is the event's list that the seats' prices are from.
    """

    prices: PriceList
    seats: tuple[PricedSeat, ...]
    discount: Discount | None = None
    order_fee_minor: int = 0

    @property
    def currency(self) -> str:
        return self.prices.currency

    @property
    def subtotal_minor(self) -> int:
        return sum(seat.price_minor for seat in self.seats)

    @property
    def discount_minor(self) -> int:
        return sum(seat.discount_minor for seat in self.seats)

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor - self.discount_minor + self.order_fee_minor

    @property
    def order_fee_tax_minor(self) -> int:
        return included(self.order_fee_minor, self.prices.fees.vat_basis_points)


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
        return min(subtotal_minor, half_up(subtotal_minor, discount.percent, 100))
    return min(subtotal_minor, discount.amount_minor or 0)


def reduces(discount: Discount, seat: PricedSeat) -> bool:
    """Whether the code takes anything off this line."""
    return (not discount.categories or seat.category in discount.categories) and (
        not discount.ticket_types or seat.ticket_type in discount.ticket_types
    )


def quote(seats: Sequence[PricedSeat], prices: PriceList, discount: Discount | None) -> Quote:
    """The price of `seats` with an already accepted `discount`, as the gateway can charge it.

    In this order: the fee of each ticket, computed of its price in the list, is inside its price; the
    discount is taken off the prices so shown, of the lines it is for; the order's fee is added, and
    no code reduces it. An order that costs nothing then carries no fee, and one below the least that
    can be charged costs nothing.
    """
    shown = [seat.price_minor for seat in seats]
    reduced = [
        seat.price_minor if discount is None or reduces(discount, seat) else 0 for seat in seats
    ]
    off = reduction(discount, sum(reduced)) if discount else 0
    step = currency_of(prices.currency).step_minor
    # Nobody pays more than was shown: a total between two of the gateway's steps is the lower one.
    off += min(sum(reduced) - off, (sum(shown) - off) % step)
    lines = shares(reduced, off, step)
    fee = prices.fees.per_order_minor if sum(shown) > off else 0
    if not chargeable(sum(shown) - off + fee, prices.currency):
        lines, fee = shown, 0
    reduced_seats = (
        replace(seat, discount_minor=share) for seat, share in zip(seats, lines, strict=True)
    )
    return Quote(prices, tuple(reduced_seats), discount, fee)
