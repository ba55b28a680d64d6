"""The beginning of a checkout: seats PAYING in Redis (R1), then claimed and priced in SQL (T1).

Before the claim nothing lasting has happened: a refusal gives the seats back to the buyer's hold
and forgets the key, so that the same request may be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from houseful.checkout import answers, booking_transitions, pricing
from houseful.checkout.booking_request import BookingRequest
from houseful.checkout.charges import new_nonce, refuse_without_token
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.checkout.following import follow_sales, give_back, undoing
from houseful.domain.booking import State
from houseful.domain.errors import Conflict, InProgress, InvalidRequest, Unavailable
from houseful.domain.prices.pricing import REFUSALS, Quote
from houseful.domain.reasons import sentence
from houseful.domain.seats import FailedSeat, Granted, Refused
from houseful.ledger import bookings, claims, idempotency, outbox
from houseful.ledger.bookings import Booking
from houseful.ledger.claims import ClaimedEvent
from houseful.sql.database import Session
from houseful.wire.codec import encode

Held = tuple[Granted, Mapping[int, int]]
"""The hold that is paid for, and the tables and boxes that its seats are sold with."""


class SeatTaken(Exception):
    """SQL knows a live claim of somebody else, whatever Redis believed."""

    def __init__(self, seat_ids: list[int]) -> None:
        super().__init__(str(seat_ids))
        self.seat_ids = seat_ids


class SeatClaims:
    """Makes a booking out of a hold."""

    def __init__(self, parts: CheckoutContext) -> None:
        self._parts = parts

    async def begin(
        self,
        user: str,
        body: BookingRequest,
        booking_id: int,
        lease: str,
        before: Booking | None = None,
    ) -> Booking:
        """The claimed booking, leased to us; CONFIRMED already when there is nothing to pay.

        Raises Conflict with `failedSeats`, InvalidRequest for the discount, InProgress when the key
        was taken over meanwhile, Unavailable. After any of them no claim of ours exists.
        """
        nonce = new_nonce()
        try:
            async with undoing(
                lambda: self.give_up(body.event_id, booking_id, lease, nonce), unless=Unavailable
            ):
                units = await self._parts.sold_with(body.event_id, body.seat_ids)
                begun = await self._pay_for(user, body, booking_id, nonce)
                self._parts.reached("after_R1")
                attempts = self._parts.attempts
                async with (
                    attempts.counted(user, body, begun.reservation_id),
                    attempts.guessed(user, body.address, body.discount_code),
                ):
                    booking, job = await self._claim(
                        user, body, booking_id, lease, before, (begun, units), nonce
                    )
        except SeatTaken as taken:
            await self._repair(body.event_id, taken.seat_ids)
            failed = [FailedSeat(seat_id, "booked") for seat_id in taken.seat_ids]
            raise seats_lost(failed) from None
        self._parts.reached("after_T1")
        if job is not None:
            await booking_transitions.sold(self._parts, booking, body.seat_ids, job)
        else:
            self._record_start(booking, body)
        return booking

    async def _pay_for(
        self, user: str, body: BookingRequest, booking_id: int, nonce: str
    ) -> Granted:
        """R1."""
        parts = self._parts
        begun = await parts.opened(
            body.event_id,
            lambda: parts.seats.begin_checkout(
                body.event_id,
                user,
                booking_id,
                body.seat_ids,
                pay_ms=parts.terms.pay_ms,
                fence=nonce,
            ),
        )
        if isinstance(begun, Refused):
            raise seats_lost(begun.failed)
        return begun

    async def _claim(
        self,
        user: str,
        body: BookingRequest,
        booking_id: int,
        lease: str,
        before: Booking | None,
        held: Held,
        nonce: str,
    ) -> tuple[Booking, int | None]:
        """T1, and T3 with it when the total is zero: then the job of its seats too."""

        async def work(session: Session) -> tuple[Booking, int | None]:
            if not await idempotency.still_holds(session, booking_id, lease):
                raise InProgress("the same request is being worked on", retry_after_s=1)
            quote, event = await self._price(session, user, body, *held)
            if quote.total_minor > 0:
                refuse_without_token(body.payment_token, self._parts.gateway.name)
            booking = await self._write(
                session, before, user, body, booking_id, lease, quote, nonce
            )
            taken = await claims.claim(session, booking_id, body.event_id, quote.seats)
            if taken:
                raise SeatTaken(taken)
            if booking.total_minor > 0:
                self._parts.shown[booking_id] = (quote.seats, event)
                return booking, None
            sold, job, _ = await booking_transitions.confirm_in(
                self._parts, session, booking, quote.seats, event, None
            )
            return sold, job

        return await self._parts.database.transact(work)

    async def _price(
        self,
        session: Session,
        user: str,
        body: BookingRequest,
        begun: Granted,
        units: Mapping[int, int],
    ) -> tuple[Quote, ClaimedEvent]:
        """What the purchase costs. Raises TotalChanged where the buyer agreed to another price."""

        async def priced(code: str | None) -> tuple[Quote, ClaimedEvent]:
            return await pricing.price(
                session,
                user_id=user,
                event_id=body.event_id,
                seat_ids=body.seat_ids,
                code=code,
                now_ms=self._parts.now_ms(),
                count_use=True,
                price_list=begun.price_list,
                tickets=dict(body.tickets),
                units=units,
                closed=begun.closed,
            )

        try:
            quote, event = await priced(body.discount_code)
        except InvalidRequest as error:
            if error.code in REFUSALS:  # a discount that ran out since is another price
                answers.require_agreed(body.expected_total, (await priced(None))[0], error.code)
            raise
        answers.require_agreed(body.expected_total, quote)
        return quote, event

    async def _write(
        self,
        session: Session,
        before: Booking | None,
        user: str,
        body: BookingRequest,
        booking_id: int,
        lease: str,
        quote: Quote,
        nonce: str,
    ) -> Booking:
        now = self._parts.now_ms()
        values: dict[str, Any] = {
            "state": State.CLAIMED,
            "currency": quote.currency,
            "subtotal_minor": quote.subtotal_minor,
            "discount_minor": quote.discount_minor,
            "total_minor": quote.total_minor,
            "price_list": quote.prices.number,
            "order_fee_minor": quote.order_fee_minor,
            "order_fee_vat_basis_points": quote.prices.fees.vat_basis_points,
            "order_fee_tax_minor": quote.order_fee_tax_minor,
            "discount_id": quote.discount.id if quote.discount else None,
            "discount_code": quote.discount.code if quote.discount else None,
            "discount_counted": quote.discount is not None,
            "gateway": self._parts.gateway.name if quote.total_minor else "",
            "payment_method": body.payment_method,
            "payment_token": body.payment_token if quote.total_minor else "",
            "contact": encode(body.contact).decode(),
            "found_by": body.contact.found_by if body.contact else "",
            "language": body.language,
            "deadline_ms": now + self._parts.terms.pay_ms,
            "lease": lease,
            bookings.LEASE_MS: self._parts.terms.lease_ms,
            "next_run_at_ms": now,
            "nonce": nonce,
        }
        if before is not None:
            await claims.forget(session, booking_id)
            again = {"attempt": before.attempt + 1, "payment_id": None, "decline_code": None}
            fresh = {"problem": None, "ended_at_ms": None, "tries": 0}
            return await booking_transitions.written(session, before, **values, **again, **fresh)
        year = datetime.fromtimestamp(now / 1000, UTC).year
        return await bookings.add(
            session,
            {
                "id": booking_id,
                "event_id": body.event_id,
                "user_id": user,
                "created_at_ms": now,
                "reference": reference(year, booking_id),
                **values,
            },
        )

    def _record_start(self, booking: Booking, body: BookingRequest) -> None:
        self._parts.record(
            "payment_started",
            {
                "event_id": booking.event_id,
                "booking": booking.reference,
                "user": booking.user_id,
                "amount_minor": booking.total_minor,
                "currency": booking.currency,
                "payment_method": body.payment_method,
            },
        )

    async def begin_again(
        self, user: str, body: BookingRequest, before: Booking, lease: str
    ) -> Booking:
        """A new attempt after a decline, under the same key and booking."""
        now = self._parts.now_ms()
        # The old promise to give the seats back must not be kept during the new attempt.
        await self._parts.database.transact(
            lambda session: outbox.withdraw(session, before.id, booking_transitions.FOLLOW, now)
        )
        await self._keep(body.event_id, before.id, before.nonce)
        return await self.begin(user, body, before.id, lease, before)

    async def give_up(self, event_id: int, booking_id: int, lease: str, nonce: str = "") -> None:
        """No claim came of it: the seats back to the buyer's hold, the key free. `nonce`: the attempt."""
        await self._keep(event_id, booking_id, nonce)
        await self.forget(booking_id, lease)

    async def forget(self, booking_id: int, lease: str) -> None:
        """The key is free for a new request; after a decline it stays usable for a new attempt."""

        async def work(session: Session) -> None:
            booking = await bookings.get(session, booking_id)
            if booking is None:
                await idempotency.drop(session, booking_id, lease)
            elif booking.state is State.DECLINED:
                await idempotency.declined_again(session, booking_id, lease)
                await bookings.let_go_declined(session, booking_id)
            else:
                # Claimed in the very moment in which the request looked dead (a clock that is wrong, a
                # process that hung): the answer, now or later, is that booking's.
                await idempotency.let_go(session, booking_id, lease)

        await self._parts.database.transact(work)

    async def _keep(self, event_id: int, booking_id: int, nonce: str) -> None:
        try:
            await give_back(self._parts.seats, event_id, booking_id, keep=True, fence=nonce)
        except Unavailable as error:  # the sweep of lapsed checkouts frees them later
            log.warning("seats_follow_later", booking_id=booking_id, error=error.told)

    async def _repair(self, event_id: int, seat_ids: list[int]) -> None:
        """Redis let somebody pay for a seat that SQL has sold: put that right for everyone."""
        parts = self._parts
        records = await parts.seats.records(event_id, seat_ids)
        claims = await parts.database.query(lambda s: bookings.live_claims(s, event_id, seat_ids))
        await follow_sales(parts.seats, event_id, records, claims)


def reference(year: int, booking_id: int) -> str:
    """`BK-YYYY-NNNNNN`, unique since the number is. It has gaps: a series without any would need a
    row that each sale holds until its commit, and one that hangs would hold up all."""
    return f"BK-{year}-{booking_id:06d}"


def seats_lost(failed: Any) -> Conflict:
    """409 naming each seat; `reservation_expired` when time was the only reason."""
    seats = [
        {
            "seatId": item.seat_id,
            "reason": sentence(item.reason),
            "code": item.reason,
        }
        for item in failed
    ]
    is_expired = all(item.reason == "expired" for item in failed)
    message = "Reservation expired" if is_expired else "Seats no longer available"
    code = "reservation_expired" if is_expired else "seats_unavailable"
    return Conflict(message, code=code, details={"failedSeats": seats})
