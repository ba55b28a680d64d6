"""What the gateway tells of payments: webhooks, and payments that the reconciler came upon.

Owns: which money belongs to which booking. Never: a webhook's contents as truth; the gateway is asked
how the payment stands now.
"""

from __future__ import annotations

from houseful.checkout import charges
from houseful.checkout.after_sales import disputes
from houseful.checkout.checkout_context import CheckoutContext
from houseful.checkout.completer import Completer
from houseful.checkout.reconciler import agrees
from houseful.checkout.saga import Saga
from houseful.domain.booking import UNFINISHED, State
from houseful.domain.errors import Conflict, InProgress, Unavailable
from houseful.domain.prices.refunds import RefundState
from houseful.ledger import audit, bookings, payment_problems, payments, refunds
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import PaymentState
from houseful.payments.webhooks import WebhookEvent
from houseful.sql.database import Session


class IncomingPayments:
    """Brings bookings in line with what the gateway says of their payments."""

    def __init__(self, parts: CheckoutContext, saga: Saga, completer: Completer) -> None:
        self._parts = parts
        self._saga = saga
        self._refunds = saga.refunds
        self._completer = completer

    async def apply_webhook(self, event: WebhookEvent) -> None:
        """Take in a verified webhook, once. Raises Unavailable when it could not be applied: answer
        5xx, so that it is sent again."""
        parts = self._parts
        if await parts.database.query(lambda s: payments.webhook_was_applied(s, event.id)):
            return
        if event.payment_id is not None:
            await self.apply(event.payment_id)
        parts.reached("after_webhook")
        await parts.database.transact(
            lambda session: payments.webhook_applied(
                session,
                event.id,
                kind=event.kind,
                object_id=event.object_id,
                now_ms=parts.now_ms(),
            )
        )

    async def apply(self, payment_id: str) -> None:
        """Bring the booking of a payment in line with the gateway. Any order, any number of times.

        Raises Unavailable when the gateway, SQL or the worker that has the booking takes too long.
        """
        parts = self._parts
        booking = await parts.database.query(lambda s: bookings.by_payment(s, payment_id))
        if booking is None:
            await self._apply_orphan(await parts.gateway.fetch(payment_id))
            return
        if booking.next_run_at_ms is None:
            # Most of what is told of a finished booking is known: do not get in its next buyer's way.
            state = await parts.gateway.fetch(payment_id)
            if agrees(state, booking) and not state.is_disputed:
                return
        try:
            async with self._completer.held(booking.id) as held:
                state = await parts.gateway.fetch(payment_id)
                await self._saga.run(await self._applied(held, state))
        except InProgress as error:
            raise Unavailable(error.message, retry_after_s=1) from error

    async def _applied(self, held: Booking, state: PaymentState) -> Booking:
        owes = charges.owes(state)
        if state.payment_id != held.payment_id:
            if owes:
                await self._refunds.owe(state, "payment of an earlier attempt")
            return held
        if held.state in UNFINISHED:
            return await self._saga.settle(held, state)
        if state.is_disputed:
            dispute = await self._parts.gateway.dispute_of(state.payment_id)
            held = await disputes.follow(self._parts, held, dispute)
        wrong = charges.mismatch(state, held, await self._parts.house_id())
        if held.state in {State.DECLINED, State.CANCELLED} and owes and not wrong:
            if held.dispute in disputes.HOLDS_MONEY:
                return held
            return await self._refunds.late(held, state)
        if state.refunded_minor > held.refunded_minor or await self._refunds.is_spent(state, held):
            return await self._refunds.refunded_elsewhere(held, state)
        if state.refunded_minor < held.refunded_minor:
            return await self._refunds.came_back(held)
        return held

    async def _apply_orphan(self, state: PaymentState) -> None:
        """Money of no booking: ours goes back, another house's is not touched."""
        if not charges.is_ours(state, await self._parts.house_id()):
            return
        owed = await self._parts.database.query(lambda s: refunds.of_payment(s, state.payment_id))
        if owed is None:
            if charges.owes(state):
                await self._refunds.owe(state, "payment without a booking")
        elif owed.state is RefundState.GIVEN and state.refunded_minor < owed.amount_minor:
            await self._refunds.on_bounced(owed)

    async def refund(self, who: str, payment_id: str, reason: str) -> None:
        """Staff give back a payment that no booking has: a refund that failed or was held, or one
        that nothing could be made of. Raises NotFound, Conflict for another house's."""
        parts = self._parts
        state = await parts.gateway.fetch(payment_id)
        if not charges.is_ours(state, await parts.house_id()):
            raise Conflict("this payment is not this house's", code="foreign_payment")
        booking = await parts.database.query(lambda s: bookings.by_payment(s, payment_id))
        if booking is not None and booking.state not in {State.DECLINED, State.CANCELLED}:
            raise Conflict(
                f"this payment paid for {booking.reference}: refund that booking",
                code="payment_of_a_booking",
            )
        if not charges.owes(state):
            raise Conflict("nothing is left to give back", code="charge_already_refunded")
        await self._refunds.owe(state, reason, who)

        async def write(session: Session) -> None:
            await payment_problems.solved(session, [payment_id])
            await audit.write(
                session,
                who=who,
                act="refund_payment",
                at_ms=parts.now_ms(),
                reason=reason,
                details={"payment": payment_id, "amountMinor": state.amount_minor},
            )

        await parts.database.transact(write)
