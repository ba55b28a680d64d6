"""What the gateway is told with each call: idempotency keys, and metadata that lead back to us."""

from __future__ import annotations

from collections.abc import Sequence

from houseful.domain.errors import InvalidRequest
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import PaymentState

STALE_TRIES = 3


VALUE_LENGTH = 500
"""Stripe's limit for one value (docs.stripe.com/api/metadata)."""


def metadata(booking: Booking, seat_ids: Sequence[int] = ()) -> dict[str, str]:
    """What the gateway keeps with a payment, so that money finds its booking again.

    The seats are for people who look at the gateway's own pages; where there are too many for one
    value the list ends early.
    """
    facts = {
        "houseful": booking.reference,
        "booking": str(booking.id),
        "event": str(booking.event_id),
    }
    seats = ",".join(map(str, seat_ids))
    if len(seats) > VALUE_LENGTH:
        seats = seats[:VALUE_LENGTH].rpartition(",")[0]
    return {**facts, "seats": seats} if seats else facts


def call_key(booking: Booking, what: str) -> str:
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
