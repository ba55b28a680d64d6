"""What the gateway is told with each call: idempotency keys, and metadata that lead back to us."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from houseful.domain.booking import State
from houseful.domain.errors import InvalidRequest
from houseful.ledger.bookings import Booking
from houseful.payments.gateway import Outcome, PaymentState

STALE_TRIES = 3

VALUE_LENGTH = 500
"""Stripe's limit for one value (docs.stripe.com/api/metadata)."""

HOUSE, NONCE, REFERENCE = "house", "nonce", "houseful"
"""Metadata: the house that took the money, the attempt it was taken for, the booking's reference."""


def new_nonce() -> str:
    """What no other attempt has, here or in a database that was restored."""
    return secrets.token_hex(16)


def metadata(house_id: str, booking: Booking, seat_ids: Sequence[int] = ()) -> dict[str, str]:
    """What the gateway keeps with a payment, so that money finds its booking again.

    The seats are for people who look at the gateway's own pages; where there are too many for one
    value the list ends early.
    """
    facts = {
        HOUSE: house_id,
        NONCE: booking.nonce,
        REFERENCE: booking.reference,
        "booking": str(booking.id),
        "event": str(booking.event_id),
    }
    seats = ",".join(map(str, seat_ids))
    if len(seats) > VALUE_LENGTH:
        seats = seats[:VALUE_LENGTH].rpartition(",")[0]
    return {**facts, "seats": seats} if seats else facts


def call_key(booking: Booking, what: str) -> str:
    """The same for every repetition, so that it is done once; new with each attempt, because numbers
    of bookings come again after a restore while the gateway still knows the keys.

    Stripe keeps a 500 under its key for a day: after a few tries another key is used. That is safe
    here, because only the payment whose id is in SQL is ever confirmed, and that one only once.
    """
    late = f":{booking.tries}" if booking.tries >= STALE_TRIES else ""
    return f"{booking.nonce}:{what}{late}"


def is_spent(state: PaymentState, booking: Booking) -> bool:
    """Whether all that a standing sale was paid with went back."""
    return booking.state is State.CONFIRMED and 0 < booking.total_minor <= state.refunded_minor


def is_ours(state: PaymentState, house_id: str) -> bool:
    """Whether this house took the payment; an account may serve other houses and other shops."""
    return state.metadata.get(HOUSE) == house_id


def is_foreign(state: PaymentState, house_id: str) -> bool:
    """Whether another house took it: a second shop, or a copy of this one."""
    return REFERENCE in state.metadata and not is_ours(state, house_id)


def is_attempt(state: PaymentState, booking: Booking) -> bool:
    """Whether the payment was made for the booking's present attempt."""
    return state.metadata.get(NONCE) == booking.nonce


def owes(state: PaymentState) -> bool:
    """Whether money of this payment is still with us."""
    return state.outcome is Outcome.SUCCEEDED and state.refunded_minor < state.amount_minor


def mismatch(state: PaymentState, booking: Booking, house_id: str) -> str:
    """What of a payment is not the booking's, in words; empty when all of it is.

    Payments made before there were house ids carry none; they are known by their row in SQL.
    """
    ours: Mapping[str, tuple[object, object]] = {
        "amount": (state.amount_minor, booking.total_minor),
        "currency": (state.currency, booking.currency),
        "house": (state.metadata.get(HOUSE, house_id), house_id),
        "nonce": (state.metadata.get(NONCE, booking.nonce), booking.nonce),
    }
    wrong = [f"{name} {found}, not {due}" for name, (found, due) in ours.items() if found != due]
    return "; ".join(wrong)


def refuse_without_token(token: str, name: str) -> None:
    """Raises InvalidRequest when there is something to pay and nothing to pay it with."""
    if not token:
        raise InvalidRequest(
            f"expected a paymentToken from {name}, got none", code="payment_token_missing"
        )
