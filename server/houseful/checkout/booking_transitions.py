"""What becomes of a booking: each function is one transaction, then the seats follow it in Redis.

The seats' move is promised in the same transaction (outbox) and usually made right after it; a
crash in between leaves it to the relay. Each returns the booking as written, or raises `Lost` when
somebody else moved it first, in which case nothing was written.

Owns: which rows change together at the end of a checkout.
Never: a call to the gateway.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from houseful.checkout.answers import booking_view, stored_failure
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.checkout.following import follow
from houseful.domain.booking import State
from houseful.domain.errors import InProgress, Unavailable
from houseful.domain.payment import GATEWAY_BUSY, SHOP_FAULT
from houseful.domain.prices.pricing import PricedSeat, occupied
from houseful.ledger import bookings, claims, idempotency, outbox, payments
from houseful.ledger.bookings import Booking
from houseful.ledger.catalog import discounts
from houseful.ledger.claims import ClaimedEvent
from houseful.payments.gateway import PaymentState
from houseful.sql.database import Session
from houseful.wire.codec import encode

SEATS_GRACE_MS = 1_000
"""The relay leaves the seats for so long to the request that enqueued the job."""

NOT_PAID = "payment_not_completed"
NOT_PAID_MESSAGE = "The payment was not completed in time; nothing was charged"

FOLLOW = "follow_seats"
RECEIPT = "receipt"
"""The papers that a booking is due; see `checkout.correspondence.receipts`."""
CANCEL_PAYMENT, EMAIL, NOTICE = "cancel_payment", "email", "notice"
"""A notice is a mail to many about one thing, and waits for the mails that somebody waits for."""

Jobs = Sequence[tuple[str, Mapping[str, object]]]
ENDED: dict[str, Any] = {"next_run_at_ms": None, "lease_until_ms": 0, "payment_token": ""}


class Lost(InProgress):
    """Somebody else moved the booking since we read it."""


async def written(session: Session, before: Booking, **values: Any) -> Booking:
    """The changed booking; raises Lost, which rolls the transaction back."""
    after = await bookings.change(session, before, **values)
    if after is None:
        raise Lost("the booking is being worked on by somebody else", retry_after_s=1)
    return after


async def promise(
    parts: CheckoutContext, session: Session, booking: Booking, rest: Jobs = ()
) -> int:
    """Promise that the seats follow, and what else there is to do; returns the seats' job."""
    now = parts.now_ms()
    jobs = [(FOLLOW, {}, now + SEATS_GRACE_MS), *((*job, now) for job in rest)]
    first, *_ = await outbox.promise(session, booking.id, jobs, now_ms=now)
    return first


async def confirm_in(
    parts: CheckoutContext,
    session: Session,
    before: Booking,
    seats: Sequence[PricedSeat],
    event: ClaimedEvent | None,
    state: PaymentState | None,
) -> tuple[Booking, int, str]:
    """The sale: booking, payment, tickets, promises and the stored answer in one transaction."""
    now = parts.now_ms()
    after = await written(
        session,
        before,
        state=State.CONFIRMED,
        confirmed_at_ms=now,
        ended_at_ms=None,
        client_secret=None,
        decline_code=None,
        problem=None,
        tries=0,
        **ENDED,
    )
    if state is not None:
        await seen(parts, session, state)
    people = [seat.seat_id for seat in occupied(seats)]
    await claims.issue_tickets(session, after.id, after.event_id, people, now)
    data = encode(booking_view(after, seats, event)).decode()
    await idempotency.finish(session, after.id, 201, data)
    jobs: Jobs = [(EMAIL, {"about": "confirmed"})]
    if after.total_minor and parts.terms.issues_receipts:
        jobs = [(RECEIPT, {}), *jobs]
    return after, await promise(parts, session, after, jobs), data


async def receipts_due(parts: CheckoutContext, session: Session, booking_id: int) -> None:
    """Promise that what was given back gets its credit note."""
    now = parts.now_ms()
    if parts.terms.issues_receipts:
        await outbox.promise(session, booking_id, [(RECEIPT, {}, now)], now_ms=now)


async def seen(parts: CheckoutContext, session: Session, state: PaymentState) -> None:
    await payments.seen(
        session,
        state.payment_id,
        outcome=str(state.outcome),
        refunded_minor=state.refunded_minor,
        decline_code=state.decline_code,
        updated_at_ms=parts.now_ms(),
    )


async def show(
    session: Session, booking: Booking
) -> tuple[Sequence[PricedSeat], ClaimedEvent | None]:
    """What an answer shows of a booking beside its own row."""
    seats = (await claims.sold(session, [booking.id]))[booking.id]
    return seats, await claims.facts(session, booking.event_id)


async def confirm(parts: CheckoutContext, before: Booking, state: PaymentState) -> Booking:
    """The gateway took the money: sold."""

    shown = parts.shown.pop(before.id, None)

    async def work(session: Session) -> tuple[Booking, int, str, Sequence[PricedSeat]]:
        seats, event = shown or await show(session, before)
        after, job, data = await confirm_in(parts, session, before, seats, event, state)
        return after, job, data, seats

    after, job, data, seats = await parts.database.transact(work)
    if shown is not None:
        parts.answered[after.id] = data
    await sold(parts, after, [seat.seat_id for seat in seats], job)
    return after


async def sold(parts: CheckoutContext, booking: Booking, seat_ids: Sequence[int], job: int) -> None:
    """After the commit: the record, and the seats BOOKED."""
    parts.reached("after_T3")
    parts.record(
        "payment_success",
        {
            "event_id": booking.event_id,
            "booking": booking.reference,
            "user": booking.user_id,
            "amount_minor": booking.total_minor,
            "currency": booking.currency,
            "seats": len(seat_ids),
        },
    )
    await move(parts, booking, job, live=seat_ids)
    parts.reached("after_R2")


async def decline(
    parts: CheckoutContext, before: Booking, *, decline_code: str | None, message: str
) -> Booking:
    """The attempt came to nothing, by the card or not: the claim dies, and the seats go back to the
    buyer's hold."""
    jobs: Jobs = []
    if before.payment_id is not None:
        jobs = [(CANCEL_PAYMENT, {"payment": before.payment_id})]
    details = {"message": message, "declineCode": decline_code}

    async def work(session: Session) -> tuple[Booking, int]:
        after = await _died(
            parts, session, before, State.DECLINED, decline_code=decline_code, problem=message
        )
        if before.payment_id is not None:
            await payments.seen(
                session,
                before.payment_id,
                outcome="requires_payment_method",
                decline_code=decline_code,
                updated_at_ms=parts.now_ms(),
            )
        await idempotency.finish(session, after.id, idempotency.DECLINED, encode(details).decode())
        return after, await promise(parts, session, after, jobs)

    after, job = await parts.database.transact(work)
    parts.reached("after_declined")
    is_card = decline_code not in {SHOP_FAULT, GATEWAY_BUSY}
    _record_failure(parts, after, decline_code or "declined", retryable=is_card)
    await move(parts, after, job)
    parts.reached("after_kept")
    return after


async def cancel(parts: CheckoutContext, before: Booking) -> Booking:
    """Nothing was and nothing can be charged: the seats are free."""

    async def work(session: Session) -> tuple[Booking, int]:
        after = await _died(parts, session, before, State.CANCELLED)
        if before.payment_id is not None:
            await payments.seen(
                session, before.payment_id, outcome="canceled", updated_at_ms=parts.now_ms()
            )
        await idempotency.finish(session, after.id, 409, stored_failure(NOT_PAID, NOT_PAID_MESSAGE))
        return after, await promise(parts, session, after)

    after, job = await parts.database.transact(work)
    parts.reached("after_cancelled")
    _record_failure(parts, after, NOT_PAID, retryable=False)
    await move(parts, after, job)
    parts.reached("after_freed")
    return after


async def _died(
    parts: CheckoutContext, session: Session, before: Booking, state: State, **values: Any
) -> Booking:
    """The claim is over and no money was taken; the discount's use is returned."""
    values |= {"discount_counted": False, "client_secret": None, "ended_at_ms": parts.now_ms()}
    after = await written(session, before, state=state, **values, **ENDED)
    await claims.end(session, before.id)
    if before.discount_counted and before.discount_id is not None:
        await discounts.return_use(session, before.discount_id)
    return after


def _record_failure(
    parts: CheckoutContext, booking: Booking, reason: str, *, retryable: bool
) -> None:
    parts.record(
        "payment_failed",
        {
            "event_id": booking.event_id,
            "booking": booking.reference,
            "user": booking.user_id,
            "reason": reason,
            "retryable": retryable,
        },
    )


async def move(
    parts: CheckoutContext,
    booking: Booking,
    job: int,
    *,
    live: Sequence[int] = (),
    gone: Sequence[int] = (),
) -> None:
    """Have the seats follow now and mark the promise kept; if Redis fails, the relay does it."""
    try:
        await follow(parts.seats, booking, live, gone)
        parts.reached("after_outbox")
        parts.kept.add(job)
    except Unavailable as error:
        log.warning("seats_follow_later", reference=booking.reference, error=error.told)
