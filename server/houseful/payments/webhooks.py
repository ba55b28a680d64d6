"""Stripe's webhooks: is it really Stripe, is it fresh, and what is it about. Pure but for a clock.

Owns: the signature scheme `v1` (docs.stripe.com/webhooks/signature).
Never: the event's contents as truth. Events come late, twice and out of order, so a worker that acts on
one asks the gateway for the payment as it is now.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.moments import in_bounds
from houseful.domain.numbers import whole
from houseful.domain.text import is_clean

TOLERANCE_S: Final = 300
"""How far `t` may lie in the past or the future; Stripe's own libraries bound only the past."""
MAX_BODY_BYTES: Final = 1_000_000
ID_LENGTH: Final = 255
"""Stripe's documented bound for the ids of its objects."""


class WebhookRefused(InvalidRequest):
    """Not from Stripe, too old, or not an event."""

    code = "webhook_refused"


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """That something happened to an object at Stripe."""

    id: str
    """`evt_…`, the same for every delivery of one event."""
    kind: str
    """Stripe's type, such as `payment_intent.succeeded`."""
    object_id: str
    payment_id: str | None
    """The PaymentIntent concerned: the object itself, or that of a charge, refund or dispute."""
    created_ms: int
    is_live: bool


def verify(
    raw_body: bytes,
    signature_header: str | None,
    secret: str,
    tolerance_s: int = TOLERANCE_S,
    *,
    now_s: float | None = None,
) -> WebhookEvent:
    """The event in `raw_body` once its `Stripe-Signature` holds.

    `raw_body` must be the bytes as received: re-encoded JSON does not verify. Raises
    WebhookRefused otherwise, saying which part was wrong.
    """
    if not secret:
        raise ValueError("expected the webhook secret, got an empty one")
    if len(raw_body) > MAX_BODY_BYTES:
        raise WebhookRefused(f"expected at most {MAX_BODY_BYTES} bytes, got {len(raw_body)}")
    signed_at_s, signatures = _parsed(signature_header or "")
    signed = b"%d." % signed_at_s + raw_body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode()
    # Every candidate is compared: while a secret is rolled Stripe sends one for each.
    matches = [hmac.compare_digest(expected, candidate) for candidate in signatures]
    if not any(matches):
        raise WebhookRefused("the signature does not match the body")
    skew_s = (time.time() if now_s is None else now_s) - signed_at_s
    if abs(skew_s) > tolerance_s:
        raise WebhookRefused(
            f"expected a signature at most {tolerance_s} s from now, got one {skew_s:.0f} s old"
        )
    return _event(raw_body)


def _parsed(header: str) -> tuple[int, list[bytes]]:
    """`t=1,v1=aa,v1=bb` → `(1, [b"aa", b"bb"])`."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    signatures = [value.encode() for name, _, value in pairs if name == "v1"]
    signed_at_s = whole(times[0]) if len(times) == 1 else None
    if signed_at_s is None or not signatures:
        raise WebhookRefused("expected a Stripe-Signature header with one t= and at least one v1=")
    return signed_at_s, signatures


def _event(raw_body: bytes) -> WebhookEvent:
    try:
        event = json.loads(raw_body)
        subject = event["data"]["object"]
        return WebhookEvent(
            id=_text(event, "id"),
            kind=_text(event, "type"),
            object_id=_text(subject, "id"),
            payment_id=_payment_id(subject),
            created_ms=in_bounds(int(event["created"]) * 1000),
            is_live=bool(event.get("livemode", False)),
        )
    except (ValueError, KeyError, TypeError, AttributeError, InvalidRequest) as error:
        raise WebhookRefused("expected a Stripe event with id, type, created and data") from error


def _payment_id(subject: Mapping[str, Any]) -> str | None:
    if subject.get("object") == "payment_intent":
        return _text(subject, "id")
    payment = subject.get("payment_intent")
    return _text(subject, "payment_intent") if isinstance(payment, str) else None


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record[name]
    if not isinstance(value, str) or not is_clean(value) or len(value) > ID_LENGTH:
        raise TypeError(f"expected an identifier in {name}")
    return value
