"""Compares the three books (SQL, Redis, the gateway) and puts differences right; SQL wins.

Everything here has a faster path elsewhere. This one finds what that path missed: a notification
lost for good, a database restored from a backup, a refund made by hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from houseful.checkout.charges import is_ours
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.domain.booking import State
from houseful.domain.errors import Unavailable
from houseful.ledger import bookings, counters, idempotency, outbox, payments, workers
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import AlreadyRefunded, GatewayRejected, Outcome, PaymentState
from houseful.sql.database import Session
from houseful.telemetry.metrics import OLDEST_PROMISE_SECONDS, OPEN_PROMISES, UNFINISHED_CHECKOUTS

FIRST_LOOK_MS = 24 * 3600 * 1000
"""How far back the first look at the gateway goes."""

OVERLAP_MS = 3600 * 1000
"""Later looks begin this long before the last one."""

YOUNG_MS = 30_000
"""Payments younger than this are left to their checkout."""

SEATS_EVERY_MS = 60_000
MONEY_EVERY_MS = 600_000

KEEP_DONE_MS = 7 * 24 * 3600 * 1000


class Reconciler:
    """`apply_payment` brings one payment's booking in line with the gateway."""

    def __init__(
        self,
        parts: CheckoutContext,
        apply_payment: Callable[[str], Awaitable[None]],
        compare_seats: Callable[[], Awaitable[int]],
    ) -> None:
        self._parts = parts
        self._apply_payment = apply_payment
        self._compare_seats = compare_seats

    async def money(self, before_ms: int = 0) -> int:
        """Every payment at the gateway has its booking, or goes back. Returns repairs made.

        `before_ms` is when that was last made sure of, 0 for never.
        """
        now = self._parts.now_ms()
        since = before_ms - OVERLAP_MS if before_ms else now - FIRST_LOOK_MS
        states = await self._parts.gateway.list_since(since)
        repairs = 0
        ours = [
            state
            for state in states
            if is_ours(state)
            and state.outcome is Outcome.SUCCEEDED
            and (state.created_ms or 0) <= now - YOUNG_MS
        ]
        for start in range(0, len(ours), 500):
            repairs += await self._compare(ours[start : start + 500])
        if repairs:
            log.warning("payments_repaired", repairs=repairs)
        return repairs

    async def _compare(self, states: list[PaymentState]) -> int:
        known = await self._parts.database.query(
            lambda session: bookings.by_payments(session, [s.payment_id for s in states])
        )
        repairs = 0
        for state in states:
            booking = known.get(state.payment_id)
            if booking is None and state.refunded_minor < state.amount_minor:
                await self.owe(state, "payment without a booking")
                repairs += 1
            elif booking is not None and not agrees(state, booking):
                await self._apply_payment(state.payment_id)
                repairs += 1
        return repairs

    async def owe(self, state: PaymentState, reason: str) -> None:
        """Promise the money of a payment that belongs to no booking back."""
        log.error("orphan_payment", payment_id=state.payment_id, error=reason)

        async def work(session: Session) -> None:
            await payments.owe(
                session,
                state.payment_id,
                booking_id=None,
                amount_minor=state.amount_minor - state.refunded_minor,
                reason=reason,
                who="system",
                now_ms=self._parts.now_ms(),
            )

        await self._parts.database.transact(work)

    async def refund_orphans(self) -> int:
        """Give back what is owed for payments of no booking."""
        now = self._parts.now_ms()
        owed = await self._parts.database.query(lambda s: payments.owed(s, now, 50))
        for refund in owed:
            await self._refund(refund.payment_id, refund.id, refund.tries)
        return len(owed)

    async def _refund(self, payment_id: str, number: int, tries: int) -> None:
        parts, word, refund_id = self._parts, "DONE", None
        try:
            state = await parts.gateway.refund(
                payment_id,
                amount_minor=None,
                idempotency_key=f"orphan:{number}:refund",
                metadata={"houseful": f"refund {number}"},
            )
            refund_id = state.refund_id
        except AlreadyRefunded:
            pass
        except GatewayRejected as error:
            log.error("refund_failed", payment_id=payment_id, error=error.told)
            word = "FAILED"
        except Unavailable:
            again = parts.now_ms() + min(60_000, 500 << min(tries, 10))
            await parts.database.transact(
                lambda session: payments.postpone_refund(session, payment_id, again)
            )
            return
        await parts.database.transact(
            lambda session: payments.settle_refund(
                session, payment_id, state=word, refund_id=refund_id, now_ms=parts.now_ms()
            )
        )

    async def take_turns(self) -> None:
        """What one of all processes does every so often, and the gauges of this one."""
        await self._measure()
        if await self._turn("seats", SEATS_EVERY_MS) is not None:
            await self._compare_seats()
        before = await self._turn("money", MONEY_EVERY_MS)
        if before is not None:
            await self.money(before)
            await self.tidy()

    async def _measure(self) -> None:
        async def work(session: Session) -> tuple[dict[str, int], tuple[int, int]]:
            unfinished = await bookings.count_unfinished(session)
            return unfinished, await outbox.backlog(session, self._parts.now_ms())

        unfinished, (promises, oldest_ms) = await self._parts.database.query(work)
        for state, count in unfinished.items():
            UNFINISHED_CHECKOUTS.labels(state).set(count)
        OPEN_PROMISES.set(promises)
        OLDEST_PROMISE_SECONDS.set(oldest_ms / 1000)

    async def _turn(self, name: str, every_ms: int) -> int | None:
        now = self._parts.now_ms()
        return await self._parts.database.transact(
            lambda session: counters.take_turn(session, f"turn {name}", now, every_ms)
        )

    async def tidy(self) -> None:
        """Forget what is no longer needed."""
        now = self._parts.now_ms()

        async def work(session: Session) -> None:
            await idempotency.purge(session, now)
            await outbox.purge(session, now - KEEP_DONE_MS)
            await workers.forget_old(session, now)

        await self._parts.database.transact(work)


def agrees(state: PaymentState, booking: Booking) -> bool:
    """Whether a finished booking already says what the gateway says of one of its payments."""
    if state.outcome is not Outcome.SUCCEEDED:
        return True
    is_paid = booking.state in {
        State.CONFIRMED,
        State.REFUND_DUE,
        State.REFUNDED,
        State.REFUND_FAILED,
    }
    if state.payment_id != booking.payment_id or not is_paid:
        return state.refunded_minor >= state.amount_minor
    if booking.state is State.REFUNDED:
        return booking.refunded_minor == state.refunded_minor
    return booking.refunded_minor >= state.refunded_minor
