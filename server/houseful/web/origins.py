"""Pages of other origins: which may ask (HOUSEFUL_ALLOWED_ORIGINS), and how a browser is told so.

One rule for HTTP and sockets. Tokens travel in headers and never in cookies, so that no answer allows
credentials. https://fetch.spec.whatwg.org/#http-cors-protocol (2026-11)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import Response

from houseful.settings import Settings
from houseful.web.envelope import Ready, refused

Header = tuple[bytes, bytes]

METHODS: Final = b"GET, HEAD, POST, PATCH, DELETE"
ASKED: Final = (
    b"Authorization, Content-Type, Idempotency-Key, If-Modified-Since, If-None-Match, X-Request-Id"
)
"""Request headers that a browser sends only where they are allowed."""

SHOWN: Final = (
    b"Allow, Content-Disposition, ETag, Idempotency-Replay, RateLimit-Limit, RateLimit-Remaining,"
    b" RateLimit-Reset, Retry-After, X-Request-Id, X-Server-Time"
)
"""Answers' headers that a page of another origin may read."""

MAX_AGE_S: Final = b"7200"
"""As long as Chromium remembers a preflight at most."""


class Origins:
    """The origins that are ours or allowed."""

    def __init__(self, settings: Settings) -> None:
        self._named = frozenset(settings.allowed_origins)
        self._own = frozenset({origin_of(settings.public_url)} if settings.public_url else ())
        self._answers: dict[bytes, list[Header]] = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", SHOWN),
                (b"vary", b"Origin"),
            ]
            for origin in self._named
        }
        self._others: list[Header] = [(b"vary", b"Origin")] if self._named else []

    def may_open_socket(self, origin: str | None, host: str | None) -> bool:
        """Programs send no Origin and are not asked."""
        if origin is None or origin in self._named or origin in self._own:
            return True
        try:
            return urlsplit(origin).netloc == host
        except ValueError:  # `http://[`
            return False

    def headers(self, origin: bytes | None) -> list[Header]:
        """What an answer to a page of that origin carries more."""
        return self._answers.get(origin or b"", self._others)

    def preflight(self, method: str, asked: Mapping[bytes, bytes]) -> Response | None:
        """The answer to a browser that asks before it sends; None for any other request."""
        if method != "OPTIONS" or b"access-control-request-method" not in asked:
            return None
        origin = asked.get(b"origin", b"")
        if origin not in self._answers:
            return refused(403, "forbidden", "expected an origin of HOUSEFUL_ALLOWED_ORIGINS")
        return Ready(
            204,
            [
                (b"access-control-allow-methods", METHODS),
                (b"access-control-allow-headers", ASKED),
                (b"access-control-max-age", MAX_AGE_S),
            ],
        )


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
