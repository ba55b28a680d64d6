"""What Stripe tells us: verified on the raw body, applied, and only then answered 2xx."""

from __future__ import annotations

from starlette.responses import Response

from houseful.domain.errors import NotFound
from houseful.payments import webhooks
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import ReceivedBody

WEBHOOK_LIMIT = 256 * 1024
"""Stripe's own objects are larger than anything a buyer sends."""


async def receive_stripe(call: Call) -> Response:
    """A webhook that could not be applied is answered 5xx, so that Stripe sends it again."""
    secret = call.context.settings.stripe_webhook_secret
    if secret is None:
        raise NotFound("no webhook is expected here: STRIPE_WEBHOOK_SECRET is not set")
    raw = await call.raw_body(WEBHOOK_LIMIT)
    signature = call.request.headers.get("stripe-signature")
    event = webhooks.verify(raw, signature, secret.get_secret_value())
    await call.context.checkout.apply_webhook(event)
    return ok({"received": event.id}, "Applied")


OPERATIONS = (
    Operation(
        "POST",
        "/webhooks/stripe",
        receive_stripe,
        "Stripe's webhook",
        role="public",
        answers={200: ReceivedBody},
        errors=(400, 404, 413, 503),
        parameters=("Stripe-Signature",),
    ),
)
