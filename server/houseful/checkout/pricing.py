"""Prices of seats at an event, and whether a discount code counts: always computed from SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from houseful.domain.currencies import fault
from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.money import to_wire
from houseful.domain.price_lists import PriceList
from houseful.domain.pricing import (
    REFUSALS,
    Discount,
    PricedSeat,
    Quote,
    quote,
    reduces,
    refusal,
)
from houseful.domain.tickets_chosen import types_of
from houseful.domain.wording import shown
from houseful.ledger import claims, discounts, price_lists
from houseful.ledger.claims import ClaimedEvent
from houseful.sql.database import Session

NO_CHOICE: Final[Mapping[int, int]] = MappingProxyType({})
"""Every seat under its category's default type."""


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
) -> tuple[Quote, ClaimedEvent]:
    """What the seats cost this user now; with `count_use` one use of the code is taken.

    `price_list` is the one the seats are held under; 0: none, so the event's own of now. `tickets`:
    seat id → ticket type id, where it is not the default.

    Raises NotFound for the event or a seat, InvalidRequest with the reason code for a discount or
    for ticket types that are not sold so.
    """
    event = await claims.facts(session, event_id)
    if event is None:
        raise NotFound(f"expected an event, got {event_id}")
    prices = await _list_of(session, event, price_list, now_ms)
    seats = priced(prices, await _named(session, event_id, seat_ids), tickets)
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
    prices: PriceList, seats: Sequence[tuple[PricedSeat, int]], tickets: Mapping[int, int]
) -> list[PricedSeat]:
    """The seats as lines of an order. Raises InvalidRequest for ticket types not sold so."""
    categories = {seat.seat_id: prices.ordinals.get(ordinal, "") for seat, ordinal in seats}
    types = types_of(prices, categories, tickets)
    lines = []
    for seat, _ in seats:
        category, kind = categories[seat.seat_id], types[seat.seat_id]
        offer = prices.offers[category, kind.id]
        lines.append(
            replace(
                seat,
                category=category,
                price_minor=offer.price_minor,
                ticket_type_id=kind.id,
                ticket_type=kind.name,
                note=kind.note,
                fee_minor=offer.fee_minor,
                vat_basis_points=offer.vat_basis_points,
            )
        )
    return lines


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
