"""What becomes of a booking after its end: a sale undone, money that came too late.

As in `outcomes`, each function is one transaction with its promises, then the seats follow.
"""

from __future__ import annotations

from collections.abc import Sequence

from houseful.checkout.answers import stored_failure
from houseful.checkout.booking_transitions import (
    EMAIL,
    confirm_in,
    move,
    promise,
    seen,
    show,
    sold,
    written,
)
from houseful.checkout.charges import new_nonce
from houseful.checkout.checkout_context import CheckoutContext
from houseful.domain.booking import State
from houseful.domain.errors import Conflict
from houseful.domain.pricing import PricedSeat
from houseful.ledger import audit, check_ins, claims, discounts, idempotency, payments
from houseful.ledger.bookings import Booking
from houseful.ledger.check_ins import DISPUTED, VALID, VOID
from houseful.payments.gateway import PaymentState
from houseful.sql.database import Session


async def undo_sale(
    parts: CheckoutContext,
    before: Booking,
    *,
    state: State,
    refunded_minor: int,
    who: str,
    reason: str,
    act: str | None = None,
) -> Booking:
    """A confirmed booking ends: seats for sale again, tickets void.

    `act` names it in the audit log, when staff did it. Raises Conflict for an owner who has walked in:
    voiding the tickets and looking which were used is one transaction with the door's.

    `state` is REFUND_DUE (we still have to give the money back), REFUNDED (it was given back
    elsewhere) or CANCELLED (it cost nothing).
    """
    now = parts.now_ms()
    goes_on = state is State.REFUND_DUE

    async def work(session: Session) -> tuple[Booking, int, list[int]]:
        after = await written(
            session,
            before,
            state=state,
            ended_at_ms=now,
            ended_by=who,
            problem=reason or None,
            refunded_minor=refunded_minor,
            discount_counted=False,
            next_run_at_ms=now if goes_on else None,
            tries=0,
        )
        seats = (await claims.sold(session, [before.id]))[before.id]
        seat_ids = [seat.seat_id for seat in seats]
        await claims.end(session, before.id)
        if act is None and who == before.user_id:
            await check_ins.turn_all(session, before.id, (VALID, DISPUTED), VOID)
            if await check_ins.any_used(session, before.id):
                raise Conflict("a ticket of this booking was used", code="not_cancellable")
        await claims.void_tickets(session, before.id)
        if before.discount_counted and before.discount_id is not None:
            await discounts.return_use(session, before.discount_id)
        if goes_on and before.payment_id is not None:
            await payments.owe(
                session,
                before.payment_id,
                booking_id=before.id,
                amount_minor=before.total_minor - refunded_minor,
                reason=reason,
                who=who,
                nonce=new_nonce(),
                now_ms=now,
            )
        if act is not None:
            await audited(session, after, act, who, reason, now)
        job = await promise(parts, session, after, [(EMAIL, {"about": "cancelled"})])
        return after, job, seat_ids

    after, job, seat_ids = await parts.database.transact(work)
    parts.reached("after_refund_due")
    parts.record(
        "booking_cancelled",
        {"event_id": after.event_id, "booking": after.reference, "who": who, "reason": reason},
    )
    await move(parts, after, job, gone=seat_ids)
    parts.reached("after_unbooked")
    return after


async def audited(
    session: Session, booking: Booking, act: str, who: str, reason: str, now_ms: int
) -> None:
    """Write into the audit log that staff ended a booking."""
    await audit.write(
        session,
        who=who,
        act=act,
        at_ms=now_ms,
        event_id=booking.event_id,
        booking_id=booking.id,
        reason=reason,
        details={"amountMinor": booking.total_minor, "currency": booking.currency},
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
        await payments.owe(
            session,
            state.payment_id,
            booking_id=before.id,
            amount_minor=state.amount_minor - state.refunded_minor,
            reason="late payment",
            who="system",
            nonce=new_nonce(),
            now_ms=now,
        )
        answer = stored_failure(
            "payment_refunded", "The seats were gone when the payment came; it is refunded"
        )
        await idempotency.finish(session, before.id, 409, answer)
        return after

    return await parts.database.transact(work)
