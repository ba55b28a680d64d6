"""Stripe's answers in our own words: its objects into states, its errors into ours. Pure.

Never: a guess. A status or an error that is not known reads as `GatewayUnknown`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import stripe
import structlog

from houseful.domain.errors import HousefulError
from houseful.domain.wording import shown
from houseful.payments import declines
from houseful.payments.gateway import (
    AlreadyRefunded,
    Dispute,
    GatewayNotSetUp,
    GatewayRejected,
    GatewayUnknown,
    Outcome,
    PaymentState,
    RefundOutcome,
    RefundState,
    Standing,
    TokenRejected,
)

_log = structlog.get_logger(__name__)

_OUTCOMES: Final[dict[str, Outcome]] = {
    "requires_confirmation": Outcome.REQUIRES_CONFIRMATION,
    "requires_action": Outcome.REQUIRES_ACTION,
    "processing": Outcome.PROCESSING,
    "requires_capture": Outcome.PROCESSING,
    "succeeded": Outcome.SUCCEEDED,
    "canceled": Outcome.CANCELED,
}
_REFUND_OUTCOMES: Final[dict[str, RefundOutcome]] = {
    "succeeded": RefundOutcome.SUCCEEDED,
    "pending": RefundOutcome.PENDING,
    "requires_action": RefundOutcome.PENDING,
    "failed": RefundOutcome.FAILED,
    "canceled": RefundOutcome.FAILED,
}
_STANDINGS: Final[dict[str, Standing]] = {
    **dict.fromkeys(("warning_needs_response", "warning_under_review"), Standing.INQUIRY),
    **dict.fromkeys(
        ("needs_response", "under_review", "appeal_needs_response", "appeal_under_review"),
        Standing.OPEN,
    ),
    **dict.fromkeys(("won", "warning_closed", "prevented"), Standing.WON),
    "lost": Standing.LOST,
}
"""Stripe's statuses of API 2026-10-28.endive, as stripe-python 16.1 lists them."""

TOKEN_PARAMETERS: Final = ("payment_method", "confirmation_token")
"""A request that is refused for one of these was made with a wrong token; for any other it is ours."""


def payment_state(intent: Mapping[str, Any]) -> PaymentState:
    """A PaymentIntent (with `latest_charge` expanded) as `PaymentState`."""
    outcome = _outcome(intent)
    error = intent.get("last_payment_error") or {}
    declined = outcome is Outcome.REQUIRES_PAYMENT_METHOD
    why = error.get("decline_code") or error.get("code") or declines.PLAIN_CODE
    decline_code = why if declined else None
    charge = intent.get("latest_charge")
    refunded = charge.get("amount_refunded", 0) if isinstance(charge, Mapping) else 0
    fee_minor, fee_currency = _fee(charge)
    return PaymentState(
        payment_id=intent["id"],
        outcome=outcome,
        amount_minor=intent["amount"],
        currency=intent["currency"].upper(),
        client_secret=intent.get("client_secret"),
        decline_code=decline_code,
        message=declines.sentence(decline_code) if declined else None,
        refunded_minor=refunded,
        metadata=dict(intent.get("metadata") or {}),
        created_ms=intent["created"] * 1000,
        is_disputed=bool(isinstance(charge, Mapping) and charge.get("disputed")),
        fee_minor=fee_minor,
        fee_currency=fee_currency,
    )


def _fee(charge: Any) -> tuple[int | None, str]:
    """`fee` and `currency` of a charge's balance transaction, where that is expanded and made by now
    (docs.stripe.com/api/balance_transactions/object, read 2026-11): soon after the charge it is null."""
    made = charge.get("balance_transaction") if isinstance(charge, Mapping) else None
    if not isinstance(made, Mapping) or not isinstance(made.get("fee"), int):
        return None, ""
    return made["fee"], str(made["currency"]).upper()


def dispute(found: Mapping[str, Any]) -> Dispute | None:
    """A Dispute; None for one of a charge that no PaymentIntent made."""
    status, payment_id = found.get("status"), found.get("payment_intent")
    if status not in _STANDINGS:
        raise GatewayUnknown(
            f"Stripe answered with the dispute status {shown(status)}, unknown here"
        )
    if not isinstance(payment_id, str):
        return None
    return Dispute(payment_id, _STANDINGS[status], found["created"] * 1000)


def refund_state(refund: Mapping[str, Any]) -> RefundState:
    """A Refund as `RefundState`."""
    status = refund.get("status")
    if status not in _REFUND_OUTCOMES:
        raise GatewayUnknown(
            f"Stripe answered with the refund status {shown(status)}, unknown here"
        )
    return RefundState(
        refund_id=refund["id"],
        payment_id=refund["payment_intent"],
        outcome=_REFUND_OUTCOMES[status],
        amount_minor=refund["amount"],
        currency=refund["currency"].upper(),
        metadata=dict(refund.get("metadata") or {}),
    )


def translated(error: stripe.StripeError) -> HousefulError:
    """The error of ours that says the same."""
    if isinstance(error, stripe.CardError):
        detail = error.error.to_dict() if error.error else {}
        return declines.declined(detail.get("decline_code") or detail.get("code"))
    if isinstance(error, stripe.IdempotencyError):
        return GatewayRejected(_message(error), code="idempotency_error")
    if isinstance(error, stripe.InvalidRequestError):
        if error.code == AlreadyRefunded.code:
            return AlreadyRefunded(_message(error))
        kind = TokenRejected if error.param in TOKEN_PARAMETERS else GatewayRejected
        code = None if kind is TokenRejected else error.code
        return kind(_message(error), code=code, parameter=error.param or "")
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        _log.error("stripe_refuses_our_key", error=str(error))
        return GatewayNotSetUp("the payment service is not set up correctly")
    return GatewayUnknown(
        f"the payment service gave no final answer ({_kind(error)})",
        retry_after_s=retry_after_s(error),
    )


def is_retryable(error: stripe.StripeError) -> bool:
    """Whether the same request under the same key may be sent again."""
    if isinstance(error, stripe.APIConnectionError):
        return error.should_retry
    advice = _headers(error).get("stripe-should-retry")
    if advice is not None:
        return advice == "true"
    status = error.http_status or 0
    return status in (409, 429) or status >= 500


def is_stored_failure(error: stripe.StripeError) -> bool:
    """Whether it is a 5xx that Stripe keeps and would repeat for a day under the same key."""
    headers = _headers(error)
    is_kept = headers.get("idempotent-replayed") == "true" or (
        headers.get("stripe-should-retry") == "false"
    )
    return is_kept and (error.http_status or 0) >= 500


def retry_after_s(error: stripe.StripeError) -> float | None:
    """What a `Retry-After` header in seconds asks for."""
    text = _headers(error).get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _outcome(intent: Mapping[str, Any]) -> Outcome:
    status = intent.get("status")
    if status == "requires_payment_method":
        # Stripe says the same of a payment never confirmed and of a declined one.
        tried = intent.get("last_payment_error") is not None
        return Outcome.REQUIRES_PAYMENT_METHOD if tried else Outcome.REQUIRES_CONFIRMATION
    if status not in _OUTCOMES:
        raise GatewayUnknown(
            f"Stripe answered with the payment status {shown(status)}, unknown here"
        )
    return _OUTCOMES[status]


def _headers(error: stripe.StripeError) -> dict[str, str]:
    return {name.lower(): value for name, value in (error.headers or {}).items()}


def _kind(error: stripe.StripeError) -> str:
    return f"HTTP {error.http_status}" if error.http_status else type(error).__name__


def _message(error: stripe.StripeError) -> str:
    return error.user_message or "the payment service refused the request"
