"""Stripe's error body."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class ApiError(Exception):
    """An error answer. `stored`: whether the idempotency layer remembers it (validation is not)."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    stored: bool = True
    more: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """`{"error": {…}}` as Stripe sends it."""
        error = {"type": self.kind, "message": self.message, **self.more}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """A request that fails validation: 400, never stored under its key."""
    return ApiError(400, message, code=code, param=param, stored=False)


def missing(kind: str, object_id: str, *, param: str = "id") -> ApiError:
    """404 resource_missing."""
    return ApiError(
        404, f"No such {kind}: '{object_id}'", code="resource_missing", param=param, stored=False
    )
