"""A charge at the demo gateway as a record: what the gateway decides on and what SQL stores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from houseful.domain.payment import Outcome


@dataclass(frozen=True, slots=True)
class DemoRefund:
    """One refund of a charge, found again by its idempotency key."""

    refund_id: str
    idempotency_key: str
    amount_minor: int
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoCharge:
    """One row: a payment at the demo gateway. `version` rises by one with every `replace`."""

    payment_id: str
    """`demo_<24 hex>`; primary key."""
    idempotency_key: str
    """The key given to `create`; unique."""
    fingerprint: str
    """SHA-256 hex of create's arguments: the same key with others is refused."""
    amount_minor: int
    currency: str
    payment_token: str
    client_secret: str
    """`<payment_id>_secret_<24 hex>`."""
    created_ms: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.REQUIRES_CONFIRMATION
    decline_code: str | None = None
    refunds: tuple[DemoRefund, ...] = ()
    version: int = 0

    @property
    def refunded_minor(self) -> int:
        """What has been given back so far."""
        return sum(refund.amount_minor for refund in self.refunds)
