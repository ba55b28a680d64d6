"""A buyer turned to the bank: the tickets wait, and are void or good again as the bank decides.

The claim on the seats stays whatever the bank says, because a lost dispute can still be won on
appeal; staff free the seats by ending the booking.
"""

from __future__ import annotations

from houseful.checkout.booking_transitions import written
from houseful.checkout.checkout_context import CheckoutContext, log
from houseful.domain.booking import State
from houseful.domain.errors import Conflict
from houseful.ledger import audit, check_ins
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import Dispute, Standing
from houseful.sql.database import Session

HOLDS_MONEY = frozenset({Standing.OPEN, Standing.LOST})
"""The bank has taken the money back, for now or for good: the gateway refunds nothing."""

TICKETS = {
    Standing.OPEN: ((check_ins.VALID,), check_ins.DISPUTED),
    Standing.LOST: ((check_ins.VALID, check_ins.DISPUTED), check_ins.VOID),
    Standing.WON: ((check_ins.DISPUTED, check_ins.VOID), check_ins.VALID),
}
"""Standing → (ticket states that change, what they become). A ticket that was used stays used."""


async def follow(parts: CheckoutContext, held: Booking, dispute: Dispute | None) -> Booking:
    """The booking and its tickets as the dispute now stands. Repeating it changes nothing."""
    if dispute is None or str(dispute.standing) == held.dispute:
        return held
    now = parts.now_ms()

    async def work(session: Session) -> Booking:
        after = await written(session, held, dispute=str(dispute.standing))
        if held.state is State.CONFIRMED and dispute.standing in TICKETS:
            before, then = TICKETS[dispute.standing]
            await check_ins.turn_all(session, held.id, before, then)
        await audit.write(
            session,
            who="gateway",
            act="dispute",
            at_ms=now,
            event_id=held.event_id,
            booking_id=held.id,
            details={"standing": str(dispute.standing), "before": held.dispute},
        )
        return after

    after = await parts.database.transact(work)
    tell = log.info if dispute.standing is Standing.WON else log.warning
    tell("payment_disputed", reference=held.reference, standing=str(dispute.standing))
    parts.record(
        "payment_disputed",
        {"event_id": held.event_id, "booking": held.reference, "standing": str(dispute.standing)},
    )
    return after


def refuse_while_open(booking: Booking) -> None:
    """Raises Conflict: the bank has the money and decides whose it is."""
    if booking.dispute == Standing.OPEN:
        raise Conflict(
            "the payment of this booking is disputed at the bank, which decides first",
            code="payment_disputed",
        )
