"""Compares the three books (SQL, Redis, the gateway) and puts differences right; SQL wins.

Everything here has a faster path elsewhere. This one finds what that path missed: a notification
lost for good, a database restored from a backup, a refund made by hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from houseful.checkout import charges
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.domain.booking import State
from houseful.domain.errors import told_of
from houseful.ledger import bookings, counters, outbox, payment_problems, payments
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import Outcome, PaymentState, Standing
from houseful.sql.database import Session
from houseful.telemetry.metrics import (
    FOREIGN_PAYMENTS,
    OLDEST_PROMISE_SECONDS,
    OPEN_PROMISES,
    UNFINISHED_CHECKOUTS,
)

FIRST_LOOK_MS = 24 * 3600 * 1000
"""How far back the first look at the gateway goes."""

OVERLAP_MS = 3600 * 1000
"""Later looks begin this long before the last one."""

MONEY_SEEN = "money seen until"
"""Counter: until when every payment at the gateway was looked at, in ms."""

MOST_SHOWN = 20
FIRST_PAUSE_MS = 1_000
LONGEST_PAUSE_MS = 3600 * 1000
"""Between two tries of a payment that cannot be applied."""

YOUNG_MS = 30_000
"""Payments younger than this are left to their checkout."""

SEATS_EVERY_MS = 60_000
MONEY_EVERY_MS = 600_000


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

    async def money(self) -> int:
        """Every payment at the gateway has its booking, or goes back. Returns repairs made.

        How far it looked is written down after it was seen, and each payment is put right by itself:
        one that cannot be is kept, tried again and shown to staff. Raises Unavailable.
        """
        parts, now = self._parts, self._parts.now_ms()
        seen_ms = await parts.database.query(lambda s: counters.value(s, MONEY_SEEN))
        since = seen_ms - OVERLAP_MS if seen_ms else now - FIRST_LOOK_MS
        house_id = await parts.house_id()
        states = [
            state
            for state in await parts.gateway.list_since(since)
            if charges.REFERENCE in state.metadata
            and state.outcome is Outcome.SUCCEEDED
            and (state.created_ms or 0) <= now - YOUNG_MS
        ]
        await self._count_foreign([one for one in states if charges.is_foreign(one, house_id)])
        repairs = 0
        for start in range(0, len(states), 500):
            repairs += await self._compare(states[start : start + 500], house_id)
        for dispute in await parts.gateway.disputes_since(since):
            await self._try(dispute.payment_id)
        for booking in await self._open_disputes():
            await self._try(str(booking.payment_id))
        await parts.database.transact(lambda s: counters.put(s, MONEY_SEEN, now))
        if repairs:
            log.warning("payments_repaired", repairs=repairs)
        return repairs

    async def _open_disputes(self) -> list[Booking]:
        found: list[Booking] = []
        for standing in (Standing.INQUIRY, Standing.OPEN):
            found += await self._parts.database.query(
                lambda s, standing=standing: bookings.disputed(s, str(standing), 100)  # type: ignore[misc]
            )
        return found

    async def _count_foreign(self, found: list[PaymentState]) -> None:
        """Other houses on our account: their money is theirs. Staff hear of it, nothing moves."""
        FOREIGN_PAYMENTS.set(len(found))
        for state in found[:MOST_SHOWN]:
            await self._keep(
                state.payment_id,
                payment_problems.FOREIGN,
                f"made by another house: {state.metadata.get(charges.REFERENCE)}",
                state=state,
            )
        if found:
            log.warning("payments_of_another_house", count=len(found))

    async def _compare(self, states: list[PaymentState], house_id: str) -> int:
        known = await self._parts.database.query(
            lambda session: bookings.by_payments(session, [s.payment_id for s in states])
        )
        fees = {
            state.payment_id: (state.fee_minor, state.fee_currency)
            for state in states
            if state.payment_id in known and state.fee_minor is not None
        }
        if fees:
            await self._parts.database.transact(lambda s: payments.charged(s, fees))
        repairs = 0
        for state in states:
            booking = known.get(state.payment_id)
            is_orphan = booking is None and charges.is_ours(state, house_id) and charges.owes(state)
            is_wrong = booking is not None and not agrees(state, booking)
            if is_orphan or is_wrong:
                repairs += await self._try(state.payment_id)
        return repairs

    async def _try(self, payment_id: str, tries: int = 0) -> int:
        """Put one payment right; 1 when that was done. One that cannot be holds up no other."""
        try:
            await self._apply_payment(payment_id)
        except Exception as error:  # noqa: BLE001 - see above; what failed is kept and shown
            reason = told_of(error)
            log.error("payment_cannot_be_applied", payment_id=payment_id, error=reason)
            pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(tries, 12))
            await self._keep(payment_id, payment_problems.UNAPPLIED, reason, again_in_ms=pause)
            return 0
        return 1

    async def retry_problems(self) -> int:
        """Payments that could not be applied, tried again when they are due."""
        now = self._parts.now_ms()
        due = await self._parts.database.query(lambda s: payment_problems.due(s, now, 50))
        solved = [payment_id for payment_id, tries in due if await self._try(payment_id, tries)]
        if solved:
            await self._parts.database.transact(lambda s: payment_problems.solved(s, solved))
        return len(solved)

    async def _keep(
        self,
        payment_id: str,
        kind: str,
        detail: str,
        *,
        state: PaymentState | None = None,
        again_in_ms: int | None = None,
    ) -> None:
        now = self._parts.now_ms()
        await self._parts.database.transact(
            lambda session: payment_problems.keep(
                session,
                payment_id,
                kind=kind,
                detail=detail,
                amount_minor=state.amount_minor if state else 0,
                currency=state.currency if state else "",
                now_ms=now,
                next_run_at_ms=None if again_in_ms is None else now + again_in_ms,
            )
        )

    async def take_turns(self) -> None:
        """What one of all processes does every so often, and the gauges of this one."""
        await self._measure()
        if await self._turn("seats", SEATS_EVERY_MS) is not None:
            await self._compare_seats()
        if await self._turn("money", MONEY_EVERY_MS) is not None:
            await self._forget_foreign()
            await self.money()

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

    async def _forget_foreign(self) -> None:
        before_ms = self._parts.now_ms() - FIRST_LOOK_MS
        await self._parts.database.transact(
            lambda session: payment_problems.forget_foreign(session, before_ms)
        )


def agrees(state: PaymentState, booking: Booking) -> bool:
    """Whether a finished booking already says what the gateway says of one of its payments."""
    if state.outcome is not Outcome.SUCCEEDED:
        return True
    if state.is_disputed and not booking.dispute:
        return False
    is_paid = booking.state in {
        State.CONFIRMED,
        State.REFUND_DUE,
        State.REFUNDED,
        State.REFUND_FAILED,
    }
    if state.payment_id != booking.payment_id or not is_paid:
        return state.refunded_minor >= state.amount_minor
    return booking.refunded_minor == state.refunded_minor and not charges.is_spent(state, booking)
