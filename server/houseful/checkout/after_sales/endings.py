"""Ending a sale, whole or ticket by ticket: who may, what it comes to, and the steps that follow.

Every door (buyers, staff, a called-off event) ends bookings here, under the booking's lease.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from houseful.checkout import reversals
from houseful.checkout.after_sales import disputes
from houseful.checkout.checkout_context import CheckoutContext
from houseful.checkout.completer import Completer
from houseful.checkout.saga import Saga
from houseful.domain.booking import UNFINISHED, State
from houseful.domain.errors import Conflict, Forbidden
from houseful.domain.prices.refunds import NO_FEE, Reckoning, reckon
from houseful.ledger import claims, refunds
from houseful.ledger.bookings import Booking
from houseful.ledger.check_ins import USED
from houseful.payments.gateway import Standing
from houseful.sql.database import Session


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants ended. `ticket_ids`: these tickets; None: all that is left. `act` names it
    in the audit log when staff do it. `expected_minor`: what it was shown to come to."""

    who: str
    reason: str
    act: str | None = None
    ticket_ids: Sequence[int] | None = None
    without_fee: bool = False
    expected_minor: int | None = None
    about: str = "cancelled"


class Endings:
    """Ends bookings and gives tickets back."""

    def __init__(self, parts: CheckoutContext, saga: Saga, completer: Completer) -> None:
        self._parts = parts
        self._saga = saga
        self._completer = completer

    async def end(self, booking_id: int, wish: Wish) -> Booking:
        """The booking after it. What failed before is tried again. Raises Conflict, InProgress."""
        async with self._completer.held(booking_id) as held:
            if held.state is State.REFUND_FAILED and wish.act is not None:
                await self._audit(held, wish)
                held = await self._saga.refunds.again(held, wish.who)
            return await self._saga.run(await self._ended(held, wish))

    async def retry(self, booking_id: int, refund_id: int, wish: Wish) -> Booking:
        """Have one refund that failed tried again. Raises NotFound, Conflict, InProgress."""
        async with self._completer.held(booking_id) as held:
            again = await self._saga.refunds.again(held, wish.who, refund_id)
            await self._audit(again, wish)
            return await self._saga.run(again)

    async def reckon(self, booking: Booking, wish: Wish) -> Reckoning:
        """What the wish comes to now. Raises Conflict for what cannot be given back."""

        async def work(session: Session) -> Reckoning:
            lines = await refunds.lines(session, booking)
            before = await refunds.of_booking(session, booking.id)
            fee, is_by_ticket = await refunds.terms(session, booking.event_id)
            for line in lines:
                if line.ticket_id not in (wish.ticket_ids or ()):
                    continue
                if line.state == USED:
                    raise Conflict("one of these tickets was used", code="ticket_used")
                if line.is_back:
                    raise Conflict(
                        "one of these tickets was given back before", code="ticket_returned"
                    )
            found = reckon(
                lines,
                wish.ticket_ids,
                left_minor=reversals.left_of(booking, before),
                fee=NO_FEE if wish.without_fee else fee,
                currency=booking.currency,
            )
            return replace(found, is_by_ticket=is_by_ticket)

        if booking.state is not State.CONFIRMED:
            raise Conflict(
                f"expected a confirmed booking, {booking.reference} is {booking.state}",
                code="not_confirmed",
            )
        disputes.refuse_while_open(booking)
        return await self._parts.database.query(work)

    async def _ended(self, held: Booking, wish: Wish) -> Booking:
        if held.state is State.CONFIRMED:
            return await self._undone(held, wish)
        if wish.ticket_ids is not None:
            raise Conflict("this booking has no tickets to give back", code="not_confirmed")
        if held.state in UNFINISHED:
            if wish.act is not None:
                await self._audit(held, wish)
            return await self._saga.give_up(held)
        if held.state is State.DECLINED:
            raise Conflict("a declined booking cannot be cancelled", code="not_cancellable")
        return held

    async def _undone(self, held: Booking, wish: Wish) -> Booking:
        found = await self.reckon(held, wish)
        if wish.expected_minor not in (None, found.amount_minor):
            raise Conflict("this refund comes to another amount now", code="refund_changed")
        if found.is_whole:
            fee, _ = await self._parts.database.query(lambda s: refunds.terms(s, held.event_id))
            return await reversals.undo_sale(
                self._parts,
                held,
                who=wish.who,
                reason=wish.reason,
                act=wish.act,
                fee=NO_FEE if wish.without_fee else fee,
                about=wish.about,
            )
        if held.dispute == Standing.LOST:
            raise Conflict(
                "the bank gave the money of this booking back: end it whole",
                code="payment_disputed",
            )
        return await reversals.return_tickets(
            self._parts, held, found, who=wish.who, reason=wish.reason, act=wish.act
        )

    async def may_cancel(
        self, user: str, booking: Booking, ticket_ids: Sequence[int] | None
    ) -> None:
        """Whether the owner may end it. Raises Forbidden, Conflict."""
        if booking.user_id != user:
            raise Forbidden("expected an admin's token to cancel somebody else's booking")
        if booking.state is not State.CONFIRMED:
            return
        event = await self._parts.database.query(lambda s: claims.facts(s, booking.event_id))
        if event is None:
            return
        before_ms = event.cancel_before_ms
        if before_ms is None:
            before_ms = self._parts.terms.cancel_before_ms
        if self._parts.now_ms() > event.starts_at_ms - before_ms:
            raise Conflict(
                "this booking can no longer be cancelled online", code="cancellation_closed"
            )
        _, is_by_ticket = await self._parts.database.query(
            lambda s: refunds.terms(s, booking.event_id)
        )
        if ticket_ids is not None and not is_by_ticket:
            raise Conflict(
                "this event takes back whole bookings: cancel all of it", code="whole_booking_only"
            )

    async def _audit(self, booking: Booking, wish: Wish) -> None:
        now = self._parts.now_ms()
        await self._parts.database.transact(
            lambda session: reversals.audited(
                session, booking, wish.act or "refund_booking", wish.who, wish.reason, now
            )
        )
