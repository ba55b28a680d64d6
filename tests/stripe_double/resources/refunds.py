"""Charges and the rules for giving them back. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.stripe_double.errors import ApiError, invalid


@dataclass(frozen=True)
class Charge:
    """One try at a card: paid or failed."""

    id: str
    intent_id: str
    amount: int
    currency: str
    created: int
    status: str
    captured: bool
    amount_refunded: int = 0
    disputed: bool = False

    def body(self) -> dict[str, Any]:
        """The object as Stripe sends it."""
        return {
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.amount if self.captured else 0,
            "amount_refunded": self.amount_refunded,
            "captured": self.captured,
            "created": self.created,
            "currency": self.currency,
            "disputed": self.disputed,
            "livemode": False,
            "paid": self.status == "succeeded",
            "payment_intent": self.intent_id,
            "refunded": self.captured and self.amount_refunded == self.amount,
            "status": self.status,
        }

    def balance(self) -> dict[str, Any] | None:
        """Its balance transaction, with Stripe's fee of 1.5 % and 25 units; null until captured."""
        if not self.captured:
            return None
        fee = self.amount * 15 // 1000 + 25
        return {
            "id": f"txn_{self.id}",
            "object": "balance_transaction",
            "amount": self.amount,
            "currency": self.currency,
            "fee": fee,
            "net": self.amount - fee,
            "type": "charge",
        }


@dataclass(frozen=True)
class Refund:
    """Money given back."""

    id: str
    charge_id: str
    intent_id: str
    amount: int
    currency: str
    created: int
    status: str
    metadata: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The object as Stripe sends it."""
        return {
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "charge": self.charge_id,
            "created": self.created,
            "currency": self.currency,
            "metadata": self.metadata,
            "payment_intent": self.intent_id,
            "status": self.status,
        }


def refundable(charge: Charge | None, amount: int | None, *, is_disputed: bool = False) -> int:
    """How much this refund gives back, or why it cannot."""
    if charge is None or not charge.captured:
        raise ApiError(400, "This PaymentIntent does not have a successful charge to refund.")
    if is_disputed:  # docs.stripe.com/error-codes#charge_disputed
        raise ApiError(400, f"Charge {charge.id} has been charged back.", code="charge_disputed")
    left = charge.amount - charge.amount_refunded
    if left == 0:
        raise ApiError(
            400,
            f"Charge {charge.id} has already been refunded.",
            code="charge_already_refunded",
        )
    if amount is None:
        return left
    if amount < 1:
        raise invalid("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > left:
        raise ApiError(
            400,
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
            param="amount",
        )
    return amount
