"""Revenue as the books have it: sums that SQL makes, by day of the venue's clocks and by what was sold.

A sale counts on the day it was confirmed, with all that was paid for it; what went back counts on the
day the gateway had it, as lines below 0. Together they are, in minor units, Σ totals of bookings ever
confirmed less Σ refunds given of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)

from houseful.domain.prices.refunds import RefundState
from houseful.domain.prices.rounding import BASIS_POINTS
from houseful.domain.reports import (
    MOST_LINES,
    By,
    GatewayFees,
    Report,
    ReportLine,
    Span,
    refuse_too_many,
)
from houseful.domain.zones import DAY_MS, offsets
from houseful.ledger.models import BOOKING, BOOKING_SEAT, EVENT, PAYMENT, REFUND, VENUE, Big
from houseful.sql.database import Session

Column = ColumnElement[Any]

OPEN: Final = (RefundState.DUE, RefundState.FAILED, RefundState.HELD)
NOTHING: Final[Column] = literal_column("''")
_SOLD: Final = BOOKING.c.confirmed_at_ms.is_not(None)
_GIVEN: Final = REFUND.c.state == str(RefundState.GIVEN)
_TICKET: Final = ~BOOKING_SEAT.c.is_closed
"""A seat that is taken because its table is, and that nobody sits on, is no ticket."""


async def revenue(session: Session, span: Span, by: Sequence[By]) -> Report:
    """The lines of a span, told apart by `by`. Raises InvalidRequest for too many."""
    zones = await _zones(session, span)
    found: list[ReportLine] = []
    for kind, source, at, dims, measures in _sources():
        day = _day_of(at, zones)
        named = {
            By.DAY: (day,),
            By.EVENT: (EVENT.c.id, EVENT.c.name),
            By.CATEGORY: (dims[0],),
            By.TYPE: (dims[1],),
            By.VAT: (dims[2],),
        }
        groups = [column for one in by for column in named[one]]
        told = [BOOKING.c.currency, *(column for column in groups if column is not NOTHING)]
        statement = (
            select(BOOKING.c.currency, *measures, *groups)
            .select_from(source)
            .where(_within(at, span, zones))
            .group_by(*told)
            .order_by(*told)
            .limit(MOST_LINES + 1 - len(found))
        )
        found += [_line(kind, by, row) for row in await session.execute(statement)]
        refuse_too_many(found)
    fees, unknown = await _gateway_fees(session, span, zones)
    lines = sorted(found, key=lambda line: (line.day or "", line.event_id or 0))
    return Report(tuple(lines), fees, unknown, await _owed(session, span, zones))


def _sources() -> Iterator[tuple[str, Any, Column, tuple[Column, Column, Column], list[Column]]]:
    """(kind, tables, when, (category, type, rate), [count, amount, fee, discount, tax])."""
    seat, booking = BOOKING_SEAT.c, BOOKING.c
    sold = _placed(BOOKING_SEAT.join(BOOKING, (booking.id == seat.booking_id) & _SOLD & _TICKET))
    yield (
        "ticket",
        sold,
        booking.confirmed_at_ms,
        (seat.category, seat.ticket_type, seat.vat_basis_points),
        [
            func.count(),
            func.sum(seat.paid_minor),
            func.sum(seat.fee_minor),
            func.sum(seat.price_minor - seat.paid_minor),
            func.sum(seat.tax_minor),
        ],
    )
    fee = booking.order_fee_minor
    yield (
        "order_fee",
        _placed(BOOKING, _SOLD & (fee > 0)),
        booking.confirmed_at_ms,
        (NOTHING, NOTHING, booking.order_fee_vat_basis_points),
        [
            func.count(),
            func.sum(fee),
            func.sum(fee),
            literal(0),
            func.sum(booking.order_fee_tax_minor),
        ],
    )
    back = REFUND.join(BOOKING, (booking.id == REFUND.c.booking_id) & _SOLD & _GIVEN)
    yield (
        "refund",
        _placed(back.join(BOOKING_SEAT, (seat.refund_id == REFUND.c.id) & _TICKET)),
        REFUND.c.done_at_ms,
        (seat.category, seat.ticket_type, seat.vat_basis_points),
        [
            func.count(),
            -func.sum(seat.refunded_minor),
            literal(0),
            literal(0),
            -func.sum(_tax_inside(seat.refunded_minor, seat.vat_basis_points)),
        ],
    )
    rest = _rests()
    yield (
        "refund",
        _placed(back.join(rest, rest.c.refund_id == REFUND.c.id)),
        REFUND.c.done_at_ms,
        (NOTHING, NOTHING, rest.c.rate),
        [
            literal(0),
            -func.sum(rest.c.amount),
            literal(0),
            literal(0),
            -func.sum(_tax_inside(rest.c.amount, rest.c.rate)),
        ],
    )


def _placed(source: Any, also: Any = None) -> Any:
    """With the event and its venue, for the name and the clocks."""
    on = EVENT.c.id == BOOKING.c.event_id
    joined = source.join(EVENT, on if also is None else and_(on, also))
    return joined.join(VENUE, VENUE.c.id == EVENT.c.venue_id)


def _rests() -> Any:
    """What of each refund belongs to no ticket, and at which rate; `domain.prices.receipts.rest_rate` says
    the same."""
    seat = BOOKING_SEAT.c
    of_seats = (
        select(func.coalesce(func.sum(seat.refunded_minor), 0))
        .where(seat.refund_id == REFUND.c.id)
        .scalar_subquery()
    )
    lowest = (
        select(func.coalesce(func.min(seat.vat_basis_points), 0))
        .where(seat.booking_id == REFUND.c.booking_id)
        .scalar_subquery()
    )
    has_fee = BOOKING.c.order_fee_minor > 0
    found = (
        select(
            REFUND.c.id.label("refund_id"),
            (REFUND.c.amount_minor - of_seats).label("amount"),
            case((has_fee, BOOKING.c.order_fee_vat_basis_points), else_=lowest).label("rate"),
        )
        .join(BOOKING, BOOKING.c.id == REFUND.c.booking_id)
        .where(_SOLD, _GIVEN)
        .subquery()
    )
    return select(found).where(found.c.amount != 0).subquery()


def _tax_inside(amount: Any, rate: Any) -> Column:
    """`domain.prices.receipts.tax_inside`, in SQL: whole numbers throughout."""
    whole = BASIS_POINTS + rate
    tax = (2 * func.abs(amount, type_=Big) * rate + whole) // (2 * whole)
    return case((amount < 0, -tax), else_=tax)


async def _zones(session: Session, span: Span) -> Mapping[str, list[tuple[int, int]]]:
    """Zone → its clocks over the span."""
    found = await session.execute(select(VENUE.c.timezone).distinct())
    since, until = _bounds(span)
    return {zone: offsets(zone, since, until) for zone in sorted(found.scalars())}


def _bounds(span: Span) -> tuple[int, int]:
    """Instants between which the days lie by anybody's clocks: UTC-12 to UTC+14, and a day to spare."""
    midnight = datetime(span.first.year, span.first.month, span.first.day, tzinfo=UTC)
    since = round(midnight.timestamp() * 1000)
    days = (span.last - span.first).days + 1
    return since - DAY_MS, since + (days + 1) * DAY_MS


def _day_of(at: Any, zones: Mapping[str, list[tuple[int, int]]]) -> Column:
    """Which day it was by the venue's clocks, in days since 1970."""
    by_zone = [
        (
            VENUE.c.timezone == zone,
            case(
                *((at >= since, literal(ahead, Big)) for since, ahead in reversed(changes)), else_=0
            ),
        )
        for zone, changes in zones.items()
    ]
    ahead: Any = case(*by_zone, else_=0) if by_zone else literal(0)
    day: Column = (at + ahead) // DAY_MS
    return day


def _within(at: Any, span: Span, zones: Mapping[str, list[tuple[int, int]]]) -> Column:
    """Between the midnights of the span by each venue's clocks; one comparison where they are one."""
    by_zone: dict[tuple[int, int], list[str]] = {}
    for zone in zones:
        ends = _midnight(span.first, zone), _midnight(span.last + timedelta(days=1), zone)
        by_zone.setdefault(ends, []).append(zone)
    wanted = [
        or_(
            *(
                and_(
                    at >= since,
                    at < until,
                    VENUE.c.timezone.in_(names) if len(by_zone) > 1 else true(),
                )
                for (since, until), names in by_zone.items()
            ),
            false(),
        )
    ]
    if span.event_id is not None:
        wanted.append(BOOKING.c.event_id == span.event_id)
    return and_(*wanted)


def _midnight(day: date, zone: str) -> int:
    """When a day begins, in ms since 1970 UTC."""
    return round(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


EPOCH: Final = date(1970, 1, 1)


def _line(kind: str, by: Sequence[By], row: Any) -> ReportLine:
    currency, count, amount, fee, discount, tax, *rest = row
    values = iter(rest)
    told: dict[str, Any] = {}
    for one in by:
        if one is By.DAY:
            told["day"] = (EPOCH + timedelta(days=int(next(values)))).isoformat()
        elif one is By.EVENT:
            told["event_id"], told["event"] = next(values), next(values)
        else:
            told[FIELDS[one]] = next(values)
    return ReportLine(
        kind, currency, int(count), int(amount), int(fee), int(discount), int(tax), **told
    )


FIELDS: Final = {By.CATEGORY: "category", By.TYPE: "ticket_type", By.VAT: "vat_basis_points"}


async def _gateway_fees(
    session: Session, span: Span, zones: Mapping[str, list[tuple[int, int]]]
) -> tuple[tuple[GatewayFees, ...], int]:
    """What the gateway took for the payments of sales of the span, and of how many it did not say."""
    at = BOOKING.c.confirmed_at_ms
    paid = PAYMENT.join(BOOKING, (BOOKING.c.payment_id == PAYMENT.c.payment_id) & _SOLD)
    currency, fee = PAYMENT.c.gateway_fee_currency, PAYMENT.c.gateway_fee_minor
    found = await session.execute(
        select(currency, func.coalesce(func.sum(fee), 0), func.count(fee), func.count())
        .select_from(_placed(paid))
        .where(_within(at, span, zones))
        .group_by(currency)
        .order_by(currency)
    )
    known, unknown = [], 0
    for code, amount, payments, all_of_them in found:
        unknown += all_of_them - payments
        if payments:
            known.append(GatewayFees(code, int(amount), payments))
    return tuple(known), unknown


async def _owed(
    session: Session, span: Span, zones: Mapping[str, list[tuple[int, int]]]
) -> tuple[tuple[str, int], ...]:
    at = BOOKING.c.confirmed_at_ms
    open_ = REFUND.c.state.in_([str(state) for state in OPEN])
    owing = REFUND.join(BOOKING, (BOOKING.c.id == REFUND.c.booking_id) & _SOLD & open_)
    found = await session.execute(
        select(BOOKING.c.currency, func.sum(REFUND.c.amount_minor))
        .select_from(_placed(owing))
        .where(_within(at, span, zones))
        .group_by(BOOKING.c.currency)
        .order_by(BOOKING.c.currency)
    )
    return tuple((currency, int(amount)) for currency, amount in found)
