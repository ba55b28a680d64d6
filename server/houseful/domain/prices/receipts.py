"""What stands on receipts and credit notes: lines, tax by rate, and a total that is what was paid.

A receipt is of a booking that cost something, a credit note of a refund that was given. Amounts of a
credit note are negative, so that all papers of a booking add up to what the house keeps of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from houseful.domain.prices.pricing import PricedSeat
from houseful.domain.prices.rounding import included

Kind = Literal["receipt", "credit_note"]
LineKind = Literal["ticket", "order_fee", "other"]

DEMO_SERIES: Final = "DEMO"
"""Where no money moves, numbers are another series, so that the house's own begins at 1."""


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as the law wants it on every paper. `address` has a line a part."""

    name: str
    address: tuple[str, ...] = ()
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What one ticket, the order's fee or another part of a refund comes to.

    `amount_minor` is `price_minor`, with `fee_minor` inside, less `discount_minor`; `tax_minor` is
    inside that. On a credit note the amount is what went back, and price and amount are the same.
    """

    kind: LineKind
    amount_minor: int
    vat_basis_points: int
    tax_minor: int
    price_minor: int
    fee_minor: int = 0
    discount_minor: int = 0
    section: str = ""
    row: str = ""
    seat: str = ""
    row_kind: str = "row"
    category: str = ""
    ticket_type: str = ""


@dataclass(frozen=True, slots=True)
class TaxSum:
    """All lines of one rate: `net + tax = gross`."""

    vat_basis_points: int
    net_minor: int
    tax_minor: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What both kinds of paper say of a booking beside their lines. Times are ms since 1970 UTC;
    `timezone` is the house's, `event_timezone` the venue's."""

    booking: str
    buyer: str
    language: str
    currency: str
    event: str
    venue: str
    event_starts_at_ms: int
    event_timezone: str
    timezone: str
    paid_at_ms: int
    discount_code: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Paper:
    """All that stands on a receipt or credit note but its number and date. `corrects` is the number of
    the receipt that a credit note belongs to, `kept_minor` what the house kept of its tickets."""

    kind: Kind
    seller: Seller
    facts: Facts
    lines: tuple[Line, ...]
    corrects: str = ""
    kept_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    def taxes(self) -> list[TaxSum]:
        """By rate, the highest first; a line's tax was rounded once, and sums are of lines."""
        rates = sorted({line.vat_basis_points for line in self.lines}, reverse=True)
        found = []
        for rate in rates:
            mine = [line for line in self.lines if line.vat_basis_points == rate]
            gross, tax = sum(one.amount_minor for one in mine), sum(one.tax_minor for one in mine)
            found.append(TaxSum(rate, gross - tax, tax, gross))
        return found

    def record(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper with its number, such as `2026-000123`, and when it was issued."""

    number: str
    issued_at_ms: int
    paper: Paper


def numbered(series: str, number: int) -> str:
    """`("2026", 123)` → `2026-000123`."""
    return f"{series}-{number:06}"


def series_of(year: int, *, is_demo: bool) -> str:
    """Within which numbers run from 1 without a gap: a year by the house's clocks."""
    return f"{DEMO_SERIES}-{year}" if is_demo else str(year)


def paper_of(record: Mapping[str, Any]) -> Paper:
    """What `Paper.record` kept."""
    seller = record["seller"]
    return Paper(
        **{
            **record,
            "seller": Seller(seller["name"], tuple(seller["address"]), seller["tax_id"]),
            "facts": Facts(**record["facts"]),
            "lines": tuple(Line(**line) for line in record["lines"]),
        }
    )


def receipt(
    seller: Seller,
    facts: Facts,
    seats: Sequence[PricedSeat],
    order_fee_minor: int,
    order_fee_vat: int,
) -> Paper:
    """Of everything that was bought, as it was priced then; the total is the charge."""
    lines = [
        _ticket(
            seat,
            seat.paid_minor,
            price_minor=seat.price_minor,
            fee_minor=seat.fee_minor,
            discount_minor=seat.discount_minor,
        )
        for seat in seats
    ]
    if order_fee_minor:
        lines.append(_rest("order_fee", order_fee_minor, order_fee_vat))
    return Paper("receipt", seller, facts, tuple(lines))


def credit_note(
    seller: Seller,
    facts: Facts,
    corrects: str,
    seats: Sequence[tuple[PricedSeat, int]],
    amount_minor: int,
    kept_minor: int,
    order_fee_minor: int,
    rest_vat: int,
) -> Paper:
    """Of one refund: `seats` are those that came back by it, each with what went back for it.

    What of `amount_minor` belongs to no ticket (the order's fee, money given back at the payment
    service) is a line at the rate `rest_vat`; see `rest_rate`.
    """
    lines = [_ticket(seat, -amount, price_minor=-amount) for seat, amount in seats if amount]
    rest = amount_minor - sum(amount for _, amount in seats)
    if rest:
        kind: LineKind = "order_fee" if rest == order_fee_minor else "other"
        lines.append(_rest(kind, -rest, rest_vat))
    return Paper("credit_note", seller, facts, tuple(lines), corrects, kept_minor)


def rest_rate(order_fee_minor: int, order_fee_vat: int, rates: Sequence[int]) -> int:
    """The rate of what goes back for no ticket: that of the order's fee, without one the lowest of the
    tickets', so that never more tax is taken back than was inside. `ledger.reports` says the same."""
    return order_fee_vat if order_fee_minor else min(rates, default=0)


def tax_inside(amount_minor: int, vat_basis_points: int) -> int:
    """As `rounding.included`, also of what goes back."""
    tax = included(abs(amount_minor), vat_basis_points)
    return tax if amount_minor >= 0 else -tax


def _ticket(seat: PricedSeat, amount_minor: int, **prices: int) -> Line:
    return Line(
        kind="ticket",
        amount_minor=amount_minor,
        vat_basis_points=seat.vat_basis_points,
        tax_minor=tax_inside(amount_minor, seat.vat_basis_points),
        section=seat.section,
        row=seat.row,
        seat=seat.label,
        row_kind=seat.row_kind,
        category=seat.category,
        ticket_type=seat.ticket_type,
        **prices,
    )


def _rest(kind: LineKind, amount_minor: int, rate: int) -> Line:
    return Line(kind, amount_minor, rate, tax_inside(amount_minor, rate), amount_minor)
