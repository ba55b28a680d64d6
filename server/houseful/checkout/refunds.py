"""Money on its way back, and money that moved without us."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from houseful.checkout import booking_transitions, charges, reversals
from houseful.checkout.booking_transitions import written
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.domain.booking import State
from houseful.ledger import claims, payments
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import (
    AlreadyRefunded,
    GatewayRejected,
    GatewayUnknown,
    PaymentState,
    RefundOutcome,
)
from houseful.sql.database import Session

PutOff = Callable[[Booking, str], Awaitable[Booking]]


class Refunds:
    """Gives money back. `put_off` has a booking looked at again later."""

    def __init__(self, parts: CheckoutContext, put_off: PutOff) -> None:
        self._parts = parts
        self._put_off = put_off

    async def give_back(self, booking: Booking) -> Booking:
        """Give the money of an ended booking back."""
        assert booking.payment_id is not None  # noqa: S101 - only paid bookings owe a refund
        try:
            refund = await self._parts.gateway.refund(
                booking.payment_id,
                amount_minor=None,
                idempotency_key=f"bk:{booking.id}:refund:{booking.attempt}",
                metadata=charges.metadata(booking),
            )
        except GatewayUnknown as error:
            return await self._put_off(booking, error.message)
        except AlreadyRefunded:
            return await self._refunded(booking, State.REFUNDED, None)
        except GatewayRejected as error:
            log.error("refund_failed", reference=booking.reference, error=error.told)
            return await self._refunded(booking, State.REFUND_FAILED, None)
        self._parts.reached("after_refund_call")
        failed = refund.outcome is RefundOutcome.FAILED
        state = State.REFUND_FAILED if failed else State.REFUNDED
        return await self._refunded(booking, state, refund.refund_id)

    async def _refunded(
        self, booking: Booking, state: State, refund_id: str | None, given: int | None = None
    ) -> Booking:
        """The last word, until the bank says otherwise; `given` is what the buyer has back."""
        now = self._parts.now_ms()
        if given is None:
            given = booking.total_minor if state is State.REFUNDED else booking.refunded_minor

        async def work(session: Session) -> Booking:
            assert booking.payment_id is not None  # noqa: S101 - see `_refund`
            after = await written(
                session, booking, state=state, refunded_minor=given, **booking_transitions.ENDED
            )
            word = "DONE" if state is State.REFUNDED else "FAILED"
            await payments.settle_refund(
                session, booking.payment_id, state=word, refund_id=refund_id, now_ms=now
            )
            await payments.seen(
                session, booking.payment_id, refunded_minor=given, updated_at_ms=now
            )
            return after

        after = await self._parts.database.transact(work)
        self._parts.reached("after_refunded")
        self._parts.record(
            "payment_refunded",
            {
                "event_id": after.event_id,
                "booking": after.reference,
                "amount_minor": given,
                "state": str(state),
            },
        )
        return after

    async def came_back(self, booking: Booking, state: PaymentState) -> Booking:
        """A refund that was on its way failed at the bank: the money is with us again."""
        log.error("refund_failed", reference=booking.reference, error="the bank sent it back")
        return await self._refunded(booking, State.REFUND_FAILED, None, given=state.refunded_minor)

    async def again(self, booking: Booking) -> Booking:
        """Have a failed refund tried once more, as a new request to the gateway."""
        now = self._parts.now_ms()

        async def work(session: Session) -> Booking:
            assert booking.payment_id is not None  # noqa: S101 - see `give_back`
            await payments.owe_again(session, booking.payment_id)
            return await written(
                session,
                booking,
                state=State.REFUND_DUE,
                attempt=booking.attempt + 1,
                next_run_at_ms=now,
                tries=0,
            )

        return await self._parts.database.transact(work)

    async def late(self, booking: Booking, state: PaymentState) -> Booking:
        """Money for a booking that had ended: the same seats if they are free, else a refund."""
        parts = self._parts
        snapshot = await parts.seats.snapshot(booking.event_id)
        mine = (await parts.database.query(lambda session: claims.sold(session, [booking.id])))[
            booking.id
        ]
        wanted = {seat.seat_id for seat in mine}
        is_free = all(
            record.status == "A"
            or (
                record.status in "RP"
                and snapshot.owners.get(record.ref, ("",))[0] == booking.user_id
            )
            for record in snapshot.records
            if record.seat_id in wanted
        )
        if is_free:
            revived = await reversals.revive(parts, booking, state)
            if revived is not None:
                return revived
        return await reversals.refund_late(parts, booking, state)

    async def refunded_elsewhere(self, booking: Booking, state: PaymentState) -> Booking:
        """Somebody gave money back at the gateway: all of it ends the sale, a part is noted."""
        is_whole = state.refunded_minor >= booking.total_minor
        now = self._parts.now_ms()

        async def note(session: Session) -> Booking:
            await payments.seen(
                session, state.payment_id, refunded_minor=state.refunded_minor, updated_at_ms=now
            )
            if is_whole and booking.state in {State.REFUND_DUE, State.REFUND_FAILED}:
                await payments.settle_refund(
                    session, state.payment_id, state="DONE", refund_id=None, now_ms=now
                )
                values: dict[str, Any] = {"state": State.REFUNDED, **booking_transitions.ENDED}
            else:
                values = {}
            return await written(session, booking, refunded_minor=state.refunded_minor, **values)

        noted = await self._parts.database.transact(note)
        if not is_whole or noted.state is not State.CONFIRMED:
            return noted
        return await reversals.undo_sale(
            self._parts,
            noted,
            state=State.REFUNDED,
            refunded_minor=state.refunded_minor,
            who="gateway",
            reason="refunded at the payment service",
        )
