"""The one tree of failures.

Losing a race for a seat is not a failure but a value (see `houseful.domain.seats`). What stands here
stops the work at hand. Each error carries what the edge needs to answer: a `code` from
`houseful.domain.reasons`, the HTTP status it maps to, and whether trying again can help.
Libraries' own exceptions are translated into these once, in the package that owns the library.
"""

from __future__ import annotations

from collections.abc import Mapping


class HousefulError(Exception):
    """Anything Houseful refuses or cannot do. `message` is written for a person.

    `reason` is what a library or another server said. It may name hosts inside, so that it is for
    those who run the server.
    """

    code = "internal"
    status = 500
    retryable = True
    same_key = True

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retry_after_s: float | None = None,
        details: Mapping[str, object] | None = None,
        reason: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason
        self.code = code or type(self).code
        self.retry_after_s = retry_after_s
        self.details = dict(details or {})

    @property
    def told(self) -> str:
        """The message with its reason: for logs and operators, not for strangers."""
        return f"{self.message}: {self.reason}" if self.reason else self.message


def told_of(error: BaseException) -> str:
    """What failed, for logs and operators: another library's error is named by its class."""
    return error.told if isinstance(error, HousefulError) else f"{type(error).__name__}: {error}"


class InvalidRequest(HousefulError):
    """The request is wrong in itself; the same request can never succeed. `field` may say where."""

    code = "invalid_request"
    status = 400
    retryable = False
    same_key = False

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        code: str | None = None,
        retry_after_s: float | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        where = {"field": field} if field else {}
        super().__init__(
            message, code=code, retry_after_s=retry_after_s, details={**(details or {}), **where}
        )


class Unauthenticated(HousefulError):
    """No token, or one that does not hold."""

    code = "unauthenticated"
    status = 401
    retryable = False
    same_key = False


class PaymentDeclined(HousefulError):
    """The gateway said no; another card may do, under the same key."""

    code = "payment_declined"
    status = 402


class ShopCannotCharge(HousefulError):
    """The gateway refused what we asked, not the card: the shop must mend it. The seats stay held,
    and the same key is good for a new attempt."""

    code = "shop_cannot_charge"
    status = 502
    retryable = False


class Forbidden(HousefulError):
    """A valid token without the right."""

    code = "forbidden"
    status = 403
    retryable = False
    same_key = False


class NotFound(HousefulError):
    """No such thing, or none that this user may know of."""

    code = "not_found"
    status = 404
    retryable = False
    same_key = False


class Conflict(HousefulError):
    """The state of the world forbids it: seats lost, reservation over, sale closed."""

    code = "conflict"
    status = 409
    retryable = False
    same_key = False


class InProgress(Conflict):
    """The same key is being worked on right now."""

    code = "in_progress"
    retryable = True
    same_key = True


class TotalChanged(Conflict):
    """The purchase costs something else than `expectedTotal`; `data.quote` says what. Nothing was
    charged, and the seats stay held."""

    code = "total_changed"


class TooLarge(InvalidRequest):
    """The body is over the limit."""

    code = "body_too_large"
    status = 413


class UnsupportedMediaType(InvalidRequest):
    """The body is not what its path takes."""

    code = "unsupported_media_type"
    status = 415


class KeyReused(InvalidRequest):
    """One idempotency key with two different bodies."""

    code = "idempotency_key_reused"
    status = 422


class RateLimited(HousefulError):
    """Too many attempts; `retry_after_s` says when the next one counts."""

    code = "rate_limited"
    status = 429


class Unavailable(HousefulError):
    """A part we stand on does not answer. What was changed, if anything, is remembered."""

    code = "unavailable"
    status = 503


class PlanRefused(InvalidRequest):
    """A seating plan that cannot be imported. `place` names where in the file."""

    code = "plan_refused"

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.place = place


class ConfigurationError(HousefulError):
    """The server cannot start as configured; `message` says what to change."""

    code = "configuration"
