"""Reports of revenue for staff: as answers, as tables for spreadsheets, at every door the same sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, cast

from houseful.checkout.checkout_context import clock_ms
from houseful.domain.numbers import percent
from houseful.domain.prices.money import to_wire
from houseful.domain.reports import By, Report, ReportLine, Span, dimensions, span_of
from houseful.domain.zones import local
from houseful.ledger import reports
from houseful.sql.database import Database
from houseful.wire.reports import ReportBody, ReportLineBody, ReportTotalBody

COLUMNS: Final = (
    "day",
    "event id",
    "event",
    "kind",
    "category",
    "ticket type",
    "tax rate",
    "currency",
    "count",
    "amount",
    "fees inside",
    "discount",
    "tax inside",
)


class Reports:
    """Asks the ledger. `timezone` is the house's, by whose clocks today ends."""

    def __init__(self, database: Database, timezone: str) -> None:
        self._database = database
        self._timezone = timezone

    async def revenue(
        self, first: str, last: str, event_id: int | None, by: str
    ) -> tuple[Span, Report]:
        """A report of the days from `first` to `last`. Raises InvalidRequest."""
        today = local(clock_ms(), self._timezone).date()
        span, wanted = span_of(first, last, event_id, today), dimensions(by)
        found = await self._database.query(lambda s: reports.revenue(s, span, wanted))
        return span, found


EVERYTHING: Final = ",".join(By)
"""What tables are told apart by where nobody says it."""


def report_view(span: Span, report: Report) -> ReportBody:
    return {
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "lines": [_line(line) for line in report.lines],
        "totals": totals(report),
        "gatewayFees": [
            {
                "currency": one.currency,
                "amount": to_wire(one.amount_minor, one.currency),
                "payments": one.payments,
            }
            for one in report.gateway_fees
        ],
        "unknownFees": report.unknown_fees,
    }


def totals(report: Report) -> list[ReportTotalBody]:
    """The sums of each currency."""
    owed = dict(report.owed)
    currencies = sorted({line.currency for line in report.lines} | owed.keys())
    return [
        _total([line for line in report.lines if line.currency == currency], currency, owed)
        for currency in currencies
    ]


def _total(lines: Sequence[ReportLine], currency: str, owed: dict[str, int]) -> ReportTotalBody:
    back = [line for line in lines if line.kind == "refund"]
    sold = [line for line in lines if line.kind != "refund"]

    def money(amount_minor: int) -> str:
        return to_wire(amount_minor, currency)

    return {
        "currency": currency,
        "tickets": sum(line.count for line in sold if line.kind == "ticket"),
        "returned": sum(line.count for line in back),
        "sales": money(sum(line.amount_minor for line in sold)),
        "refunds": money(sum(line.amount_minor for line in back)),
        "revenue": money(sum(line.amount_minor for line in lines)),
        "fees": money(sum(line.fee_minor for line in lines)),
        "discounts": money(sum(line.discount_minor for line in lines)),
        "vat": money(sum(line.tax_minor for line in lines)),
        "owed": money(owed.get(currency, 0)),
    }


def _line(line: ReportLine) -> ReportLineBody:
    rate = line.vat_basis_points
    return cast(
        ReportLineBody,
        {
            "kind": line.kind,
            "day": line.day,
            "eventId": line.event_id,
            "event": line.event,
            "category": line.category,
            "ticketType": line.ticket_type,
            "vatPercent": None if rate is None else percent(rate),
            "currency": line.currency,
            "count": line.count,
            "amount": to_wire(line.amount_minor, line.currency),
            "fee": to_wire(line.fee_minor, line.currency),
            "discount": to_wire(line.discount_minor, line.currency),
            "vat": to_wire(line.tax_minor, line.currency),
        },
    )


def rows(report: Report) -> Iterator[list[str]]:
    """The lines in the order of `COLUMNS`."""
    for line in map(_line, report.lines):
        yield [
            line["day"] or "",
            "" if line["eventId"] is None else str(line["eventId"]),
            line["event"] or "",
            line["kind"],
            line["category"] or "",
            line["ticketType"] or "",
            line["vatPercent"] or "",
            line["currency"],
            str(line["count"]),
            line["amount"],
            line["fee"],
            line["discount"],
            line["vat"],
        ]
