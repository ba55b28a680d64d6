"""What each failure is to a client: its status, its code, whether trying again may help."""

from __future__ import annotations

import inspect

from houseful.domain import errors

TABLE = {
    "HousefulError": (500, "internal", True, True),
    "InvalidRequest": (400, "invalid_request", False, False),
    "Unauthenticated": (401, "unauthenticated", False, False),
    "PaymentDeclined": (402, "payment_declined", True, True),
    "ShopCannotCharge": (502, "shop_cannot_charge", False, True),
    "Forbidden": (403, "forbidden", False, False),
    "NotFound": (404, "not_found", False, False),
    "Conflict": (409, "conflict", False, False),
    "InProgress": (409, "in_progress", True, True),
    "TotalChanged": (409, "total_changed", False, False),
    "TooLarge": (413, "body_too_large", False, False),
    "UnsupportedMediaType": (415, "unsupported_media_type", False, False),
    "KeyReused": (422, "idempotency_key_reused", False, False),
    "RateLimited": (429, "rate_limited", True, True),
    "Unavailable": (503, "unavailable", True, True),
    "PlanRefused": (400, "plan_refused", False, False),
    "ConfigurationError": (500, "configuration", True, True),
}


def test_every_failure_is_the_same_to_clients_as_it_always_was() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, errors.HousefulError)
    ]
    assert {
        kind.__name__: (kind.status, kind.code, kind.retryable, kind.same_key) for kind in kinds
    } == TABLE
