"""Money on its way back: one engine for every refund, of tickets, bookings and stray payments.

A refund is a row in SQL from the moment it is owed. The engine asks the gateway until that says
GIVEN or FAILED, and then looks again for a month, because banks send money back days later. Each
row is asked for under its own nonce, so that however often it is asked, it is given once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from houseful.checkout import booking_transitions, charges, reversals
from houseful.checkout.booking_transitions import receipts_due, written
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.domain.booking import LIVE, State
from houseful.domain.errors import Conflict, NotFound, Unavailable
from houseful.domain.numbers import whole
from houseful.domain.prices.refunds import Kind, RefundState
from houseful.ledger import bookings, claims, payments
from houseful.ledger import refunds as rows
from houseful.ledger.bookings import Booking
from houseful.ledger.refunds import Refund
from houseful.payments.gateway import (
    AlreadyRefunded,
    GatewayFailed,
    GatewayRejected,
    GatewayUnknown,
    PaymentState,
    RefundOutcome,
)
from houseful.payments.gateway import RefundState as GatewayRefund
from houseful.sql.database import Session

HOUR_MS: Final = 3_600_000
LOOKS_MS: Final = tuple(HOUR_MS * hours for hours in (1, 24, 72, 168, 336, 720))
"""When a refund that was given is looked at again: banks refuse within 30 days
(docs.stripe.com/refunds#failed-refunds)."""

KEY_MS: Final = 12 * HOUR_MS
"""For so long after it was promised a refund is known by its key: Stripe forgets keys after a day
(docs.stripe.com/api/idempotent_requests). Later it is looked up by its nonce before it is asked for."""

DUE, GIVEN, FAILED, HELD = RefundState
AUTOMATIC: Final = "system"
"""Who orders a refund that no person ordered."""

PutOff = Callable[[Booking, str], Awaitable[Booking]]
ApplyPayment = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attempt. `state` is None when nobody knows yet."""

    state: RefundState | None
    problem: str = ""
    refund_id: str | None = None


class Refunds:
    """Gives money back. `put_off` has a booking looked at again later."""

    def __init__(self, parts: CheckoutContext, put_off: PutOff) -> None:
        self._parts = parts
        self._put_off = put_off

    async def give_back(self, booking: Booking) -> Booking:
        """Give what is owed of a booking: of tickets of one that stands, or of one that ended."""
        owed = await self._parts.database.query(lambda s: rows.of_booking(s, booking.id))
        for refund in owed:
            if refund.state is DUE:
                verdict = await self._attempt(refund)
                if verdict.state is None:
                    return await self._put_off(booking, verdict.problem)
                booking = await self._settled(booking, refund, verdict)
        if booking.next_run_at_ms is None:
            return booking
        return await self._parts.database.transact(lambda s: self._closed(s, booking))

    async def run_due(self, apply_payment: ApplyPayment) -> int:
        """Refunds of payments without a booking, and looks at those given; how many there were.

        `apply_payment` brings a payment and its booking in line with the gateway.
        """
        now = self._parts.now_ms()
        due = await self._parts.database.query(lambda s: rows.due(s, now, 50))
        for refund in due:
            try:
                if refund.state is GIVEN:
                    await self._look(refund, apply_payment)
                else:
                    await self._give_orphan(refund)
            except (Unavailable, GatewayRejected) as error:
                log.warning("refund_waits", payment_id=refund.payment_id, error=error.told)
                await self._postpone(refund)
        return len(due)

    async def _give_orphan(self, refund: Refund) -> None:
        verdict = await self._attempt(refund)
        if verdict.state is None:
            await self._postpone(refund)
        else:
            await self._parts.database.transact(lambda s: self._settle(s, refund, verdict))

    async def _attempt(self, refund: Refund) -> Verdict:
        """Ask the gateway, unless too many went out by themselves within the hour."""
        parts = self._parts
        if refund.who == AUTOMATIC and await self._is_over_cap(refund):
            log.error("refund_held", payment_id=refund.payment_id, error="too many in an hour")
            return Verdict(HELD, "too many automatic refunds within an hour: staff decide")
        try:
            given = await self._asked(refund)
        except AlreadyRefunded as error:
            return Verdict(FAILED if refund.kind is Kind.PART else GIVEN, error.told)
        except GatewayUnknown as error:
            return Verdict(None, error.told)
        except GatewayRejected as error:
            log.error(
                "refund_failed",
                payment_id=refund.payment_id,
                error=error.told,
                code=error.code,
                parameter=error.parameter,
            )
            return Verdict(FAILED, error.told)
        parts.reached("after_refund_call")
        failed = given.outcome is RefundOutcome.FAILED
        return Verdict(FAILED if failed else GIVEN, refund_id=given.refund_id)

    async def _asked(self, refund: Refund) -> GatewayRefund:
        """The refund as the gateway has it. An amount is asked for anew, under another nonce, only
        once the gateway was looked through and has none of it."""
        parts = self._parts
        if parts.now_ms() - refund.created_at_ms > KEY_MS:
            known = await self._known(refund)
            if known is not None:
                return known
        try:
            return await parts.gateway.refund(
                refund.payment_id,
                amount_minor=None if refund.kind is Kind.REST else refund.amount_minor,
                idempotency_key=f"{refund.nonce}:refund",
                metadata={charges.HOUSE: await parts.house_id(), charges.NONCE: refund.nonce},
            )
        except GatewayFailed:
            known = await self._known(refund)
            if known is not None:
                return known
            await parts.database.transact(
                lambda s: rows.owe_again(s, refund, refund.who, charges.new_nonce())
            )
            raise

    async def _known(self, refund: Refund) -> GatewayRefund | None:
        found = await self._parts.gateway.refunds_of(refund.payment_id)
        mine = (one for one in found if one.metadata.get(charges.NONCE) == refund.nonce)
        return next(mine, None)

    async def _is_over_cap(self, refund: Refund) -> bool:
        since = self._parts.now_ms() - HOUR_MS
        given = await self._parts.database.query(
            lambda s: rows.given_since(s, since, AUTOMATIC, refund.id)
        )
        return given >= self._parts.terms.refunds_per_hour

    async def _settle(self, session: Session, refund: Refund, verdict: Verdict) -> None:
        now = self._parts.now_ms()
        await rows.settle(
            session,
            refund,
            state=verdict.state or FAILED,
            refund_id=verdict.refund_id,
            problem=verdict.problem,
            now_ms=now,
            next_run_at_ms=now + LOOKS_MS[0] if verdict.state is GIVEN else None,
        )
        if verdict.state is GIVEN and refund.booking_id is not None:
            await receipts_due(self._parts, session, refund.booking_id)

    async def _postpone(self, refund: Refund) -> None:
        again = self._parts.now_ms() + min(60_000, 500 << min(refund.tries, 10))
        await self._parts.database.transact(lambda s: rows.postpone(s, refund, again))

    async def _look(self, refund: Refund, apply_payment: ApplyPayment) -> None:
        """Whether the buyer still has what was given."""
        age = self._parts.now_ms() - (refund.done_at_ms or 0)
        again = next(((refund.done_at_ms or 0) + ms for ms in LOOKS_MS if ms > age), None)
        await self._parts.database.transact(lambda s: rows.postpone(s, refund, again))
        if charges.owes(await self._parts.gateway.fetch(refund.payment_id)):
            await apply_payment(refund.payment_id)

    async def on_bounced(self, refund: Refund) -> None:
        """The bank sent the refund of a payment without a booking back to us."""
        log.error("refund_failed", payment_id=refund.payment_id, error="the bank sent it back")
        await self._parts.database.transact(lambda s: self._settle(s, refund, Verdict(FAILED)))

    async def _settled(self, booking: Booking, refund: Refund, verdict: Verdict) -> Booking:
        """One refund of a booking came to its end, until the bank says otherwise."""

        async def work(session: Session) -> Booking:
            await self._settle(session, refund, verdict)
            return await self._closed(session, booking, verdict.problem)

        after = await self._parts.database.transact(work)
        self._parts.reached("after_refunded")
        self._record(after, refund.amount_minor, str(verdict.state))
        return after

    async def _closed(self, session: Session, booking: Booking, problem: str = "") -> Booking:
        """The booking as its refunds now stand: what was given, and whether anything is due."""
        found = await rows.of_booking(session, booking.id)
        given = sum(one.amount_minor for one in found if one.state is GIVEN)
        values: dict[str, Any] = {"problem": problem[:500]} if problem else {}
        if not any(one.state is DUE for one in found):
            values |= booking_transitions.ENDED
            if booking.state is not State.CONFIRMED:
                is_done = all(one.state is GIVEN for one in found)
                values["state"] = State.REFUNDED if is_done else State.REFUND_FAILED
        if booking.payment_id is not None:
            await payments.seen(
                session,
                booking.payment_id,
                refunded_minor=given,
                updated_at_ms=self._parts.now_ms(),
            )
        return await written(session, booking, refunded_minor=given, **values)

    def _record(self, booking: Booking, amount_minor: int, state: str) -> None:
        self._parts.record(
            "payment_refunded",
            {
                "event_id": booking.event_id,
                "booking": booking.reference,
                "amount_minor": amount_minor,
                "state": state,
            },
        )

    async def came_back(self, booking: Booking) -> Booking:
        """Money that was on its way failed at the bank and is with us again: those refunds failed."""
        payment_id = str(booking.payment_id)
        log.error("refund_failed", reference=booking.reference, error="the bank sent it back")
        told = await self._parts.gateway.refunds_of(payment_id)
        bounced = {one.refund_id for one in told if one.outcome is RefundOutcome.FAILED}

        async def work(session: Session) -> Booking:
            for refund in await rows.of_booking(session, booking.id):
                if refund.state is GIVEN and refund.refund_id in bounced:
                    verdict = Verdict(FAILED, "the bank sent the refund back")
                    await self._settle(session, refund, verdict)
            return await self._closed(session, booking, "the bank sent the refund back")

        after = await self._parts.database.transact(work)
        self._record(after, booking.refunded_minor - after.refunded_minor, str(FAILED))
        return after

    async def again(self, booking: Booking, who: str, refund_id: int | None = None) -> Booking:
        """Have what failed or was held tried once more, as new requests; all of it, or one refund.

        Raises NotFound for a refund that is not the booking's, Conflict for one that did not fail.
        """
        now = self._parts.now_ms()

        async def work(session: Session) -> Booking:
            found = await rows.of_booking(session, booking.id)
            wanted = [one for one in found if refund_id in (None, one.id)]
            if not wanted:
                raise NotFound(f"the booking has no refund {refund_id}", code="unknown_refund")
            failed = [one for one in wanted if one.state in rows.UNPAID]
            if not failed:
                raise Conflict("this refund did not fail", code="refund_not_failed")
            for refund in failed:
                await rows.owe_again(session, refund, who, charges.new_nonce())
            is_over = booking.state is not State.CONFIRMED
            values = {"state": State.REFUND_DUE} if is_over else {}
            return await written(session, booking, next_run_at_ms=now, tries=0, **values)

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
            await rows.owe(
                session,
                kind=Kind.REST,
                payment_id=state.payment_id,
                amount_minor=state.amount_minor - state.refunded_minor,
                currency=state.currency,
                reason=reason,
                who=who,
                nonce=charges.new_nonce(),
                now_ms=now,
            )
            owed = await rows.of_payment(session, state.payment_id)
            if who != AUTOMATIC and owed is not None:
                await rows.owe_again(session, owed, who, charges.new_nonce(), now)

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

    async def is_spent(self, state: PaymentState, booking: Booking) -> bool:
        """Whether a standing sale lost all its money and still has tickets that cost some: after a
        restore, parts given back before it and parts given back since add up to the whole."""
        if not charges.is_spent(state, booking):
            return False
        lines = await self._parts.database.query(lambda session: rows.lines(session, booking))
        return any(line.paid_minor and not line.is_back for line in lines)

    async def refunded_elsewhere(self, booking: Booking, state: PaymentState) -> Booking:
        """Somebody gave money back at the gateway: all of it ends the sale, a part is noted.

        While a refund of ours is due it may be that one; what is not shows when it is settled.
        """
        more = state.refunded_minor - booking.refunded_minor
        found = await self._parts.database.query(lambda s: rows.of_booking(s, booking.id))
        if any(one.state is DUE for one in found):
            return booking
        if state.refunded_minor >= booking.total_minor and booking.state is State.CONFIRMED:
            return await reversals.undo_sale(
                self._parts,
                booking,
                who="gateway",
                reason="refunded at the payment service",
                elsewhere_minor=more,
            )

        async def note(session: Session) -> Booking:
            left = more
            for refund in found:
                if refund.state in rows.UNPAID and refund.amount_minor <= left:
                    await self._settle(session, refund, Verdict(GIVEN))
                    left -= refund.amount_minor
            if left:
                await reversals.elsewhere(self._parts, session, booking, left)
            return await self._closed(session, booking)

        return await self._parts.database.transact(note)
