"""What a report of revenue is asked by, and what its lines say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown

MOST_DAYS: Final = 3_660
"""Ten years."""
MOST_LINES: Final = 20_000


class By(StrEnum):
    """What lines are told apart by, beside their kind and currency."""

    DAY = "day"
    """Of the sale or refund, by the venue's clocks."""
    EVENT = "event"
    CATEGORY = "category"
    TYPE = "type"
    """Of ticket."""
    VAT = "vat"
    """The rate of tax."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days from `first` to `last`, both included, of one event or of all."""

    first: date
    last: date
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What one kind of thing came to. A dimension that was not asked for is None; one that does not
    apply (an order's fee has no category) is empty.

    `kind`: `ticket`, `order_fee` or, with amounts below 0, `refund`. `count`: tickets, orders, or
    tickets given back. `amount_minor` is what was paid or went back; `fee_minor` and `tax_minor` are
    inside it; `discount_minor` was taken off before.
    """

    kind: str
    currency: str
    count: int
    amount_minor: int
    fee_minor: int
    discount_minor: int
    tax_minor: int
    day: str | None = None
    event_id: int | None = None
    event: str | None = None
    category: str | None = None
    ticket_type: str | None = None
    vat_basis_points: int | None = None


@dataclass(frozen=True, slots=True)
class GatewayFees:
    """What the gateway took for payments of the span, in its own currency, where it said so; of
    `unknown` payments it did not."""

    currency: str
    amount_minor: int
    payments: int


@dataclass(frozen=True, slots=True)
class Report:
    """Revenue is the sum of all lines. `unknown_fees`: payments whose gateway fee is not known;
    `owed`: (currency, what is promised and not given back yet) of sales of the span."""

    lines: tuple[ReportLine, ...]
    gateway_fees: tuple[GatewayFees, ...]
    unknown_fees: int
    owed: tuple[tuple[str, int], ...]


def span_of(first: str, last: str, event_id: int | None, today: date) -> Span:
    """Days such as `2026-01-09`; without a last one until today, without a first the 30 days before.
    Raises InvalidRequest."""
    end = _day("to", last) if last else today
    begin = _day("from", first) if first else end - timedelta(days=29)
    if not begin <= end or (end - begin).days >= MOST_DAYS:
        raise InvalidRequest(
            f"from: expected a day up to {MOST_DAYS} days before {end}, got {begin}", field="from"
        )
    return Span(begin, end, event_id)


def dimensions(text: str) -> tuple[By, ...]:
    """`"day,category"`; raises InvalidRequest."""
    words = [word.strip() for word in text.split(",") if word.strip()]
    known = [str(one) for one in By]
    unknown = [word for word in words if word not in known]
    if unknown:
        raise InvalidRequest(
            f"by: expected of {', '.join(known)}, got {shown(unknown[0])}", field="by"
        )
    return tuple(one for one in By if one in words)


def _day(name: str, text: str) -> date:
    try:
        found = date.fromisoformat(text) if len(text) == len("2026-01-09") else None
    except ValueError:
        found = None
    if found is None or not 1971 <= found.year <= 9000:
        raise InvalidRequest(
            f"{name}: expected a day such as 2026-01-09, got {shown(text)}", field=name
        )
    return found


def refuse_too_many(lines: Sequence[object]) -> None:
    """Raises InvalidRequest `report_too_large`."""
    if len(lines) > MOST_LINES:
        raise InvalidRequest(
            f"expected a report of at most {MOST_LINES} lines: choose fewer days or dimensions",
            code="report_too_large",
        )
