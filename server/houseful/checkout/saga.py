"""The checkout after the claim: `run` takes a booking as far as it goes now.

It is called alike by the request, the completer, webhooks and the reconciler, each with a lease on
the booking. A step either writes a new state or puts the booking off (`next_run_at_ms`).

The rule: **cancel or confirm, never guess.** While the gateway's answer is unknown the seats stay
claimed; they are free only once the gateway has said that it will not charge.
"""

from __future__ import annotations

import random
from typing import Any

from houseful.checkout import booking_transitions, charges
from houseful.checkout.booking_transitions import Lost, written
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.checkout.refunds import Refunds
from houseful.domain.booking import UNFINISHED, State
from houseful.domain.errors import PaymentDeclined
from houseful.domain.payment import GATEWAY_BUSY, SHOP_FAULT
from houseful.ledger import bookings, claims, idempotency, payment_problems, payments
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import (
    GatewayNotSetUp,
    GatewayRejected,
    GatewayUnknown,
    Outcome,
    PaymentState,
    TokenRejected,
)
from houseful.sql.database import Session
from houseful.telemetry import tracing

FIRST_PAUSE_MS = 500
LONGEST_PAUSE_MS = 4_000
"""Somebody waits for the outcome, and must have it within seconds of the gateway's return."""

LONGEST_REFUND_PAUSE_MS = 60_000
ACTION_POLL_MS = 3_000
"""How often the gateway is asked about an open 3-D Secure step, should its webhook be lost; after
the first ten times, three times as seldom."""


class Saga:
    """Takes bookings onwards. Any number may work at once: leases keep them apart."""

    def __init__(self, parts: CheckoutContext) -> None:
        self._parts = parts
        self.refunds = Refunds(parts, self.put_off)
        self._steps = {
            State.CLAIMED: self._create,
            State.CONFIRMING: self._look,
            State.REQUIRES_ACTION: self._look,
            State.CANCELLING: self._cancel,
            State.REFUND_DUE: self.refunds.give_back,
            State.CONFIRMED: self.refunds.give_back,
        }

    async def run(self, booking: Booking) -> Booking:
        """Step on while something can be done now; the booking as it then stands.

        Lost to somebody else's move, it is read again. Raises Unavailable when SQL does not answer;
        the lease then runs out, and the completer goes on.
        """
        try:
            with self._parts.leasing(booking.lease, booking.id):
                while self._is_due(booking):
                    step = f"checkout {booking.state.lower()}"
                    with tracing.span(step, {"houseful.booking": booking.reference}):
                        booking = await self._steps[booking.state](booking)
        except Lost:
            found = await self._parts.database.query(lambda s: bookings.get(s, booking.id))
            assert found is not None  # noqa: S101 - bookings are never deleted
            return found
        return booking

    def _is_due(self, booking: Booking) -> bool:
        due = booking.next_run_at_ms
        return booking.state in self._steps and due is not None and due <= self._parts.now_ms()

    async def _create(self, booking: Booking) -> Booking:
        """S1 and T2: an unconfirmed payment, and its id written down before it can charge."""
        parts = self._parts
        if self._is_late(booking):
            # Confirming follows only after the id is in SQL, so this payment can never charge. It was
            # the gateway that took too long, so the buyer keeps the seats and may try again.
            return await booking_transitions.decline(
                parts, booking, decline_code=GATEWAY_BUSY, message=booking.problem or ""
            )
        seat_ids = await self._seat_ids(booking)
        try:
            state = await parts.gateway.create(
                amount_minor=booking.total_minor,
                currency=booking.currency,
                payment_token=booking.payment_token,
                metadata=charges.metadata(await parts.house_id(), booking, seat_ids),
                idempotency_key=charges.call_key(booking, "pi"),
            )
        except (GatewayNotSetUp, GatewayRejected) as error:
            return await self._refused(booking, error)
        except GatewayUnknown as error:
            return await self.put_off(booking, error.told)
        parts.reached("after_S1")
        booking = await parts.database.transact(lambda s: self._intend(s, booking, state))
        parts.reached("after_T2")
        return await self._confirm(booking)

    async def _seat_ids(self, booking: Booking) -> list[int]:
        """In plan order, so that the gateway is told the same each time; known since the claim."""
        shown = self._parts.shown.get(booking.id)
        if shown is not None:
            seats = shown[0]
        else:
            sold = await self._parts.database.query(lambda s: claims.sold(s, [booking.id]))
            seats = sold[booking.id]
        return [seat.seat_id for seat in seats]

    async def _intend(self, session: Session, before: Booking, state: PaymentState) -> Booking:
        now = self._parts.now_ms()
        after = await written(
            session,
            before,
            state=State.CONFIRMING,
            payment_id=state.payment_id,
            client_secret=state.client_secret,
            next_run_at_ms=now,
            tries=0,
        )
        await payments.record(
            session,
            state.payment_id,
            booking_id=before.id,
            attempt=before.attempt,
            gateway=before.gateway,
            outcome=str(state.outcome),
            amount_minor=state.amount_minor,
            currency=state.currency,
            created_at_ms=now,
            updated_at_ms=now,
        )
        return after

    async def _confirm(self, booking: Booking) -> Booking:
        """S2: charge. The same key every time, so that a repeated call charges once."""
        assert booking.payment_id is not None  # noqa: S101 - CONFIRMING is written with it
        try:
            state = await self._parts.gateway.confirm(
                booking.payment_id,
                payment_token=booking.payment_token,
                idempotency_key=charges.call_key(booking, "confirm"),
            )
        except PaymentDeclined as error:
            self._parts.reached("after_S2")
            return await self._declined(booking, error)
        except GatewayUnknown as error:
            return await self.put_off(booking, error.told)
        except GatewayRejected as error:
            return await self._rejected(booking, error)
        self._parts.reached("after_S2")
        return await self.settle(booking, state)

    async def _look(self, booking: Booking) -> Booking:
        """Ask the gateway where the payment stands, and go on from there."""
        assert booking.payment_id is not None  # noqa: S101 - see `_confirm`
        try:
            state = await self._parts.gateway.fetch(booking.payment_id)
        except (GatewayUnknown, GatewayRejected) as error:
            return await self.put_off(booking, error.told)
        return await self.settle(booking, state)

    async def settle(self, booking: Booking, state: PaymentState) -> Booking:
        """Write down what the gateway said of the booking's current payment."""
        match state.outcome:
            case Outcome.SUCCEEDED:
                return await self._succeeded(booking, state)
            case Outcome.REQUIRES_PAYMENT_METHOD if booking.state is State.CANCELLING:
                return await self.put_off(booking, "declined, and not cancelled yet")
            case Outcome.CANCELED:
                return await booking_transitions.cancel(self._parts, booking)
            case Outcome.REQUIRES_PAYMENT_METHOD if state.decline_code is not None:
                return await booking_transitions.decline(
                    self._parts,
                    booking,
                    decline_code=state.decline_code,
                    message=state.message or "The payment was declined",
                )
            case Outcome.PROCESSING:
                return await self.put_off(booking, "the payment is being processed")
        if booking.state is State.CANCELLING:
            return await self.put_off(booking, f"cancelled, but {state.outcome}")
        if self._is_late(booking):
            return await self._begin_cancelling(booking)
        if state.outcome is Outcome.REQUIRES_ACTION:
            return await self._await_action(booking, state)
        return await self._confirm(booking)

    async def _succeeded(self, booking: Booking, state: PaymentState) -> Booking:
        """T3, for money that is this booking's: its amount, its currency, this house's attempt."""
        parts = self._parts
        wrong = charges.mismatch(state, booking, await parts.house_id())
        if not wrong:
            return await booking_transitions.confirm(parts, booking, state)
        log.error("payment_is_not_the_bookings", reference=booking.reference, error=wrong)
        await parts.database.transact(
            lambda session: payment_problems.keep(
                session,
                state.payment_id,
                kind=payment_problems.MISMATCH,
                detail=f"{booking.reference}: {wrong}",
                amount_minor=state.amount_minor,
                currency=state.currency,
                now_ms=parts.now_ms(),
            )
        )
        return await booking_transitions.decline(
            parts, booking, decline_code=SHOP_FAULT, message=f"payment {state.payment_id}: {wrong}"
        )

    async def _refused(self, booking: Booking, error: GatewayNotSetUp | GatewayRejected) -> Booking:
        """The gateway would not take the request, which is no decline: what the buyer pays with is
        not known to it, or the fault is the shop's. Either way the seats stay the buyer's."""
        if isinstance(error, TokenRejected):
            code, message = TokenRejected.code, error.message
        else:
            named = error.parameter if isinstance(error, GatewayRejected) else "api_key"
            code, message = SHOP_FAULT, f"{error.code} {named}: {error.message}"
            log.error(
                "gateway_refuses",
                reference=booking.reference,
                code=error.code,
                parameter=named,
                error=error.told,
            )
        return await booking_transitions.decline(
            self._parts, booking, decline_code=code, message=message
        )

    async def _declined(self, booking: Booking, error: PaymentDeclined) -> Booking:
        code = error.details.get("declineCode")
        return await booking_transitions.decline(
            self._parts, booking, decline_code=str(code or "card_declined"), message=error.message
        )

    async def _rejected(self, booking: Booking, error: GatewayRejected) -> Booking:
        """The gateway would not take the confirmation: make sure that it never charges."""
        assert booking.payment_id is not None  # noqa: S101 - see `_confirm`
        try:
            state = await self._parts.gateway.cancel(
                booking.payment_id, idempotency_key=charges.call_key(booking, "cancel")
            )
        except (GatewayUnknown, GatewayRejected) as unclear:
            return await self.put_off(booking, unclear.message)
        if state.outcome is not Outcome.CANCELED:
            return await self.settle(booking, state)
        return await self._refused(booking, error)

    async def _await_action(self, booking: Booking, state: PaymentState) -> Booking:
        """The buyer has to authenticate: the seats wait until a deadline."""
        now = self._parts.now_ms()
        is_first = booking.state is not State.REQUIRES_ACTION
        deadline = now + self._parts.terms.action_ms if is_first else booking.deadline_ms
        tries = 0 if is_first else booking.tries + 1
        pause = ACTION_POLL_MS if tries < 10 else 3 * ACTION_POLL_MS

        async def work(session: Session) -> Booking:
            await idempotency.release(session, booking.id)
            return await written(
                session,
                booking,
                state=State.REQUIRES_ACTION,
                client_secret=state.client_secret,
                deadline_ms=deadline,
                next_run_at_ms=min(now + pause, max(deadline, now + 1)),
                lease_until_ms=0,
                tries=tries,
            )

        after = await self._parts.database.transact(work)
        self._parts.reached("after_action")
        return after

    async def _begin_cancelling(self, booking: Booking) -> Booking:
        now = self._parts.now_ms()
        after = await self._write(booking, state=State.CANCELLING, next_run_at_ms=now, tries=0)
        self._parts.reached("after_cancelling")
        return after

    async def _cancel(self, booking: Booking) -> Booking:
        """Past its deadline: the gateway cancels, or says that it was faster."""
        if booking.payment_id is None:
            return await booking_transitions.cancel(self._parts, booking)
        try:
            state = await self._parts.gateway.cancel(
                booking.payment_id, idempotency_key=charges.call_key(booking, "cancel")
            )
        except (GatewayUnknown, GatewayRejected) as error:
            return await self.put_off(booking, error.told)
        self._parts.reached("after_cancel_call")
        return await self.settle(booking, state)

    async def give_up(self, booking: Booking) -> Booking:
        """The buyer wants out of an open checkout: cancel it unless the money is faster."""
        if booking.state is State.CANCELLING:
            return booking
        return await self._begin_cancelling(booking)

    def _is_late(self, booking: Booking) -> bool:
        return self._parts.now_ms() >= booking.deadline_ms

    async def put_off(self, booking: Booking, problem: str) -> Booking:
        """Not now: let go, and have the completer look again after a growing pause."""
        log.info("checkout_waits", reference=booking.reference, error=problem, tries=booking.tries)
        now = self._parts.now_ms()
        is_refund = booking.state in {State.REFUND_DUE, State.CONFIRMED}
        longest = LONGEST_REFUND_PAUSE_MS if is_refund else LONGEST_PAUSE_MS
        pause = min(longest, FIRST_PAUSE_MS << min(booking.tries, 10))
        again = now + int(pause * random.uniform(0.5, 1))
        if booking.state in UNFINISHED and now < booking.deadline_ms:
            again = min(again, booking.deadline_ms)

        async def work(session: Session) -> Booking:
            await idempotency.release(session, booking.id)
            return await written(
                session,
                booking,
                next_run_at_ms=max(again, now + 1),
                tries=booking.tries + 1,
                lease_until_ms=0,
                problem=problem[:500],
            )

        return await self._parts.database.transact(work)

    async def _write(self, before: Booking, **values: Any) -> Booking:
        return await self._parts.database.transact(lambda s: written(s, before, **values))
