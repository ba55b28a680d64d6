"""The port to the payment gateway: what Houseful asks, and how it answers.

Owns: the words `PaymentState` and `RefundState`, and the ways in which a call can fail.
Never: a gateway's own vocabulary; `stripe.py` and `demo.py` translate theirs into this one.

The rule the callers live by: **an unknown outcome is not a failure**. After `GatewayUnknown` the
money may have moved; ask (`fetch`) or `cancel`, never guess. A seat is freed only after the
gateway itself said `CANCELED` or `REQUIRES_PAYMENT_METHOD`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from houseful.domain.errors import InvalidRequest, Unavailable
from houseful.domain.payment import Outcome as Outcome


@dataclass(frozen=True, slots=True)
class PaymentState:
    """One payment as the gateway sees it now. Amounts in minor units, currency upper case."""

    payment_id: str
    outcome: Outcome
    amount_minor: int
    currency: str
    client_secret: str | None = None
    decline_code: str | None = None
    message: str | None = None
    refunded_minor: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_ms: int = 0
    is_disputed: bool = False
    """Whether its buyer ever turned to the bank; `dispute_of` says how that stands."""
    fee_minor: int | None = None
    """What the gateway took for it, in minor units of `fee_currency`, which is that of its payouts;
    None where it does not say, or not yet. `list_since` alone asks."""
    fee_currency: str = ""


class Standing(StrEnum):
    """How a dispute stands, for the tickets."""

    INQUIRY = "INQUIRY"
    """The bank asks; no money has moved."""
    OPEN = "OPEN"
    """The bank has taken the money and has not decided."""
    LOST = "LOST"
    WON = "WON"
    """Or ended without the money leaving."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """The latest dispute of a payment."""

    payment_id: str
    standing: Standing
    created_ms: int


@dataclass(frozen=True, slots=True)
class Account:
    """Whose money it is. `account` is empty where the key may not ask."""

    account: str
    is_live: bool


class RefundOutcome(StrEnum):
    """Where a refund stands."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RefundState:
    """One refund as the gateway sees it now."""

    refund_id: str
    payment_id: str
    outcome: RefundOutcome
    amount_minor: int
    currency: str
    metadata: Mapping[str, str] = field(default_factory=dict)


class GatewayUnknown(Unavailable):
    """No answer that settles it: timeout, reset, 5xx, rate limit. The money may have moved."""

    code = "gateway_unknown"


class GatewayFailed(GatewayUnknown):
    """The gateway failed in the middle and will say so again under this key: the request is over, and
    whether it had an effect is to be looked up."""


class GatewayNotSetUp(GatewayUnknown):
    """The gateway refuses our key. Ours to mend, not the buyer's; what is under way goes on after."""


class GatewayBusy(GatewayUnknown):
    """Our own rate limit held the call back: nothing was sent. Try again after `retry_after_s`."""

    code = "gateway_busy"


class GatewayRejected(InvalidRequest):
    """The gateway refused the request itself, which is ours to mend: an unknown payment or parameter,
    an amount it does not charge, one key with two bodies, a key without the right.

    `code` is the gateway's own code and `parameter` the one it names, where it does. Nothing was
    charged by this call, and no card was declined.
    """

    code = "gateway_rejected"

    def __init__(self, message: str, *, code: str | None = None, parameter: str = "") -> None:
        super().__init__(message, code=code)
        self.parameter = parameter


class TokenRejected(GatewayRejected):
    """The gateway does not know what the buyer wants to pay with, or it was used before."""

    code = "invalid_payment_token"


class AlreadyRefunded(GatewayRejected):
    """Nothing of this payment is left to refund; `fetch` tells how much was given back."""

    code = "charge_already_refunded"


class Gateway(Protocol):
    """A payment gateway. Every method may raise `GatewayUnknown` or `GatewayRejected`.

    Idempotency keys are ≤ 255 characters. The same key with the same arguments does the work once;
    with other arguments it is refused with `GatewayRejected` (code `idempotency_error`).
    """

    @property
    def name(self) -> str:
        """`"stripe"` or `"demo"`."""

    async def create(
        self,
        *,
        amount_minor: int,
        currency: str,
        payment_token: str,
        metadata: Mapping[str, str],
        idempotency_key: str,
    ) -> PaymentState:
        """Make a payment and leave it `REQUIRES_CONFIRMATION`: harmless if forgotten."""

    async def confirm(
        self, payment_id: str, *, payment_token: str, idempotency_key: str
    ) -> PaymentState:
        """Charge it. Returns `SUCCEEDED`, `REQUIRES_ACTION` or `PROCESSING`, as of now.

        Raises `PaymentDeclined` (details: `declineCode`) when the card says no. A payment that is
        already past confirming (succeeded, canceled) is left alone and its state returned.
        """

    async def fetch(self, payment_id: str) -> PaymentState:
        """Where the payment stands now."""

    async def cancel(self, payment_id: str, *, idempotency_key: str) -> PaymentState:
        """Make sure it never charges. One that succeeded first is returned as it is, not raised."""

    async def refund(
        self,
        payment_id: str,
        *,
        amount_minor: int | None,
        idempotency_key: str,
        metadata: Mapping[str, str],
    ) -> RefundState:
        """Give back `amount_minor`, or all that is left for None.

        Raises `AlreadyRefunded` when nothing is left, `GatewayRejected` when that much is not.
        """

    async def refunds_of(self, payment_id: str) -> list[RefundState]:
        """Every refund of a payment, oldest first."""

    async def account(self) -> Account:
        """Whose account the calls go to."""

    async def dispute_of(self, payment_id: str) -> Dispute | None:
        """The latest dispute of a payment, or None."""

    async def disputes_since(self, since_ms: int) -> list[Dispute]:
        """Every dispute begun at or after `since_ms` (UTC), oldest first."""

    async def list_since(self, since_ms: int) -> list[PaymentState]:
        """Every payment created at or after `since_ms` (UTC), oldest first: for the reconciler."""

    async def close(self) -> None:
        """Let go of connections."""
