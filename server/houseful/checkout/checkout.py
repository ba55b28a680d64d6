"""Buying: the face of the checkout towards the edge.

`book` answers POST /bookings; `quote`, `get_booking`, `list_bookings` and `cancel` the paths around
it; `apply_webhook` and `apply_payment` take in what the gateway tells; the `run_…` coroutines are
the background work, one of each per process, for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from houseful.checkout import answers, pricing
from houseful.checkout.after_sales.cancellations import Cancellations
from houseful.checkout.after_sales.endings import Endings, Wish
from houseful.checkout.answers import Answer
from houseful.checkout.booking_request import BookingRequest
from houseful.checkout.booking_transitions import CANCEL_PAYMENT
from houseful.checkout.checkout_context import CheckoutContext
from houseful.checkout.completer import Completer
from houseful.checkout.incoming_payments import IncomingPayments
from houseful.checkout.outbox import (
    MAILS,
    OTHERS,
    Handler,
    Relay,
    cancelling,
    repeat,
    together,
)
from houseful.checkout.pricing import NO_CHOICE
from houseful.checkout.purchase import Purchases
from houseful.checkout.reconciler import Reconciler
from houseful.checkout.saga import Saga
from houseful.checkout.seat_claim import SeatClaims
from houseful.checkout.seat_comparison import SeatComparison
from houseful.domain.errors import NotFound
from houseful.domain.prices.money import from_wire
from houseful.ledger import bookings, claims, deliveries, payment_problems, receipts, refunds
from houseful.ledger.bookings import Booking
from houseful.ledger.deliveries import Delivery
from houseful.ledger.payment_problems import PaymentProblem
from houseful.payments.webhooks import WebhookEvent
from houseful.sales.price_views import quote_view
from houseful.sql.database import Session
from houseful.telemetry.rows import readable
from houseful.wire.buyer import BookingBody, DeliveryBody, QuoteBody, RefundQuoteBody

STAFF: Final = frozenset({"venue", "admin"})

POLL_S: Final = 1.0
TURNS_EVERY_S: Final = 5.0


class Checkout:
    """Everything about buying. `handlers` keep other promises, such as `email`."""

    def __init__(
        self, parts: CheckoutContext, handlers: Mapping[str, Handler] | None = None
    ) -> None:
        self._parts = parts
        self._saga = Saga(parts)
        self._refunds = self._saga.refunds
        claiming = SeatClaims(parts)
        self._completer = Completer(parts, self._saga, claiming)
        self._endings = Endings(parts, self._saga, self._completer)
        self._cancellations = Cancellations(parts, self._endings)
        self._purchases = Purchases(parts, self._saga, claiming, self._completer)
        self._incoming = IncomingPayments(parts, self._saga, self._completer)
        self._comparison = SeatComparison(parts.database, parts.seats)
        self._reconciler = Reconciler(parts, self._incoming.apply, self._comparison.every_event)
        kinds = {CANCEL_PAYMENT: cancelling(parts, self.apply_payment), **(handlers or {})}
        self._relay = Relay(parts, kinds)
        self._wake_seats = asyncio.Event()
        self._wake_relay = asyncio.Event()
        self._wake_mails = asyncio.Event()

    async def book(self, user: str, key: str | None, body: BookingRequest) -> Answer:
        """Buy held seats. 201 confirmed, 200 replay, 202 when the buyer must act or we must wait.

        Raises PaymentDeclined (402; seats and key stay usable), Conflict (409; `failedSeats` in the
        details), InProgress (409), KeyReused (422), InvalidRequest (400), NotFound, Unavailable.
        """
        try:
            return await self._purchases.book(user, key, body)
        finally:
            self._wake_outbox()

    async def quote(
        self,
        user: str,
        event_id: int,
        seat_ids: Sequence[int],
        code: str | None,
        address: str = "",
        tickets: Mapping[int, int] = NO_CHOICE,
    ) -> QuoteBody:
        """The price before buying, under the price list of the hold that any of the seats is in.

        `tickets`: seat id → ticket type, where it is not the default. Raises NotFound, InvalidRequest
        for the discount code and for ticket types, RateLimited for guessing, Unavailable.
        """
        parts = self._parts
        held = await parts.opened(event_id, lambda: parts.seats.reservations(event_id, user))
        mine = [hold for hold in held if not set(seat_ids).isdisjoint(hold.seat_ids)]
        units = await parts.sold_with(event_id, seat_ids)
        async with parts.attempts.guessed(user, address, code):
            quote, _ = await parts.database.query(
                lambda session: pricing.price(
                    session,
                    user_id=user,
                    event_id=event_id,
                    seat_ids=seat_ids,
                    code=code,
                    now_ms=parts.now_ms(),
                    count_use=False,
                    price_list=min((hold.price_list for hold in mine), default=0),
                    tickets=tickets,
                    units=units,
                    closed={seat_id for hold in mine for seat_id in hold.closed},
                )
            )
        return quote_view(quote)

    async def get_booking(self, user: str, role: str, reference: str) -> BookingBody:
        """One booking of the user's own; staff see every one. Raises NotFound."""
        return await self._view(await self._find(user, role, reference))

    async def list_bookings(self, user: str, page: int, size: int) -> tuple[list[BookingBody], int]:
        """A page (from 1) of the user's bookings, newest first, and how many there are."""

        async def work(session: Session) -> tuple[list[BookingBody], int]:
            found, total = await bookings.of_user(
                session, user, limit=size, offset=(page - 1) * size
            )
            seats = await claims.sold(session, [booking.id for booking in found])
            facts = {
                event_id: await claims.facts(session, event_id)
                for event_id in {booking.event_id for booking in found}
            }
            ids = [booking.id for booking in found]
            sent = await deliveries.latest(session, ids)
            back = await refunds.of_bookings(session, ids)
            of = await refunds.seats_of(session, ids)
            papers = await receipts.of_bookings(session, ids)
            views = readable(
                "booking",
                found,
                lambda one: answers.with_delivery(
                    answers.booking_view(one, seats[one.id], facts[one.event_id]),
                    self._delivery(one, sent.get(one.id)),
                    answers.refunds_view(one, back[one.id], of),
                    answers.receipts_view(one, papers[one.id]),
                ),
            )
            return views, total

        return await self._parts.database.query(work)

    async def cancel(
        self,
        user: str,
        role: str,
        reference: str,
        reason: str,
        ticket_ids: Sequence[int] | None = None,
    ) -> BookingBody:
        """End a booking, or give tickets of it back: admins any, owners theirs while the event's
        terms allow it.

        The seats are for sale again and the money goes back. Repeating it changes nothing, but for
        a refund that failed: an admin's repetition has it tried again. Raises NotFound, Forbidden,
        Conflict (`cancellation_closed`, `not_cancellable`, `whole_booking_only`), InProgress.
        """
        booking = await self._find(user, role, reference)
        if role == "admin":
            wish = Wish(user, reason, "cancel_booking", ticket_ids)
        else:
            await self._endings.may_cancel(user, booking, ticket_ids)
            wish = Wish(user, reason, None, ticket_ids)
        return await self._ended(booking, wish)

    async def refund(
        self,
        who: str,
        reference: str,
        reason: str,
        ticket_ids: Sequence[int] | None = None,
        *,
        without_fee: bool = False,
        expected: str | None = None,
    ) -> BookingBody:
        """End anybody's booking or give tickets of it back at any time, for staff; else as `cancel`.

        `expected`: what it was shown to come to, a decimal string."""
        booking = await self._find(who, "admin", reference)
        expected_minor = None if expected is None else from_wire(expected, booking.currency)
        wish = Wish(who, reason, "refund_booking", ticket_ids, without_fee, expected_minor)
        return await self._ended(booking, wish)

    async def reckon_refund(
        self,
        user: str,
        role: str,
        reference: str,
        ticket_ids: Sequence[int] | None,
        *,
        without_fee: bool = False,
    ) -> RefundQuoteBody:
        """What `refund` or `cancel` would give back now. Raises NotFound, Conflict."""
        booking = await self._find(user, role, reference)
        wish = Wish(user, "", None, ticket_ids, without_fee)
        return answers.refund_quote_view(booking, await self._endings.reckon(booking, wish))

    async def retry_refund(
        self, who: str, reference: str, refund_id: int, reason: str
    ) -> BookingBody:
        """Try a refund that failed once more. Raises NotFound, Conflict, InProgress."""
        booking = await self._find(who, "admin", reference)
        wish = Wish(who, reason, "retry_refund")
        ended = await self._endings.retry(booking.id, refund_id, wish)
        self._wake_outbox()
        return await self._view(ended)

    async def _ended(self, booking: Booking, wish: Wish) -> BookingBody:
        ended = await self._endings.end(booking.id, wish)
        self._wake_outbox()
        return await self._view(ended)

    async def apply_webhook(self, event: WebhookEvent) -> None:
        """See `IncomingPayments.apply_webhook`."""
        await self._incoming.apply_webhook(event)
        self._wake_outbox()

    async def apply_payment(self, payment_id: str) -> None:
        """See `IncomingPayments.apply`."""
        await self._incoming.apply(payment_id)

    async def refund_payment(self, who: str, payment_id: str, reason: str) -> None:
        """See `IncomingPayments.refund`."""
        await self._incoming.refund(who, payment_id, reason)

    async def payment_problems(self) -> list[PaymentProblem]:
        """Payments that need a person, the oldest first."""
        return await self._parts.database.query(payment_problems.listed)

    async def payments_given_back(self) -> list[PaymentProblem]:
        """Payments that no booking has, on their way back or there; the latest first."""
        return await self._parts.database.query(payment_problems.given_back)

    async def _find(self, user: str, role: str, reference: str) -> Booking:
        found = await self._parts.database.query(lambda s: bookings.by_reference(s, reference))
        if found is None or (found.user_id != user and role not in STAFF):
            raise NotFound(f"no booking {reference}", code="unknown_booking")
        return found

    async def _view(self, booking: Booking) -> BookingBody:
        async def work(session: Session) -> BookingBody:
            seats = await claims.sold(session, [booking.id])
            event = await claims.facts(session, booking.event_id)
            sent = (await deliveries.latest(session, [booking.id])).get(booking.id)
            view = answers.booking_view(booking, seats[booking.id], event)
            back = await refunds.of_booking(session, booking.id)
            of = await refunds.seats_of(session, [booking.id])
            return answers.with_delivery(
                view,
                self._delivery(booking, sent),
                answers.refunds_view(booking, back, of),
                answers.receipts_view(booking, await receipts.of_booking(session, booking.id)),
            )

        return await self._parts.database.query(work)

    def _delivery(self, booking: Booking, sent: Delivery | None) -> DeliveryBody | None:
        return answers.delivery_view(booking, sent, sends_mail=self._parts.sends_mail)

    def _wake_outbox(self) -> None:
        self._wake_relay.set()
        self._wake_mails.set()

    async def drain(self) -> None:
        """Wait for the purchases under way; call it before closing what they stand on."""
        await self._purchases.drain()
        await self._completer.drain()

    async def lapsed(self, event_id: int, booking_ids: Sequence[int]) -> list[int]:
        """What `sales.deadlines` asks of purchases past their time, see `Completer.lapsed`."""
        return await self._completer.lapsed(event_id, booking_ids)

    async def run_completer(self) -> None:
        """Go on with checkouts left lying."""
        never, work = asyncio.Event(), self._completer
        await together(
            repeat("beat", work.beat, POLL_S, never),
            repeat("completer", work.start_due, POLL_S, never),
        )

    def compare_soon(self, event_id: int) -> None:
        """Redis may have lost what it had of this event: do not wait for the reconciler's turn."""
        self._comparison.doubted.add(event_id)
        self._wake_seats.set()

    async def run_refunds(self) -> int:
        """Give back what is owed, and look whether it stayed given; how many refunds there were."""
        found = await self._refunds.run_due(self.apply_payment)
        if found:
            self._wake_outbox()  # credit notes, and seats that follow
        return found

    async def run_outbox(self) -> None:
        """Keep promises; a mail server that takes its time holds up mails alone."""
        run = self._relay.run_once
        await together(
            repeat("outbox", partial(run, OTHERS), POLL_S, self._wake_relay),
            repeat("mails", partial(run, MAILS), POLL_S, self._wake_mails),
        )

    async def run_reconciler(self) -> None:
        """Compare SQL with Redis and with the gateway."""
        never, work = asyncio.Event(), self._reconciler
        await together(
            repeat("doubted seats", self._comparison.doubted_events, POLL_S, self._wake_seats),
            repeat("refunds", self.run_refunds, POLL_S, never),
            repeat("called-off events", self._cancellations.run_once, POLL_S, never),
            repeat("payment problems", work.retry_problems, TURNS_EVERY_S, never),
            repeat("books", work.take_turns, TURNS_EVERY_S, never),
        )
