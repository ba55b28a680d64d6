"""POST /bookings: takes the key, does or joins the work, and words the answer.

The work is a task of its own: a buyer who hangs up, or an answer that must be given before the
gateway has spoken, does not stop it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

from houseful.checkout import answers
from houseful.checkout.answers import Answer
from houseful.checkout.booking_request import BookingRequest, check_key
from houseful.checkout.checkout_context import CheckoutContext
from houseful.checkout.completer import Completer, in_progress
from houseful.checkout.saga import Saga
from houseful.checkout.seat_claim import SeatClaims
from houseful.domain.booking import UNFINISHED, State
from houseful.domain.errors import (
    Conflict,
    HousefulError,
    InProgress,
    InvalidRequest,
    KeyReused,
    PaymentDeclined,
    ShopCannotCharge,
    Unavailable,
)
from houseful.domain.payment import GATEWAY_BUSY, SHOP_FAULT
from houseful.ledger import bookings, claims, idempotency
from houseful.ledger.bookings import Booking
from houseful.ledger.idempotency import Busy, Differs, Finished, Request, Taken
from houseful.payments.declines import OTHER_REASONS
from houseful.payments.gateway import GatewayBusy, TokenRejected
from houseful.sql.database import Session
from houseful.wire.codec import iso

DEMO_CARD: Final = "demo_card_4242424242424242"
"""What the demo gateway charges when the buyer names no card: the contract's plain request has none."""


class Purchases:
    """Answers requests to buy."""

    def __init__(
        self, parts: CheckoutContext, saga: Saga, claiming: SeatClaims, completer: Completer
    ) -> None:
        self._parts = parts
        self._saga = saga
        self._claiming = claiming
        self._completer = completer
        self._working: set[asyncio.Task[tuple[Booking, str | None]]] = set()

    async def book(self, user: str, key: str | None, body: BookingRequest) -> Answer:
        """See `houseful.checkout.checkout.Checkout.book`."""
        parts = self._parts
        key = check_key(key)
        body.check(await self._most_seats(body))
        request = Request(user, key, body.event_id, body.fingerprint, body.purchase)
        lease = parts.new_lease()
        taken = await parts.database.transact(
            lambda session: idempotency.take(
                session,
                request,
                lease=lease,
                now_ms=parts.now_ms(),
                lease_ms=parts.terms.lease_ms,
                keep_ms=parts.terms.key_ms,
            )
        )
        parts.reached("after_T0")
        match taken:
            case Differs():
                raise KeyReused("this idempotency key was used for another request")
            case Busy():
                raise in_progress()
            case Finished():
                return self._replay(user, request, taken)
        task = asyncio.create_task(self._work(user, body, taken, lease), name="checkout")
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        await asyncio.wait({task}, timeout=parts.terms.answer_within_s)
        if not task.done():
            task.add_done_callback(_look_at)
            return await self._not_yet(taken.booking_id)
        return await self._answer(*task.result())

    async def drain(self) -> None:
        """Wait for the purchases under way."""
        if self._working:
            await asyncio.wait(set(self._working))

    async def _most_seats(self, body: BookingRequest) -> int:
        """A table or box that is larger than the limit per person is bought alone."""
        most, number = self._parts.terms.max_seats, len(body.seat_ids)
        if number <= most:
            return most
        units = await self._parts.sold_with(body.event_id, body.seat_ids)
        is_one = len(units) == number and len(set(units.values())) == 1
        return number if is_one else most

    def _replay(self, user: str, request: Request, finished: Finished) -> Answer:
        if finished.status != 201:
            raise answers.failure(finished.response)
        self._parts.record(
            "idempotency_replay",
            {"event_id": request.event_id, "booking_id": finished.booking_id, "user": user},
        )
        return answers.replayed(finished.response)

    async def _work(
        self, user: str, body: BookingRequest, taken: Taken, lease: str
    ) -> tuple[Booking, str | None]:
        """The booking as it then stands, and its stored answer where it is known already."""
        try:
            with self._parts.leasing(lease, taken.booking_id):
                booking = await self._claimed(user, self._with_card(body), taken, lease)
            after = await self._saga.run(booking)
            await self._completer.let_go(after)
            if after.state is State.CONFIRMED:
                await self._parts.attempts.paid(user, body)
            elif after.state is State.REQUIRES_ACTION:
                await self._parts.attempts.challenged(body)
            return after, self._parts.answered.get(after.id)
        except (Unavailable, InProgress):
            await self._let_go(taken.booking_id, lease)
            raise
        finally:
            self._parts.shown.pop(taken.booking_id, None)
            self._parts.answered.pop(taken.booking_id, None)

    async def _claimed(self, user: str, body: BookingRequest, taken: Taken, lease: str) -> Booking:
        if taken.is_new:
            return await self._claiming.begin(user, body, taken.booking_id, lease)
        known = await self._parts.database.query(lambda s: bookings.get(s, taken.booking_id))
        if known is None:
            return await self._claiming.begin(user, body, taken.booking_id, lease)
        if known.state is State.DECLINED:
            held = await self._completer.take(known.id)
            if held is None:
                raise in_progress()
            return await self._claiming.begin_again(user, body, held, lease)
        return await self._joined(known)

    async def _joined(self, known: Booking) -> Booking:
        """Go on with a booking that was put off; the buyer is asking, so look now."""
        held = await self._completer.take(known.id)
        if held is None:
            raise in_progress()
        if held.next_run_at_ms is None:
            return held
        hurried = await self._parts.database.transact(
            lambda session: bookings.change(session, held, next_run_at_ms=self._parts.now_ms())
        )
        if hurried is None:
            raise in_progress()
        return hurried

    def _with_card(self, body: BookingRequest) -> BookingRequest:
        if body.payment_token or self._parts.gateway.name != "demo":
            return body
        return body.paid_with(DEMO_CARD)

    async def _let_go(self, booking_id: int, lease: str) -> None:
        async def work(session: Session) -> None:
            await idempotency.let_go(session, booking_id, lease)
            await bookings.let_go_declined(session, booking_id)

        with suppress(Unavailable):
            await self._parts.database.transact(work)

    async def _not_yet(self, booking_id: int) -> Answer:
        """The gateway takes its time: whatever is known now."""
        booking = await self._parts.database.query(lambda s: bookings.get(s, booking_id))
        if booking is None:
            raise in_progress()
        return await self._answer(booking)

    async def _answer(self, booking: Booking, data: str | None = None) -> Answer:
        if data is not None:
            return answers.confirmed(data)
        if booking.state in UNFINISHED:
            return answers.pending(booking)
        if booking.state is State.DECLINED:
            raise await self._came_to_nothing(booking)
        stored = await self._parts.database.query(lambda s: idempotency.stored(s, booking.id))
        if stored is None:
            raise Conflict("the booking has ended", code="booking_ended")
        status, response = stored
        if status != 201:
            raise answers.failure(response)
        return answers.confirmed(response)

    async def _came_to_nothing(self, booking: Booking) -> HousefulError:
        """Why an attempt ended without money; whatever it was, the seats are still the buyer's."""
        code = booking.decline_code
        if code == TokenRejected.code:
            return InvalidRequest(booking.problem or "invalid payment token", code=code)
        details: dict[str, object] = {}
        with suppress(Unavailable):
            details = await self._hold(booking)
        if code == SHOP_FAULT:
            return ShopCannotCharge(OTHER_REASONS[SHOP_FAULT], details=details)
        if code == GATEWAY_BUSY:
            return GatewayBusy(OTHER_REASONS[GATEWAY_BUSY], retry_after_s=5, details=details)
        return PaymentDeclined(
            booking.problem or "Payment declined", details={"declineCode": code, **details}
        )

    async def _hold(self, booking: Booking) -> dict[str, object]:
        """How long the seats are still the buyer's, who has to find another card meanwhile."""
        seats = await self._parts.database.query(lambda s: claims.sold(s, [booking.id]))
        wanted = {seat.seat_id for seat in seats[booking.id]}
        held = await self._parts.seats.reservations(booking.event_id, booking.user_id)
        for hold in held:
            if wanted <= set(hold.seat_ids):
                left_ms = max(0, hold.deadline_ms - hold.now_ms)
                return {
                    "reservationId": hold.reservation_id,
                    "expiresAt": iso(hold.deadline_ms),
                    "expiresInSeconds": left_ms // 1000,
                }
        return {}


def _look_at(task: asyncio.Task[Any]) -> None:
    """A task that outlived its answer: failures it expects are the completer's now."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, HousefulError):
        loop = asyncio.get_running_loop()
        loop.call_exception_handler({"message": "checkout failed", "exception": error})
