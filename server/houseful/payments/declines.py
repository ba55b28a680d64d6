"""Why a card said no, as the buyer reads it.

Codes are Stripe's decline codes (docs.stripe.com/declines/codes), used by the demo gateway too.
Stripe asks that buyers are never told of `fraudulent`, `lost_card`, `stolen_card` and their kin:
those, and codes not listed here, read as a plain `card_declined`.
"""

from __future__ import annotations

from typing import Final

from houseful.domain.errors import PaymentDeclined
from houseful.domain.payment import GATEWAY_BUSY, SHOP_FAULT

PLAIN_CODE: Final = "card_declined"

OTHER_REASONS: Final[dict[str, str]] = {
    SHOP_FAULT: "This shop cannot take payments just now. Nothing was charged; it is not your card.",
    GATEWAY_BUSY: "The payment service takes no more just now. Nothing was charged; please try again.",
}
"""Code → sentence for the buyer."""

SENTENCES: Final[dict[str, str]] = {
    PLAIN_CODE: "Your card was declined. Please use another card or ask your bank.",
    "insufficient_funds": "Your card has insufficient funds. Please use another card.",
    "expired_card": "Your card has expired. Please use another card.",
    "incorrect_cvc": "The security code of your card is incorrect. Please check it and try again.",
    "invalid_cvc": "The security code of your card is incorrect. Please check it and try again.",
    "incorrect_number": "The card number is incorrect. Please check it and try again.",
    "invalid_number": "The card number is incorrect. Please check it and try again.",
    "invalid_expiry_month": "The expiry date is incorrect. Please check it and try again.",
    "invalid_expiry_year": "The expiry date is incorrect. Please check it and try again.",
    "incorrect_zip": "The postal code does not match your card. Please check it and try again.",
    "card_not_supported": "Your card does not support this purchase. Please use another card.",
    "currency_not_supported": "Your card does not support this currency. Please use another card.",
    "card_velocity_exceeded": "Your card has reached its limit. Please use another card.",
    "withdrawal_count_limit_exceeded": "Your card has reached its limit. Please use another card.",
    "processing_error": "Your card could not be processed just now. Please try again.",
    "issuer_not_available": "Your bank could not be reached just now. Please try again.",
    "try_again_later": "Your bank could not be reached just now. Please try again.",
    "authentication_required": "Your bank asks you to confirm this payment. Please try again.",
    "payment_intent_authentication_failure": (
        "Your bank could not confirm that it is you. Please try again or use another card."
    ),
}
"""Decline code → sentence for the buyer."""


def code_for_buyer(decline_code: str | None) -> str:
    """The code that may be shown: itself when listed, else `card_declined`."""
    return decline_code if decline_code in SENTENCES and decline_code else PLAIN_CODE


def sentence(decline_code: str | None) -> str:
    """What the buyer reads for `decline_code`."""
    return SENTENCES[code_for_buyer(decline_code)]


def declined(decline_code: str | None) -> PaymentDeclined:
    """The error for a declined card; its details hold only what the buyer may know."""
    return PaymentDeclined(
        sentence(decline_code), details={"declineCode": code_for_buyer(decline_code)}
    )
