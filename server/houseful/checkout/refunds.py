"""Money on its way back: one engine for every refund, of bookings and of payments without one.

A refund is a row in SQL from the moment it is owed. The engine asks the gateway until that says
GIVEN or FAILED, and then looks again for a month, because banks send money back days later.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from houseful.checkout import booking_transitions, charges, reversals
from houseful.checkout.booking_transitions import written
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.domain.booking import LIVE, State
from houseful.domain.errors import Unavailable
from houseful.domain.numbers import whole
from houseful.ledger import bookings, claims, payments
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import (
    AlreadyRefunded,
    GatewayRejected,
    GatewayUnknown,
    PaymentState,
    RefundOutcome,
)
from houseful.sql.database import Session

HOUR_MS: Final = 3_600_000
LOOKS_MS: Final = tuple(HOUR_MS * hours for hours in (1, 24, 72, 168, 336, 720))
"""When a refund that was given is looked at again: banks refuse within 30 days
(docs.stripe.com/refunds#failed-refunds)."""

GIVEN, FAILED, HELD = "GIVEN", "FAILED", "HELD"
AUTOMATIC: Final = "system"
"""Who orders a refund that no person ordered."""

PutOff = Callable[[Booking, str], Awaitable[Booking]]
ApplyPayment = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attempt. `state` is None when nobody knows yet."""

    state: str | None
    problem: str = ""
    refund_id: str | None = None


class Refunds:
    """Gives money back. `put_off` has a booking looked at again later."""

    def __init__(self, parts: CheckoutContext, put_off: PutOff) -> None:
        self._parts = parts
        self._put_off = put_off

    async def give_back(self, booking: Booking) -> Booking:
        """Give the money of an ended booking back."""
        assert booking.payment_id is not None  # noqa: S101 - only paid bookings owe a refund
        payment_id = booking.payment_id
        owed = await self._parts.database.query(lambda s: payments.refund_of(s, payment_id))
        verdict = await self._attempt(owed)
        if verdict.state is None:
            return await self._put_off(booking, verdict.problem)
        state = State.REFUNDED if verdict.state == GIVEN else State.REFUND_FAILED
        return await self._refunded(booking, state, verdict)

    async def run_due(self, apply_payment: ApplyPayment) -> int:
        """Refunds of payments without a booking, and looks at those given; how many there were.

        `apply_payment` brings a payment and its booking in line with the gateway.
        """
        now = self._parts.now_ms()
        due = await self._parts.database.query(lambda s: payments.due_refunds(s, now, 50))
        for owed in due:
            try:
                if owed.state == GIVEN:
                    await self._look(owed, apply_payment)
                else:
                    await self._give_orphan(owed)
            except (Unavailable, GatewayRejected) as error:
                log.warning("refund_waits", payment_id=owed.payment_id, error=error.told)
                await self._postpone(owed)
        return len(due)

    async def _give_orphan(self, owed: Any) -> None:
        verdict = await self._attempt(owed)
        if verdict.state is None:
            await self._postpone(owed)
        else:
            await self._parts.database.transact(lambda s: self._settle(s, owed, verdict))

    async def _attempt(self, owed: Any) -> Verdict:
        """Ask the gateway, unless too many went out by themselves within the hour."""
        parts = self._parts
        if owed.who == AUTOMATIC and await self._is_over_cap(owed):
            log.error("refund_held", payment_id=owed.payment_id, error="too many in an hour")
            return Verdict(HELD, "too many automatic refunds within an hour: staff decide")
        try:
            refund = await parts.gateway.refund(
                owed.payment_id,
                amount_minor=None,
                idempotency_key=f"{owed.nonce}:refund",
                metadata={charges.HOUSE: await parts.house_id(), charges.NONCE: owed.nonce},
            )
        except AlreadyRefunded:
            return Verdict(GIVEN)
        except GatewayUnknown as error:
            return Verdict(None, error.told)
        except GatewayRejected as error:
            log.error(
                "refund_failed",
                payment_id=owed.payment_id,
                error=error.told,
                code=error.code,
                parameter=error.parameter,
            )
            return Verdict(FAILED, error.told)
        parts.reached("after_refund_call")
        failed = refund.outcome is RefundOutcome.FAILED
        return Verdict(FAILED if failed else GIVEN, refund_id=refund.refund_id)

    async def _is_over_cap(self, owed: Any) -> bool:
        since = self._parts.now_ms() - HOUR_MS
        given = await self._parts.database.query(
            lambda s: payments.given_since(s, since, AUTOMATIC, owed.payment_id)
        )
        return given >= self._parts.terms.refunds_per_hour

    async def _settle(self, session: Session, owed: Any, verdict: Verdict) -> None:
        now = self._parts.now_ms()
        await payments.settle_refund(
            session,
            owed.payment_id,
            state=verdict.state or FAILED,
            refund_id=verdict.refund_id,
            now_ms=now,
            next_run_at_ms=now + LOOKS_MS[0] if verdict.state == GIVEN else None,
        )

    async def _postpone(self, owed: Any) -> None:
        again = self._parts.now_ms() + min(60_000, 500 << min(owed.tries, 10))
        await self._parts.database.transact(
            lambda s: payments.postpone_refund(s, owed.payment_id, again)
        )

    async def _look(self, owed: Any, apply_payment: ApplyPayment) -> None:
        """Whether the buyer still has what was given."""
        age = self._parts.now_ms() - owed.done_at_ms
        again = next((owed.done_at_ms + at_ms for at_ms in LOOKS_MS if at_ms > age), None)
        await self._parts.database.transact(
            lambda s: payments.postpone_refund(s, owed.payment_id, again)
        )
        if charges.owes(await self._parts.gateway.fetch(owed.payment_id)):
            await apply_payment(owed.payment_id)

    async def on_bounced(self, owed: Any) -> None:
        """The bank sent the refund of a payment without a booking back to us."""
        log.error("refund_failed", payment_id=owed.payment_id, error="the bank sent it back")
        await self._parts.database.transact(lambda s: self._settle(s, owed, Verdict(FAILED)))

    async def _refunded(
        self, booking: Booking, state: State, verdict: Verdict, given: int | None = None
    ) -> Booking:
        """The last word, until the bank says otherwise; `given` is what the buyer has back."""
        now = self._parts.now_ms()
        if given is None:
            given = booking.total_minor if state is State.REFUNDED else booking.refunded_minor

        async def work(session: Session) -> Booking:
            assert booking.payment_id is not None  # noqa: S101 - see `give_back`
            told: dict[str, Any] = {"problem": verdict.problem[:500]} if verdict.problem else {}
            after = await written(
                session,
                booking,
                state=state,
                refunded_minor=given,
                **told,
                **booking_transitions.ENDED,
            )
            owed = await payments.refund_of(session, booking.payment_id)
            if owed is not None:
                await self._settle(session, owed, verdict)
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
        verdict = Verdict(FAILED, "the bank sent the refund back")
        given = state.refunded_minor
        return await self._refunded(booking, State.REFUND_FAILED, verdict, given)

    async def again(self, booking: Booking, who: str) -> Booking:
        """Have a failed or held refund tried once more, as a new request to the gateway."""
        now = self._parts.now_ms()

        async def work(session: Session) -> Booking:
            assert booking.payment_id is not None  # noqa: S101 - see `give_back`
            await payments.owe_again(session, booking.payment_id, who, charges.new_nonce())
            return await written(
                session, booking, state=State.REFUND_DUE, next_run_at_ms=now, tries=0
            )

        return await self._parts.database.transact(work)

    async def owe(self, state: PaymentState, reason: str, who: str = AUTOMATIC) -> None:
        """Promise the money of a payment that belongs to no booking back.

        Raises Unavailable while the attempt that it was made for is alive: in a database restored to
        a moment before it was paid that goes on, finds the payment by its key, and is confirmed.
        """
        now = self._parts.now_ms()
        number = whole(state.metadata.get("booking", "")) or 0

        async def work(session: Session) -> None:
            booking = await bookings.get(session, number)
            if booking and booking.state in LIVE and charges.is_attempt(state, booking):
                raise Unavailable("the payment's booking is being worked on", retry_after_s=1)
            await payments.owe(
                session,
                state.payment_id,
                booking_id=None,
                amount_minor=state.amount_minor - state.refunded_minor,
                reason=reason,
                who=who,
                nonce=charges.new_nonce(),
                now_ms=now,
            )
            if who != AUTOMATIC:
                await payments.owe_again(session, state.payment_id, who, charges.new_nonce(), now)

        await self._parts.database.transact(work)

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
            values: dict[str, Any] = {}
            if is_whole and booking.state in {State.REFUND_DUE, State.REFUND_FAILED}:
                owed = await payments.refund_of(session, state.payment_id)
                if owed is not None:
                    await self._settle(session, owed, Verdict(GIVEN))
                values = {"state": State.REFUNDED, **booking_transitions.ENDED}
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
