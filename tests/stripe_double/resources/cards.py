"""Test cards and what they do (docs.stripe.com/testing)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """One test card. `code` and `decline_code` are set on those that say no."""

    number: str
    code: str | None = None
    decline_code: str | None = None
    authenticates: bool = False
    processes: bool = False
    """Our own: stays `processing` until the control endpoint settles it, as bank debits do."""
    refund_status: str = "succeeded"


def _declines(number: str, decline_code: str, code: str = "card_declined") -> Card:
    return Card(number, code=code, decline_code=decline_code)


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("5555555555554444"),
        Card("378282246310005"),
        _declines("4000000000000002", "generic_decline"),
        _declines("4000000000009995", "insufficient_funds"),
        _declines("4000000000009987", "lost_card"),
        _declines("4000000000009979", "stolen_card"),
        _declines("4000000000000069", "expired_card", code="expired_card"),
        _declines("4000000000000127", "incorrect_cvc", code="incorrect_cvc"),
        _declines("4000000000000119", "processing_error", code="processing_error"),
        Card("4000002500003155", authenticates=True),
        Card("4000002760003184", authenticates=True),
        Card("4000000000007726", refund_status="pending"),
        Card("4000000000005126", refund_status="failed"),
        Card("6200000000000047", processes=True),
    )
}

PAYMENT_METHODS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_amex": "378282246310005",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_visa_chargeDeclined": "4000000000000002",
    "pm_card_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "pm_card_visa_chargeDeclinedLostCard": "4000000000009987",
    "pm_card_visa_chargeDeclinedStolenCard": "4000000000009979",
    "pm_card_chargeDeclinedExpiredCard": "4000000000000069",
    "pm_card_chargeDeclinedIncorrectCvc": "4000000000000127",
    "pm_card_chargeDeclinedProcessingError": "4000000000000119",
    "pm_card_authenticationRequiredOnSetup": "4000002500003155",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_pendingRefund": "4000000000007726",
    "pm_card_refundFail": "4000000000005126",
    "pm_double_processing": "6200000000000047",
}
"""The PaymentMethods that exist without being made."""
