"""The life of a booking as a table: which state may follow which.

A booking exists from its claim on the seats. While its claim is live nobody else can have a seat of
it; the claim dies only when no money can be taken any more, or when taken money is on its way back.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from houseful.domain.wording import shown


class State(StrEnum):
    """Where a booking stands."""

    CLAIMED = "CLAIMED"
    """Seats claimed and priced; no payment id is known yet."""
    CONFIRMING = "CONFIRMING"
    """The payment id is written down; the gateway may be taking the money now."""
    REQUIRES_ACTION = "REQUIRES_ACTION"
    """The buyer has to authenticate before the deadline."""
    CANCELLING = "CANCELLING"
    """The deadline passed; the seats stay claimed until the gateway says it will not charge."""
    CONFIRMED = "CONFIRMED"
    """Paid, or nothing to pay: sold. Single tickets of it may have been given back."""
    DECLINED = "DECLINED"
    """The card was refused; the seats went back to the buyer's hold. A new attempt may follow."""
    CANCELLED = "CANCELLED"
    """Ended without money."""
    REFUND_DUE = "REFUND_DUE"
    """Ended, and the money is to be given back."""
    REFUNDED = "REFUNDED"
    """Ended, and the money was given back."""
    REFUND_FAILED = "REFUND_FAILED"
    """The gateway will not give the money back: a person must."""


S = State

FOLLOWS: Final[dict[State, frozenset[State]]] = {
    S.CLAIMED: frozenset({S.CONFIRMING, S.CONFIRMED, S.CANCELLING, S.CANCELLED, S.DECLINED}),
    S.CONFIRMING: frozenset(
        {S.CONFIRMED, S.DECLINED, S.REQUIRES_ACTION, S.CANCELLING, S.CANCELLED, S.REFUNDED}
    ),
    S.REQUIRES_ACTION: frozenset(
        {S.CONFIRMING, S.CONFIRMED, S.DECLINED, S.CANCELLING, S.CANCELLED, S.REFUNDED}
    ),
    S.CANCELLING: frozenset({S.CANCELLED, S.CONFIRMED, S.REFUNDED}),
    S.CONFIRMED: frozenset({S.REFUND_DUE, S.REFUNDED, S.CANCELLED}),
    S.DECLINED: frozenset({S.CLAIMED, S.CONFIRMED, S.REFUND_DUE}),
    S.CANCELLED: frozenset({S.CONFIRMED, S.REFUND_DUE}),
    S.REFUND_DUE: frozenset({S.REFUNDED, S.REFUND_FAILED}),
    S.REFUND_FAILED: frozenset({S.REFUNDED, S.REFUND_DUE}),
    S.REFUNDED: frozenset({S.REFUND_FAILED}),
}
"""State → the states that may come next. CANCELLED → CONFIRMED is money that came late while the
same seats were still free; CONFIRMED → CANCELLED is the end of a booking that cost nothing;
REFUNDED → REFUND_FAILED is a bank that sent the money back to us days later."""

UNFINISHED: Final = frozenset({S.CLAIMED, S.CONFIRMING, S.REQUIRES_ACTION, S.CANCELLING})
"""The claim is live and the outcome is open; somebody must go on."""

PAID: Final = frozenset({S.CONFIRMED})
"""Sold: BOOKED in Redis. Every other state with a live claim is PAYING."""

LIVE: Final = UNFINISHED | PAID
"""States whose claim on the seats is live."""


def check(before: State, after: State) -> State:
    """`after`, when it may follow `before`; anything else is a bug and raises ValueError."""
    if after not in FOLLOWS[before]:
        raise ValueError(
            f"expected one of {shown(sorted(FOLLOWS[before]))} after {before}, got {after}"
        )
    return after
