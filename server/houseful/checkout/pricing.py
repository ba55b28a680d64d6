"""Prices of seats at an event, and whether a discount code counts: always computed from SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from houseful.domain.currencies import fault
from houseful.domain.errors import InvalidRequest, NotFound
from houseful.domain.money import to_wire
from houseful.domain.pricing import REFUSALS, Discount, Quote, quote, refusal
from houseful.domain.wording import shown
from houseful.ledger import claims, discounts
from houseful.ledger.claims import ClaimedEvent
from houseful.sql.database import Session


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
) -> tuple[Quote, ClaimedEvent]:
    """What the seats cost this user now; with `count_use` one use of the code is taken.

    `price_list` is the one the seats are held under; 0: none, so the event's own of now.

    Raises NotFound for the event or a seat, InvalidRequest with the reason code for a discount.
    """
    event = await claims.facts(session, event_id)
    if event is None:
        raise NotFound(f"expected an event, got {event_id}")
    # A list above the event's own is of a history that a restore of the database undid.
    number = min(price_list or event.price_list, event.price_list)
    seats = await claims.priced(session, event_id, number, seat_ids)
    missing = sorted(set(seat_ids) - {seat.seat_id for seat in seats})
    if missing:
        raise NotFound(
            f"expected seats of event {event_id}, got {shown(missing)}", code="unknown_seat"
        )
    plain = quote(seats, event.currency, None, number)
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
    return checked(quote(seats, event.currency, discount, number)), event


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
