"""Prices of seats at an event, and whether a discount code counts: always computed from SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.prices.currencies import fault
from houseful.domain.prices.money import to_wire
from houseful.domain.prices.price_lists import PriceList, TicketType, even_shares
from houseful.domain.prices.pricing import (
    REFUSALS,
    Discount,
    PricedSeat,
    Quote,
    quote,
    reduces,
    refusal,
)
from houseful.domain.prices.tickets_chosen import types_of
from houseful.domain.units import priced_seats
from houseful.domain.wording import shown
from houseful.ledger import claims
from houseful.ledger.catalog import discounts, price_lists
from houseful.ledger.claims import ClaimedEvent
from houseful.sql.database import Session

NO_CHOICE: Final[Mapping[int, int]] = MappingProxyType({})
"""Every seat under its category's default type."""

NO_UNITS: Final[Mapping[int, int]] = MappingProxyType({})
"""Every seat sold by itself."""


async def price(
    session: Session,
    *,
    user_id: str,
    event_id: int,
    seat_ids: Sequence[int],
    code: str | None,
    now_ms: int,
    count_use: bool,
    price_list: int,
    tickets: Mapping[int, int] = NO_CHOICE,
    units: Mapping[int, int] = NO_UNITS,
    closed: Set[int] = frozenset(),
) -> tuple[Quote, ClaimedEvent]:
    """What the seats cost this user now; with `count_use` one use of the code is taken.

    `price_list` is the one the seats are held under; 0: none, so the event's own of now. `tickets`:
    seat id → ticket type id, where it is not the default. `units`: seat id → the table or box it is sold
    with; nobody sits on those that are `closed`.

    Raises NotFound for the event or a seat, InvalidRequest with the reason code for a discount or
    for ticket types that are not sold so.
    """
    event = await claims.facts(session, event_id)
    if event is None:
        raise NotFound(f"expected an event, got {event_id}")
    prices = await _list_of(session, event, price_list, now_ms)
    named = await _named(session, event_id, seat_ids)
    seats = priced(prices, named, tickets, units, closed)
    plain = quote(seats, prices, None)
    if not code:
        return checked(plain), event
    discount = await discounts.find(session, code)
    if discount is None:
        raise refused("discount_unknown")
    if count_use:
        discount = await _counted(session, discount)
    used_before = discount.used - (1 if count_use else 0)
    reason = refusal(
        replace(discount, used=used_before),
        event_id=event_id,
        is_demo_event=event.is_demo,
        currency=event.currency,
        subtotal_minor=plain.subtotal_minor,
        now_ms=now_ms,
        used_by_user=await discounts.used_by(session, discount.id, user_id),
    )
    if reason is not None:
        raise refused(reason)
    if not any(reduces(discount, seat) for seat in seats):
        raise refused("discount_other_tickets")
    return checked(quote(seats, prices, discount)), event


async def _list_of(session: Session, event: ClaimedEvent, number: int, now_ms: int) -> PriceList:
    """The list that a hold was made under. Where this database has none such (a hold that names none,
    a history that a restore undid) the event's of now."""
    held = await price_lists.get(session, event.id, number) if number else None
    if held is None and event.next_price_list is not None:
        coming = await price_lists.get(session, event.id, event.next_price_list)
        held = coming if coming and coming.starts_at_ms <= now_ms else None
    found = held or await price_lists.get(session, event.id, event.price_list)
    return found or PriceList(event.price_list, event.currency)


async def _named(
    session: Session, event_id: int, seat_ids: Sequence[int]
) -> list[tuple[PricedSeat, int]]:
    found = await claims.named(session, event_id, seat_ids)
    missing = sorted(set(seat_ids) - {seat.seat_id for seat, _ in found})
    if missing:
        raise NotFound(
            f"expected seats of event {event_id}, got {shown(missing)}", code="unknown_seat"
        )
    return found


def priced(
    prices: PriceList,
    seats: Sequence[tuple[PricedSeat, int]],
    tickets: Mapping[int, int],
    units: Mapping[int, int] = NO_UNITS,
    closed: Set[int] = frozenset(),
) -> list[PricedSeat]:
    """The seats as lines of an order. Raises InvalidRequest for ticket types not sold so.

    A table that has one price is sold under its category's default type; each of its people has an even
    share of the price, the last one the remainder.
    """
    categories = {seat.seat_id: prices.ordinals.get(ordinal, "") for seat, ordinal in seats}
    people = [seat_id for seat_id in categories if seat_id not in closed]
    groups = priced_seats(people, units if prices.per_table else NO_UNITS)
    tables = {head: group for head, group in groups.items() if prices.per_table and head in units}
    types = types_of(prices, {head: categories[head] for head in groups}, tickets, tables)
    lines = {
        seat.seat_id: replace(
            seat,
            category=categories[seat.seat_id],
            unit_id=units.get(seat.seat_id),
            is_closed=seat.seat_id in closed,
        )
        for seat, _ in seats
    }
    for head, group in groups.items():
        offer = prices.offers[categories[head], types[head].id]
        shares = even_shares(offer, len(group), prices.currency)
        for seat_id, share in zip(group, shares, strict=True):
            lines[seat_id] = _at(lines[seat_id], types[head], offer.vat_basis_points, *share)
    for seat_id in closed & lines.keys():
        rate = lines[units[seat_id]].vat_basis_points
        lines[seat_id] = replace(lines[seat_id], vat_basis_points=rate)
    return list(lines.values())


def _at(
    line: PricedSeat, kind: TicketType, vat_basis_points: int, price_minor: int, fee_minor: int
) -> PricedSeat:
    return replace(
        line,
        price_minor=price_minor,
        ticket_type_id=kind.id,
        ticket_type=kind.name,
        note=kind.note,
        fee_minor=fee_minor,
        vat_basis_points=vat_basis_points,
    )


def checked(made: Quote) -> Quote:
    """The quote, when the gateway charges so much at once. Raises InvalidRequest."""
    if made.total_minor and fault(made.total_minor, made.currency):
        raise InvalidRequest(
            f"expected a total that can be charged, got {to_wire(made.total_minor, made.currency)} "
            f"{made.currency}: buy fewer seats at once",
            code="total_not_chargeable",
        )
    return made


async def _counted(session: Session, discount: Discount) -> Discount:
    counted = await discounts.count_use(session, discount.id)
    if counted is None:
        raise refused("discount_used_up")
    return counted


def refused(reason: str) -> InvalidRequest:
    """The error for a discount code that does not count."""
    return InvalidRequest(REFUSALS[reason], code=reason)
