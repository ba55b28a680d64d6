"""What every answer carries: security headers and the id under which the request was logged."""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from itertools import count
from typing import Any, Final

from houseful.telemetry.log import REQUEST_ID

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

PLAIN_WORD: Final = re.compile(rb"[\w.:-]{1,64}")


def content_security_policy(*, uses_stripe: bool) -> str:
    """Scripts from here only, and from Stripe where it takes the money (its documented sources)."""
    scripts = " https://js.stripe.com" if uses_stripe else ""
    frames = " https://js.stripe.com https://hooks.stripe.com" if uses_stripe else " 'none'"
    connects = " https://api.stripe.com" if uses_stripe else ""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self'{scripts}",
            "style-src 'self'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            f"connect-src 'self'{connects}",
            f"frame-src{frames}",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def security_headers(*, uses_stripe: bool) -> list[tuple[bytes, bytes]]:
    """Adds the headers that every answer carries."""
    return [
        (b"content-security-policy", content_security_policy(uses_stripe=uses_stripe).encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),  # for browsers that do not know frame-ancestors
        (b"referrer-policy", b"same-origin"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", b"camera=(self), geolocation=(), microphone=()"),
    ]


_PROCESS: Final = secrets.token_hex(4)
_numbers = count(1)


def bind_id(given: bytes | None) -> bytes:
    """The id of this request, under which its own task logs from now on: the one that a proxy in
    front gave it, if that is a plain word."""
    is_word = given is not None and PLAIN_WORD.fullmatch(given)
    request_id = given.decode() if given and is_word else next_id()
    REQUEST_ID.set(request_id)
    return request_id.encode()


def next_id() -> str:
    """Unique in this process and, but for chance, among all; says nothing of the request."""
    return f"{_PROCESS}{next(_numbers):08x}"
