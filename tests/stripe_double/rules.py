"""What Stripe takes at the pinned version; everything else is refused with 400, as it does.

Each rule says where it stands. Parameters are those of stripe-python 16.1's typed `params`, which are
generated from the API of that version; `test_rules.py` holds the list to them.
"""

from __future__ import annotations

import typing
from typing import Any

from stripe.params import PaymentIntentCreateParams

from tests.stripe_double.errors import ApiError, invalid

VERSION = "2026-10-28.endive"
"""The version our calls must name. An account's own default may be any (docs.stripe.com/api/versioning)."""

METADATA_KEYS, METADATA_NAME, METADATA_VALUE = 50, 40, 500
"""docs.stripe.com/api/metadata"""

KEY_LENGTH = 255
"""docs.stripe.com/api/idempotent_requests"""

PARAMETERS: dict[str, frozenset[str]] = {
    "create": frozenset(
        "allowed_payment_method_types amount capture_method currency expand metadata payment_method"
        " payment_method_options return_url use_stripe_sdk".split()
    ),
    "confirm": frozenset(
        "confirmation_token expand payment_method return_url use_stripe_sdk".split()
    ),
    "retrieve": frozenset({"expand", "client_secret"}),
    "list": frozenset({"created", "expand", "limit", "starting_after"}),
    "cancel": frozenset({"cancellation_reason", "expand"}),
    "capture": frozenset({"expand"}),
    "refund": frozenset({"amount", "expand", "metadata", "payment_intent", "reason"}),
    "list_refunds": frozenset({"created", "expand", "limit", "payment_intent", "starting_after"}),
    "retrieve_refund": frozenset({"expand"}),
    "list_disputes": frozenset({"created", "expand", "limit", "payment_intent", "starting_after"}),
    "list_events": frozenset({"created", "limit", "starting_after", "type"}),
    "retrieve_account": frozenset({"expand"}),
    "create_payment_method": frozenset({"card", "type", "billing_details"}),
    "create_confirmation_token": frozenset({"payment_method", "return_url", "expand"}),
    "authenticate": frozenset({"client_secret", "success"}),
}
"""Operation → the parameters that this double models; a subset of Stripe's."""

REMOVED = {"payment_method_types": "payment_method_types_no_longer_supported"}
"""Parameter → error code: docs.stripe.com/changelog/endive/2026-09-30/
removes-the-payment-method-types-parameter-from-payment-intents-and-setup-intents"""

REFUND_REASONS = frozenset({"duplicate", "fraudulent", "requested_by_customer"})
"""docs.stripe.com/api/refunds/create"""


def _literals(annotation: Any) -> set[str]:
    if typing.get_origin(annotation) is typing.Literal:
        return set(typing.get_args(annotation))
    return set().union(*(_literals(inner) for inner in typing.get_args(annotation)), set())


METHOD_TYPES = frozenset(
    _literals(PaymentIntentCreateParams.__annotations__["allowed_payment_method_types"])
)
"""Every payment method type there is, as the SDK lists them."""


def check_version(version: str | None) -> None:
    """Every request names the version it was written for."""
    if version != VERSION:
        raise ApiError(
            400, f"Invalid Stripe API version: {version}, expected {VERSION}.", stored=False
        )


def check_parameters(operation: str, form: dict[str, Any]) -> None:
    """Removed parameters by their own code, unknown ones as Stripe refuses them."""
    for name in form:
        if name in REMOVED and operation in ("create", "confirm"):
            raise invalid(f"{name} is no longer supported.", param=name, code=REMOVED[name])
        if name not in PARAMETERS[operation]:
            raise invalid(
                f"Received unknown parameter: {name}", param=name, code="parameter_unknown"
            )


def allowed_methods(form: dict[str, Any]) -> list[str] | None:
    """`allowed_payment_method_types`, a list of known types; None: dynamic methods."""
    listed = form.get("allowed_payment_method_types")
    if listed is None:
        return None
    if not isinstance(listed, list) or not listed:
        raise invalid("Invalid array", param="allowed_payment_method_types")
    unknown = sorted(set(listed) - METHOD_TYPES)
    if unknown:
        raise invalid(
            f"Invalid allowed_payment_method_types: {unknown[0]}",
            param="allowed_payment_method_types[0]",
        )
    return listed


def metadata_of(form: dict[str, Any]) -> dict[str, str]:
    """Within the limits of `docs.stripe.com/api/metadata`."""
    metadata = form.get("metadata") or {}
    if not isinstance(metadata, dict) or len(metadata) > METADATA_KEYS:
        raise invalid("Invalid metadata", param="metadata")
    for name, value in metadata.items():
        if len(name) > METADATA_NAME or len(value) > METADATA_VALUE:
            raise invalid(f"Metadata {name} is too long", param="metadata")
    return metadata
