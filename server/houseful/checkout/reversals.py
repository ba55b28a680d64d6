"""What becomes of a sale afterwards: undone, whole or by ticket; money that came too late.

As in `outcomes`, each function is one transaction with its promises, then the seats follow.
"""

from __future__ import annotations

from collections.abc import Sequence

from houseful.checkout.answers import stored_failure
from houseful.checkout.booking_transitions import (
    EMAIL,
    NOTICE,
    confirm_in,
    move,
    promise,
    receipts_due,
    seen,
    show,
    sold,
    written,
)
from houseful.checkout.charges import new_nonce
from houseful.checkout.checkout_context import CheckoutContext
from houseful.domain.booking import State
from houseful.domain.errors import Conflict
from houseful.domain.prices.pricing import PricedSeat
from houseful.domain.prices.refunds import (
    NO_FEE,
    Kind,
    Line,
    Reckoning,
    RefundFee,
    RefundState,
    Returned,
    reckon,
)
from houseful.domain.prices.rounding import spread
from houseful.ledger import audit, check_ins, claims, idempotency, refunds
from houseful.ledger.bookings import Booking
from houseful.ledger.catalog import discounts
from houseful.ledger.check_ins import DISPUTED, VALID, VOID
from houseful.ledger.refunds import Refund
from houseful.payments.gateway import PaymentState, Standing
from houseful.sql.database import Session


async def undo_sale(
    parts: CheckoutContext,
    before: Booking,
    *,
    who: str,
    reason: str,
    act: str | None = None,
    fee: RefundFee = NO_FEE,
    elsewhere_minor: int | None = None,
    about: str = "cancelled",
) -> Booking:
    """A confirmed booking ends: seats for sale again, tickets void, what was paid and not yet given
    back owed, less `fee` of each ticket.

    `act` names it in the audit log, when staff did it; `elsewhere_minor` was given back at the
    payment service, and nothing is owed. Raises Conflict for an owner who has walked in: voiding the
    tickets and looking which were used is one transaction with the door's.
    """
    now = parts.now_ms()

    async def work(session: Session) -> tuple[Booking, int, list[int]]:
        lines = await refunds.lines(session, before)
        if act is None and who == before.user_id:
            await check_ins.turn_all(session, before.id, (VALID, DISPUTED), VOID)
            if await check_ins.any_used(session, before.id):
                raise Conflict("a ticket of this booking was used", code="not_cancellable")
        await claims.void_tickets(session, before.id)
        standing = [line.seat_id for line in lines if not line.is_back]
        if elsewhere_minor is not None:
            if elsewhere_minor:
                await elsewhere(parts, session, before, elsewhere_minor, lines)
            state, given = State.REFUNDED, before.refunded_minor + elsewhere_minor
        else:
            state, given = await _owe_rest(parts, session, before, lines, who, reason, fee)
        goes_on = state is State.REFUND_DUE
        after = await written(
            session,
            before,
            state=state,
            ended_at_ms=now,
            ended_by=who,
            problem=reason or None,
            refunded_minor=given,
            discount_counted=False,
            next_run_at_ms=now if goes_on else None,
            tries=0,
        )
        await claims.end(session, before.id)
        if before.discount_counted and before.discount_id is not None:
            await discounts.return_use(session, before.discount_id)
        if act is not None:
            await audited(session, after, act, who, reason, now)
        mail = NOTICE if about == "called_off" else EMAIL
        job = await promise(parts, session, after, [(mail, {"about": about})])
        return after, job, standing

    after, job, seat_ids = await parts.database.transact(work)
    parts.reached("after_refund_due")
    parts.record(
        "booking_cancelled",
        {"event_id": after.event_id, "booking": after.reference, "who": who, "reason": reason},
    )
    await move(parts, after, job, gone=seat_ids)
    parts.reached("after_unbooked")
    return after


async def _owe_rest(
    parts: CheckoutContext,
    session: Session,
    booking: Booking,
    lines: Sequence[Line],
    who: str,
    reason: str,
    fee: RefundFee,
) -> tuple[State, int]:
    """Promise what is left of a booking's money; (its state then, what it was given so far)."""
    if not booking.total_minor or booking.dispute == Standing.LOST:
        return State.CANCELLED, booking.refunded_minor
    before = await refunds.of_booking(session, booking.id)
    for refund in before:
        if refund.state in refunds.UNPAID:
            await refunds.owe_again(session, refund, who, new_nonce())
    found = reckon(
        lines, None, left_minor=left_of(booking, before), fee=fee, currency=booking.currency
    )
    kind = Kind.WHOLE if before or found.fee_minor else Kind.REST
    state = await _owe(parts, session, booking, kind, found, who, reason)
    is_due = state is RefundState.DUE or any(one.state is not RefundState.GIVEN for one in before)
    return (State.REFUND_DUE if is_due else State.REFUNDED), booking.refunded_minor


async def return_tickets(
    parts: CheckoutContext,
    before: Booking,
    found: Reckoning,
    *,
    who: str,
    reason: str,
    act: str | None,
) -> Booking:
    """Some tickets of a confirmed booking go back: their seats for sale again, they void, the money
    owed; the others stay good. Raises Conflict `ticket_used` when one opened a door meanwhile."""
    now = parts.now_ms()
    seat_ids = [one.seat_id for one in found.lines]
    tickets = {one.seat_id: one.ticket_id for one in found.lines if one.ticket_id is not None}

    async def work(session: Session) -> tuple[Booking, int]:
        if await check_ins.void(session, list(tickets.values())) != len(tickets):
            raise Conflict("one of these tickets was used", code="ticket_used")
        state = await _owe(parts, session, before, Kind.PART, found, who, reason)
        due = {"next_run_at_ms": now, "tries": 0} if state is RefundState.DUE else {}
        after = await written(session, before, **due)
        if act is not None:
            await audited(session, after, act, who, reason, now, found)
        told = {"about": "returned", "seats": list(tickets), "amount": found.amount_minor}
        return after, await promise(parts, session, after, [(EMAIL, told)])

    after, job = await parts.database.transact(work)
    parts.reached("after_tickets_returned")
    parts.record(
        "tickets_returned",
        {
            "event_id": after.event_id,
            "booking": after.reference,
            "who": who,
            "reason": reason,
            "seats": len(tickets),
        },
    )
    await move(parts, after, job, gone=seat_ids)
    parts.reached("after_unbooked")
    return after


async def _owe(
    parts: CheckoutContext,
    session: Session,
    booking: Booking,
    kind: Kind,
    found: Reckoning,
    who: str,
    reason: str,
) -> RefundState:
    """The refund's row and its seats; what is nothing counts as given."""
    state = RefundState.DUE if found.amount_minor else RefundState.GIVEN
    now = parts.now_ms()
    refund = await refunds.owe(
        session,
        kind=kind,
        payment_id=booking.payment_id or "",
        booking_id=booking.id,
        amount_minor=found.amount_minor,
        currency=booking.currency,
        fee_minor=found.fee_minor,
        state=state,
        reason=reason,
        who=who,
        nonce=new_nonce(),
        now_ms=now,
        done_at_ms=None if found.amount_minor else now,
        next_run_at_ms=None,
    )
    if refund is not None:
        await refunds.seats_back(session, booking.id, refund, found.lines)
    return state


async def elsewhere(
    parts: CheckoutContext,
    session: Session,
    booking: Booking,
    amount_minor: int,
    lines: Sequence[Line] = (),
) -> None:
    """Write down money that was given back at the payment service, and for which tickets."""
    standing = [line for line in lines if not line.is_back]
    amounts = spread([line.paid_minor for line in standing], amount_minor)
    back = tuple(
        Returned(line.seat_id, line.ticket_id, amount, 0)
        for line, amount in zip(standing, amounts, strict=True)
    )
    now = parts.now_ms()
    refund = await refunds.owe(
        session,
        kind=Kind.ELSEWHERE,
        payment_id=booking.payment_id or "",
        booking_id=booking.id,
        amount_minor=amount_minor,
        currency=booking.currency,
        state=RefundState.GIVEN,
        reason="refunded at the payment service",
        who="gateway",
        now_ms=now,
        done_at_ms=now,
        next_run_at_ms=None,
    )
    if refund is not None:
        await refunds.seats_back(session, booking.id, refund, back)
    await receipts_due(parts, session, booking.id)


def left_of(booking: Booking, before: Sequence[Refund]) -> int:
    """Of what was paid for a booking, what was neither promised back nor kept as a fee."""
    return booking.total_minor - sum(one.amount_minor + one.fee_minor for one in before)


async def audited(
    session: Session,
    booking: Booking,
    act: str,
    who: str,
    reason: str,
    now_ms: int,
    part: Reckoning | None = None,
) -> None:
    """Write into the audit log that staff ended a booking, or gave `part` of it back."""
    amount = booking.total_minor if part is None else part.amount_minor
    seats = {} if part is None else {"seatIds": [one.seat_id for one in part.lines]}
    await audit.write(
        session,
        who=who,
        act=act,
        at_ms=now_ms,
        event_id=booking.event_id,
        booking_id=booking.id,
        reason=reason,
        details={"amountMinor": amount, "currency": booking.currency, **seats},
    )


async def revive(parts: CheckoutContext, before: Booking, state: PaymentState) -> Booking | None:
    """Money came after the claim had died: the same seats again, or None when SQL sold one."""

    async def work(session: Session) -> tuple[Booking, int, Sequence[PricedSeat]] | None:
        if not await claims.revive(session, before.id):
            return None
        seats, event = await show(session, before)
        after, job, _ = await confirm_in(parts, session, before, seats, event, state)
        return after, job, seats

    done = await parts.database.transact(work)
    if done is None:
        return None
    after, job, seats = done
    await sold(parts, after, [seat.seat_id for seat in seats], job)
    return after


async def refund_late(parts: CheckoutContext, before: Booking, state: PaymentState) -> Booking:
    """Money came after the claim had died and the seats are gone: it goes back."""
    now = parts.now_ms()

    async def work(session: Session) -> Booking:
        after = await written(
            session,
            before,
            state=State.REFUND_DUE,
            next_run_at_ms=now,
            tries=0,
            problem="The payment came after the seats were given to somebody else",
        )
        await seen(parts, session, state)
        await refunds.owe(
            session,
            kind=Kind.REST,
            payment_id=state.payment_id,
            booking_id=before.id,
            amount_minor=state.amount_minor - state.refunded_minor,
            currency=before.currency,
            reason="late payment",
            who="system",
            nonce=new_nonce(),
            now_ms=now,
            next_run_at_ms=None,
        )
        answer = stored_failure(
            "payment_refunded", "The seats were gone when the payment came; it is refunded"
        )
        await idempotency.finish(session, before.id, 409, answer)
        return after

    return await parts.database.transact(work)
