"""One Stripe account: its payments, charges, refunds and events.

Owns: every object. Never: HTTP, time limits or retries; a method runs to its end without an await,
so that two requests at once are two requests one after the other.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tests.stripe_double.errors import ApiError, invalid, missing
from tests.stripe_double.ledger import Ledger
from tests.stripe_double.resources import intents, money, refunds
from tests.stripe_double.resources.cards import CARDS, PAYMENT_METHODS, Card
from tests.stripe_double.resources.disputes import Dispute
from tests.stripe_double.resources.intents import Intent
from tests.stripe_double.resources.refunds import Charge, Refund
from tests.stripe_double.rules import VERSION

EVENTS = {
    "requires_action": "payment_intent.requires_action",
    "processing": "payment_intent.processing",
    "requires_capture": "payment_intent.amount_capturable_updated",
    "succeeded": "payment_intent.succeeded",
    "requires_payment_method": "payment_intent.payment_failed",
    "canceled": "payment_intent.canceled",
}
"""What is told when a PaymentIntent comes into a status."""


@dataclass
class ConfirmationToken:
    """Made by Stripe.js in the page; good for one confirmation."""

    payment_method: str
    return_url: str | None = None
    is_used: bool = False


@dataclass
class Account:
    """The objects by id, in the order in which they were made."""

    id: str = "acct_double"
    intents: dict[str, Intent] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    payment_methods: dict[str, Card] = field(
        default_factory=lambda: {name: CARDS[number] for name, number in PAYMENT_METHODS.items()}
    )
    confirmation_tokens: dict[str, ConfirmationToken] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    on_event: Callable[[dict[str, Any]], None] = lambda event: None

    def create_payment_method(self, number: str) -> str:
        """A PaymentMethod id for a test card number."""
        if number not in CARDS:
            raise ApiError(402, "Your card number is incorrect.", "card_error", "incorrect_number")
        name = _id("pm")
        self.payment_methods[name] = CARDS[number]
        return name

    def create_confirmation_token(self, payment_method: str, return_url: str | None = None) -> str:
        """A ConfirmationToken id."""
        self._card(payment_method)
        name = _id("ctoken")
        self.confirmation_tokens[name] = ConfirmationToken(payment_method, return_url)
        return name

    def create_intent(
        self,
        amount: int | None,
        currency: str | None,
        *,
        payment_method: str | None = None,
        metadata: dict[str, str] | None = None,
        capture_method: str = "automatic",
        allowed: Sequence[str] | None = ("card",),
    ) -> Intent:
        """A new PaymentIntent; nothing is charged."""
        if amount is None or currency is None:
            param = "amount" if amount is None else "currency"
            raise invalid(
                f"Missing required param: {param}.", param=param, code="parameter_missing"
            )
        money.check(amount, currency)
        if payment_method is not None:
            self._card(payment_method)
        name = _id("pi")
        secret = f"{name}_secret_{secrets.token_hex(12)}"
        intent = Intent(
            name,
            amount,
            currency,
            secret,
            _now(),
            metadata or {},
            capture_method=capture_method,
            allowed=None if allowed is None else tuple(allowed),
        )
        if payment_method is not None:
            intent = intents.attach(intent, payment_method)
        self.intents[name] = intent
        self._tell("payment_intent.created", intent.body())
        return intent

    def confirm_intent(
        self,
        name: str,
        *,
        payment_method: str | None = None,
        confirmation_token: str | None = None,
        return_url: str | None = None,
    ) -> Intent:
        """Charge it. A decline changes the PaymentIntent and raises 402."""
        intent = self.intent(name)
        intents.check(intent, "confirm")
        if confirmation_token is not None:
            token = self._use(confirmation_token)
            payment_method, return_url = token.payment_method, token.return_url or return_url
        # docs.stripe.com/payments/payment-methods/dynamic-payment-methods
        if intent.allowed is None and return_url is None:
            raise invalid(
                "This PaymentIntent is configured to accept payment methods enabled in your "
                "Dashboard. Because some of these might redirect, you must provide a `return_url`.",
                param="return_url",
            )
        payment_method = payment_method or intent.payment_method
        card = self._card(payment_method) if payment_method else None
        if intent.allowed is not None and "card" not in intent.allowed:
            raise invalid(
                "The PaymentMethod provided (card) is not allowed for this PaymentIntent.",
                param="payment_method",
            )
        changed = intents.confirm(replace(intent, payment_method=payment_method), card)
        return self._declined_or(self._put(changed))

    def authenticate_intent(self, name: str, client_secret: str, success: bool) -> Intent:
        """The buyer passes or fails 3-D Secure."""
        return self._put(intents.authenticate(self.intent(name), client_secret, success))

    def settle_intent(self, name: str, success: bool) -> Intent:
        """A payment in `processing` comes to its end."""
        return self._put(intents.settle(self.intent(name), success))

    def capture_intent(self, name: str) -> Intent:
        """Take held money."""
        intent = intents.capture(self.intent(name))
        charge = self.charges[intent.latest_charge or ""]
        self.charges[charge.id] = replace(charge, captured=True)
        self._record("charge", intent, charge.amount)
        return self._put(intent)

    def cancel_intent(self, name: str) -> Intent:
        """Never to be charged."""
        return self._put(intents.cancel(self.intent(name)))

    def create_refund(
        self, name: str, amount: int | None, metadata: dict[str, str] | None = None
    ) -> Refund:
        """Give back part or all."""
        intent = self.intent(name)
        charge = self.charges.get(intent.latest_charge or "")
        open_disputes = [d for d in self.disputes.values() if d.intent_id == name and d.holds_money]
        given = refunds.refundable(charge, amount, is_disputed=bool(open_disputes))
        assert charge is not None
        card = self.payment_methods[intent.payment_method or ""]
        refund = Refund(
            _id("re"),
            charge.id,
            name,
            given,
            charge.currency,
            _now(),
            card.refund_status,
            metadata or {},
        )
        self.refunds[refund.id] = refund
        self._tell("refund.created", refund.body())
        if refund.status == "failed":
            self._tell("refund.failed", refund.body())
            return refund
        charge = replace(charge, amount_refunded=charge.amount_refunded + given)
        self.charges[charge.id] = charge
        self._record("refund", intent, given)
        self._tell("charge.refunded", charge.body())
        return refund

    def bounce_refund(self, intent_id: str) -> Refund:
        """The bank refuses the last refund of a payment, days after it went out."""
        before = [r for r in self.refunds.values() if r.intent_id == intent_id][-1]
        refund = self.refunds[before.id] = replace(before, status="failed")
        charge = self.charges[refund.charge_id]
        self.charges[charge.id] = replace(
            charge, amount_refunded=charge.amount_refunded - refund.amount
        )
        self._record("bounce", self.intent(intent_id), refund.amount)
        self._tell("refund.failed", refund.body())
        return refund

    def dispute(self, intent_id: str, status: str = "needs_response") -> Dispute:
        """The card's holder turns to the bank, or the bank goes on with what it has begun."""
        intent = self.intent(intent_id)
        charge = self.charges[intent.latest_charge or ""]
        known = next((d for d in self.disputes.values() if d.intent_id == intent_id), None)
        if known is None:
            fresh = Dispute(
                _id("du"), charge.id, intent_id, charge.amount, charge.currency, _now(), status
            )
            self.disputes[fresh.id] = fresh
            self.charges[charge.id] = replace(charge, disputed=True)
            self._tell("charge.dispute.created", fresh.body())
            return fresh
        moved = self.disputes[known.id] = replace(known, status=status)
        closed = status in ("won", "lost", "warning_closed", "prevented")
        self._tell(f"charge.dispute.{'closed' if closed else 'updated'}", moved.body())
        return moved

    def intent(self, name: str) -> Intent:
        """The PaymentIntent, or 404."""
        if name not in self.intents:
            raise missing("payment_intent", name, param="intent")
        return self.intents[name]

    def _put(self, intent: Intent) -> Intent:
        """Store a moved PaymentIntent with the charge that the move made, and tell."""
        before = self.intents[intent.id]
        tried = intent.is_paid or intent.status == "requires_payment_method"
        if tried and not before.is_paid:
            intent = self._charged(intent)
        self.intents[intent.id] = intent
        self._tell(EVENTS[intent.status], intent.body())
        return intent

    def _charged(self, intent: Intent) -> Intent:
        captured = intent.status == "succeeded"
        status = "succeeded" if intent.is_paid else "failed"
        charge = Charge(
            _id("ch"), intent.id, intent.amount, intent.currency, _now(), status, captured
        )
        self.charges[charge.id] = charge
        if captured:
            self._record("charge", intent, charge.amount)
        self._tell(f"charge.{status}", charge.body())
        return replace(intent, latest_charge=charge.id)

    def _declined_or(self, intent: Intent) -> Intent:
        error = intent.last_payment_error
        if error is None:
            return intent
        more = {k: v for k, v in error.items() if k in ("decline_code", "payment_method")}
        more |= {"charge": intent.latest_charge, "payment_intent": intent.body()}
        raise ApiError(402, error["message"], "card_error", error["code"], more=more)

    def _card(self, payment_method: str) -> Card:
        if payment_method not in self.payment_methods:
            raise missing("PaymentMethod", payment_method, param="payment_method")
        return self.payment_methods[payment_method]

    def _use(self, token: str) -> ConfirmationToken:
        known = self.confirmation_tokens.get(token)
        if known is None:
            raise missing("confirmation_token", token, param="confirmation_token")
        if known.is_used:
            raise invalid(
                "This ConfirmationToken has already been used.", param="confirmation_token"
            )
        known.is_used = True
        return known

    def _record(self, kind: str, intent: Intent, amount: int) -> None:
        self.ledger.record(kind, intent.id, intent.metadata.get("booking", ""), amount)

    def _tell(self, kind: str, subject: dict[str, Any]) -> None:
        event = {
            "id": _id("evt"),
            "object": "event",
            "api_version": VERSION,
            "created": _now(),
            "data": {"object": subject},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        self.events.append(event)
        self.on_event(event)


def _id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def _now() -> int:
    return int(time.time())
