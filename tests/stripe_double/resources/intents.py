"""The PaymentIntent's state machine: `MOVES` says what may be done when; functions do it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.stripe_double.errors import ApiError, invalid
from tests.stripe_double.resources.cards import Card

MOVES: dict[str, frozenset[str]] = {
    "confirm": frozenset({"requires_payment_method", "requires_confirmation", "requires_action"}),
    "authenticate": frozenset({"requires_action"}),
    "capture": frozenset({"requires_capture"}),
    "settle": frozenset({"processing"}),
    "cancel": frozenset(
        {
            "requires_payment_method",
            "requires_confirmation",
            "requires_action",
            "requires_capture",
        }
    ),
}
"""Move → the statuses it may be made from. Any other changes nothing."""

NEXT_ACTION = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}


@dataclass(frozen=True)
class Intent:
    """A PaymentIntent."""

    id: str
    amount: int
    currency: str
    client_secret: str
    created: int
    metadata: dict[str, str] = field(default_factory=dict)
    capture_method: str = "automatic"
    allowed: tuple[str, ...] | None = None
    """The method types it may be paid with; None: whatever the account has switched on."""
    payment_method: str | None = None
    status: str = "requires_payment_method"
    latest_charge: str | None = None
    last_payment_error: dict[str, Any] | None = None

    @property
    def is_paid(self) -> bool:
        """Whether the card was charged or its money is held."""
        return self.status in ("succeeded", "requires_capture")

    def body(self) -> dict[str, Any]:
        """The object as Stripe sends it."""
        return {
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_received": self.amount if self.status == "succeeded" else 0,
            "amount_capturable": self.amount if self.status == "requires_capture" else 0,
            "capture_method": self.capture_method,
            "client_secret": self.client_secret,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "last_payment_error": self.last_payment_error,
            "latest_charge": self.latest_charge,
            "livemode": False,
            "metadata": self.metadata,
            "next_action": NEXT_ACTION if self.status == "requires_action" else None,
            "payment_method": self.payment_method,
            "payment_method_types": list(self.allowed or ("card", "ideal")),
            "status": self.status,
        }


def check(intent: Intent, move: str) -> None:
    """Raise `payment_intent_unexpected_state` unless `MOVES` allows the move now."""
    if intent.status not in MOVES[move]:
        raise ApiError(
            400,
            f"You cannot {move} this PaymentIntent because it has a status of {intent.status}.",
            code="payment_intent_unexpected_state",
            more={"payment_intent": intent.body()},
        )


def attach(intent: Intent, payment_method: str) -> Intent:
    """With a PaymentMethod it waits for confirmation."""
    return replace(intent, payment_method=payment_method, status="requires_confirmation")


def confirm(intent: Intent, card: Card | None) -> Intent:
    """Try the card: paid, 3-D Secure, processing, or back to requires_payment_method."""
    check(intent, "confirm")
    if card is None:
        raise invalid(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
        )
    intent = replace(intent, last_payment_error=None)
    if card.code is not None:
        return _failed(intent, card.code, card.decline_code, "Your card was declined.")
    if card.authenticates:
        return replace(intent, status="requires_action")
    if card.processes:
        return replace(intent, status="processing")
    return _paid(intent)


def authenticate(intent: Intent, client_secret: str, success: bool) -> Intent:
    """The buyer's answer to 3-D Secure."""
    if client_secret != intent.client_secret:
        raise ApiError(401, "The client secret does not match the PaymentIntent.", stored=False)
    check(intent, "authenticate")
    if success:
        return _paid(intent)
    return _failed(
        intent,
        "payment_intent_authentication_failure",
        None,
        "The provided PaymentMethod has failed authentication.",
    )


def settle(intent: Intent, success: bool) -> Intent:
    """The end of `processing`."""
    check(intent, "settle")
    return _paid(intent) if success else _failed(intent, "payment_failed", None, "It failed.")


def capture(intent: Intent) -> Intent:
    """Take the money that is held."""
    check(intent, "capture")
    return replace(intent, status="succeeded")


def cancel(intent: Intent) -> Intent:
    """Never to be charged."""
    check(intent, "cancel")
    return replace(intent, status="canceled")


def _paid(intent: Intent) -> Intent:
    held = intent.capture_method == "manual"
    return replace(intent, status="requires_capture" if held else "succeeded")


def _failed(intent: Intent, code: str, decline_code: str | None, message: str) -> Intent:
    error: dict[str, Any] = {
        "type": "card_error",
        "code": code,
        "message": message,
        "payment_method": {"id": intent.payment_method, "object": "payment_method"},
    }
    if decline_code:
        error["decline_code"] = decline_code
    return replace(
        intent,
        status="requires_payment_method",
        payment_method=None,
        last_payment_error=error,
    )
