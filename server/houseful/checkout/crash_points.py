"""Where a process may die: every boundary between two steps of a checkout has a name.

Tests kill the server with SIGKILL at each of them. In production `reached` does nothing.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from typing import Final

from houseful.domain.wording import shown

CRASH_POINTS: Final = (
    "after_T0",  # the key is taken
    "after_R1",  # the seats are PAYING
    "after_T1",  # claimed and priced
    "after_S1",  # the payment exists, unconfirmed, and SQL does not know it
    "after_T2",  # the payment's id is in SQL
    "after_S2",  # the gateway has answered the confirmation
    "after_T3",  # CONFIRMED is committed
    "after_R2",  # the seats are BOOKED
    "after_outbox",  # a promise was kept and is not yet marked done
    "after_declined",  # DECLINED is committed
    "after_kept",  # the seats are back in the buyer's hold
    "after_action",  # REQUIRES_ACTION is committed
    "after_cancelling",  # CANCELLING is committed
    "after_cancel_call",  # the gateway has answered the cancellation
    "after_cancelled",  # CANCELLED is committed
    "after_freed",  # the seats are free
    "after_refund_due",  # the sale is undone in SQL, the refund promised
    "after_tickets_returned",  # tickets are void in SQL, their refund promised; the rest stands
    "after_unbooked",  # the seats are AVAILABLE
    "after_refund_call",  # the gateway has answered the refund
    "after_refunded",  # REFUNDED is committed
    "after_called_off",  # one booking of an event that was called off has ended
    "after_receipt_number",  # a receipt has its number, in a transaction that is not committed
    "after_receipt",  # receipts and credit notes of a booking are committed
    "after_webhook",  # a webhook had its effect and is not yet written down
)

Reached = Callable[[str], None]


def nowhere(_: str) -> None:
    """Never crash."""


def crash_at(environment: Mapping[str, str]) -> Reached:
    """`HOUSEFUL_TEST_CRASH_AT=<name>[:<times>]` kills this process there, the first or n-th time."""
    wanted, _, times = environment.get("HOUSEFUL_TEST_CRASH_AT", "").partition(":")
    if not wanted:
        return nowhere
    if wanted not in CRASH_POINTS:
        raise ValueError(f"expected one of {', '.join(CRASH_POINTS)}, got {shown(wanted)}")
    left = int(times or 1)

    def reached(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reached
