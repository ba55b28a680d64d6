"""The checkout after the claim: `run` takes a booking as far as it goes now.

It is called alike by the request, the completer, webhooks and the reconciler, each with a lease on
the booking. A step either writes a new state or puts the booking off (`next_run_at_ms`).

The rule: **cancel or confirm, never guess.** While the gateway's answer is unknown the seats stay
claimed; they are free only once the gateway has said that it will not charge.
"""

from __future__ import annotations

import random
from typing import Any

from server.domain.booking import UNFINISHED, State
from server.domain.errors import InvalidRequest, PaymentDeclined
from server.ledger import bookings, claims, keys, payments
from server.ledger.bookings import Booking
from server.ledger.database import Session
from server.payments.gateway import (
    AlreadyRefunded,
    GatewayRejected,
    GatewayUnknown,
    Outcome,
    PaymentState,
    RefundOutcome,
)
from server.services import outcomes
from server.services.outcomes import Lost, written
from server.services.parts import Parts, log

FIRST_PAUSE_MS = 500
LONGEST_PAUSE_MS = 4_000
"""Somebody waits for the outcome, and must have it within seconds of the gateway's return."""

LONGEST_REFUND_PAUSE_MS = 60_000
STALE_TRIES = 3

ACTION_POLL_MS = 3_000
"""How often the gateway is asked about an open 3-D Secure step, should its webhook be lost; after
the first ten times, three times as seldom."""


class Saga:
    """Takes bookings onwards. Any number may work at once: leases keep them apart."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._steps = {
            State.CLAIMED: self._create,
            State.CONFIRMING: self._look,
            State.REQUIRES_ACTION: self._look,
            State.CANCELLING: self._cancel,
            State.REFUND_DUE: self._refund,
        }

    async def run(self, booking: Booking) -> Booking:
        """Step on while something can be done now; the booking as it then stands.

        Lost to somebody else's move, it is read again. Raises Unavailable when SQL does not answer;
        the lease then runs out and the completer goes on.
        """
        try:
            while self._is_due(booking):
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
            # Confirming follows only after the id is in SQL, so this payment can never charge.
            return await outcomes.cancel(parts, booking)
        try:
            state = await parts.gateway.create(
                amount_minor=booking.total_minor,
                currency=booking.currency,
                payment_token=booking.payment_token,
                metadata=metadata(booking),
                idempotency_key=_key(booking, "pi"),
            )
        except GatewayUnknown as error:
            return await self._put_off(booking, error.message)
        except GatewayRejected as error:
            return await outcomes.decline(
                parts, booking, decline_code=error.code, message=error.message
            )
        parts.reached("after_S1")
        booking = await parts.database.transact(lambda s: self._intend(s, booking, state))
        parts.reached("after_T2")
        return await self._confirm(booking)

    async def _intend(self, session: Session, before: Booking, state: PaymentState) -> Booking:
        now = self._parts.now_ms()
        after = await written(
            session,
            before,
            state=State.CONFIRMING,
            payment_id=state.payment_id,
            client_secret=state.client_secret,
            lease_until_ms=now + self._parts.terms.lease_ms,
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
                idempotency_key=_key(booking, "confirm"),
            )
        except PaymentDeclined as error:
            self._parts.reached("after_S2")
            return await self._declined(booking, error)
        except GatewayUnknown as error:
            return await self._put_off(booking, error.message)
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
            return await self._put_off(booking, error.message)
        return await self.settle(booking, state)

    async def settle(self, booking: Booking, state: PaymentState) -> Booking:
        """Write down what the gateway said of the booking's current payment."""
        match state.outcome:
            case Outcome.SUCCEEDED:
                return await outcomes.confirm(self._parts, booking, state)
            case Outcome.CANCELED:
                return await outcomes.cancel(self._parts, booking)
            case Outcome.REQUIRES_PAYMENT_METHOD if state.decline_code is not None:
                return await outcomes.decline(
                    self._parts,
                    booking,
                    decline_code=state.decline_code,
                    message=state.message or "The payment was declined",
                )
            case Outcome.PROCESSING:
                return await self._put_off(booking, "the payment is being processed")
        if booking.state is State.CANCELLING:
            return await self._put_off(booking, f"cancelled, but {state.outcome}")
        if self._is_late(booking):
            return await self._begin_cancelling(booking)
        if state.outcome is Outcome.REQUIRES_ACTION:
            return await self._await_action(booking, state)
        return await self._confirm(booking)

    async def _declined(self, booking: Booking, error: PaymentDeclined) -> Booking:
        code = error.details.get("declineCode")
        return await outcomes.decline(
            self._parts, booking, decline_code=str(code or "card_declined"), message=error.message
        )

    async def _rejected(self, booking: Booking, error: GatewayRejected) -> Booking:
        """The gateway would not take the request: make sure that it never charges, then decline."""
        assert booking.payment_id is not None  # noqa: S101 - see `_confirm`
        try:
            state = await self._parts.gateway.cancel(
                booking.payment_id, idempotency_key=f"bk:{booking.id}:cancel:{booking.attempt}"
            )
        except (GatewayUnknown, GatewayRejected) as unclear:
            return await self._put_off(booking, unclear.message)
        if state.outcome is not Outcome.CANCELED:
            return await self.settle(booking, state)
        return await outcomes.decline(
            self._parts, booking, decline_code=error.code, message=error.message
        )

    async def _await_action(self, booking: Booking, state: PaymentState) -> Booking:
        """The buyer has to authenticate: the seats wait until a deadline."""
        now = self._parts.now_ms()
        is_first = booking.state is not State.REQUIRES_ACTION
        deadline = now + self._parts.terms.action_ms if is_first else booking.deadline_ms
        tries = 0 if is_first else booking.tries + 1
        pause = ACTION_POLL_MS if tries < 10 else 3 * ACTION_POLL_MS

        async def work(session: Session) -> Booking:
            await keys.release(session, booking.id)
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
            return await outcomes.cancel(self._parts, booking)
        try:
            state = await self._parts.gateway.cancel(
                booking.payment_id, idempotency_key=f"bk:{booking.id}:cancel:{booking.attempt}"
            )
        except (GatewayUnknown, GatewayRejected) as error:
            return await self._put_off(booking, error.message)
        self._parts.reached("after_cancel_call")
        return await self.settle(booking, state)

    async def _refund(self, booking: Booking) -> Booking:
        """Give the money of an ended booking back."""
        assert booking.payment_id is not None  # noqa: S101 - only paid bookings owe a refund
        try:
            refund = await self._parts.gateway.refund(
                booking.payment_id,
                amount_minor=None,
                idempotency_key=f"bk:{booking.id}:refund:{booking.attempt}",
                metadata=metadata(booking),
            )
        except GatewayUnknown as error:
            return await self._put_off(booking, error.message)
        except AlreadyRefunded:
            return await self._refunded(booking, State.REFUNDED, None)
        except GatewayRejected as error:
            log.error("refund failed", booking=booking.reference, reason=error.message)
            return await self._refunded(booking, State.REFUND_FAILED, None)
        self._parts.reached("after_refund_call")
        failed = refund.outcome is RefundOutcome.FAILED
        state = State.REFUND_FAILED if failed else State.REFUNDED
        return await self._refunded(booking, state, refund.refund_id)

    async def _refunded(self, booking: Booking, state: State, refund_id: str | None) -> Booking:
        now = self._parts.now_ms()
        given = booking.total_minor if state is State.REFUNDED else booking.refunded_minor

        async def work(session: Session) -> Booking:
            assert booking.payment_id is not None  # noqa: S101 - see `_refund`
            after = await written(
                session, booking, state=state, refunded_minor=given, **outcomes.ENDED
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
            revived = await outcomes.revive(parts, booking, state)
            if revived is not None:
                return revived
        return await self.run(await outcomes.refund_late(parts, booking, state))

    async def give_up(self, booking: Booking) -> Booking:
        """The buyer wants out of an open checkout: cancel it unless the money is faster."""
        if booking.state is State.CANCELLING:
            return booking
        return await self._begin_cancelling(booking)

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
                values: dict[str, Any] = {"state": State.REFUNDED, **outcomes.ENDED}
            else:
                values = {}
            return await written(session, booking, refunded_minor=state.refunded_minor, **values)

        noted = await self._parts.database.transact(note)
        if not is_whole or noted.state is not State.CONFIRMED:
            return noted
        return await outcomes.undo_sale(
            self._parts,
            noted,
            state=State.REFUNDED,
            refunded_minor=state.refunded_minor,
            who="gateway",
            reason="refunded at the payment service",
        )

    def _is_late(self, booking: Booking) -> bool:
        return self._parts.now_ms() >= booking.deadline_ms

    async def _put_off(self, booking: Booking, problem: str) -> Booking:
        """Not now: let go, and have the completer look again after a growing pause."""
        log.info("checkout waits", booking=booking.reference, reason=problem, tries=booking.tries)
        now = self._parts.now_ms()
        is_refund = booking.state is State.REFUND_DUE
        longest = LONGEST_REFUND_PAUSE_MS if is_refund else LONGEST_PAUSE_MS
        pause = min(longest, FIRST_PAUSE_MS << min(booking.tries, 10))
        again = now + int(pause * random.uniform(0.5, 1))
        if booking.state in UNFINISHED and now < booking.deadline_ms:
            again = min(again, booking.deadline_ms)

        async def work(session: Session) -> Booking:
            await keys.release(session, booking.id)
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


def metadata(booking: Booking) -> dict[str, str]:
    """What the gateway keeps with a payment, so that money finds its booking again."""
    return {
        "houseful": booking.reference,
        "booking": str(booking.id),
        "event": str(booking.event_id),
    }


def _key(booking: Booking, what: str) -> str:
    """The same for every repetition, so that it is done once.

    Stripe keeps a 500 under its key for a day: after a few tries another key is used. That is safe
    here, because only the payment whose id is in SQL is ever confirmed, and that one only once.
    """
    late = f":{booking.tries}" if booking.tries >= STALE_TRIES else ""
    return f"bk:{booking.id}:{what}:{booking.attempt}{late}"


def is_ours(state: PaymentState) -> bool:
    """Whether a payment at the gateway came from a checkout; an account may serve others too."""
    return "houseful" in state.metadata


def refuse_without_token(token: str, name: str) -> None:
    """Raises InvalidRequest when there is something to pay and nothing to pay it with."""
    if not token:
        raise InvalidRequest(
            f"expected a paymentToken from {name}, got none", code="payment_token_missing"
        )
