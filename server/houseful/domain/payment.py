"""The words for where a payment stands, shared by the gateways and by SQL."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

SHOP_FAULT: Final = "shop_cannot_charge"
GATEWAY_BUSY: Final = "gateway_busy"
"""Why an attempt came to nothing although no card said no; the booking's `problem` says the rest, to
staff."""


class Outcome(StrEnum):
    """Where a payment stands."""

    REQUIRES_CONFIRMATION = "requires_confirmation"
    """Made, never confirmed: no money has moved and none will until `confirm`."""
    REQUIRES_ACTION = "requires_action"
    """The buyer must pass 3-D Secure with the `client_secret`."""
    PROCESSING = "processing"
    """The gateway is still at it; ask again."""
    SUCCEEDED = "succeeded"
    """The money moved. Final, but for refunds."""
    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    """Declined, or 3-D Secure failed; nothing was charged. `decline_code` says why."""
    CANCELED = "canceled"
    """Will never charge. Final."""

    @property
    def is_final(self) -> bool:
        """Whether the gateway will never change its mind on its own."""
        return self in (Outcome.SUCCEEDED, Outcome.CANCELED)
