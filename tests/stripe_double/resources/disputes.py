"""Disputes: a buyer who turned to the bank (docs.stripe.com/api/disputes/object). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.stripe_double.errors import invalid

STATUSES = frozenset(
    "warning_needs_response warning_under_review warning_closed needs_response under_review"
    " appeal_needs_response appeal_under_review won lost prevented".split()
)


@dataclass(frozen=True)
class Dispute:
    """One dispute of one charge."""

    id: str
    charge_id: str
    intent_id: str
    amount: int
    currency: str
    created: int
    status: str

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise invalid(f"Invalid status: {self.status}", param="status")

    @property
    def holds_money(self) -> bool:
        """Whether the bank has taken the money: an inquiry, a won or a prevented one has not."""
        return not self.status.startswith("warning_") and self.status not in ("won", "prevented")

    def body(self) -> dict[str, Any]:
        """The object as Stripe sends it."""
        return {
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "charge": self.charge_id,
            "created": self.created,
            "currency": self.currency,
            "is_charge_refundable": not self.holds_money,
            "livemode": False,
            "payment_intent": self.intent_id,
            "reason": "fraudulent",
            "status": self.status,
        }
