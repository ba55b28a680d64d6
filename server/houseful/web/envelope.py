"""The envelope around every answer, and what an error adds to it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from houseful.domain.errors import HousefulError
from houseful.domain.wording import shown
from houseful.wire.codec import encode
from houseful.wire.error_codes import in_data

JSON = "application/json"
JSON_HEADER = (b"content-type", JSON.encode())
UNFIT: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
"""In a header's value these would end it, or the whole head."""


class Ready(Response):
    """A response whose headers need no second look: names lower case, all of it bytes."""

    def __init__(
        self, status_code: int, headers: list[tuple[bytes, bytes]], body: bytes = b""
    ) -> None:
        self.status_code = status_code
        self.background = None
        self.body = body
        if status_code not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
            headers.append((b"content-length", b"%d" % len(body)))
        self.raw_headers = headers

    def head(self) -> bytes:
        """Its headers as they travel."""
        return b"".join([line(name, value) for name, value in self.raw_headers])


@lru_cache(maxsize=4096)
def line(name: bytes, value: bytes) -> bytes:
    """One header as it travels; most are the same again and again."""
    if UNFIT.search(value):
        raise ValueError(f"expected a value that fits into a header, got {shown(value)}")
    return b"%b: %b\r\n" % (name, value)


@lru_cache(maxsize=4096)
def raw(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode(), value.encode()


def encoded(body: object, status: int, headers: Mapping[str, str] | None) -> Response:
    """JSON that nobody keeps, unless `headers` say otherwise: it is the caller's own and of now."""
    more = [
        raw(name, value)
        for name, value in ({"Cache-Control": "no-store"} | dict(headers or {})).items()
    ]
    return Ready(status, [JSON_HEADER, *more], encode(body))


def ok(
    data: object,
    message: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **more: object,
) -> Response:
    """`more` stands beside `data`, e.g. `page`."""
    body = {"statusCode": status, "success": status < 400, "message": message, "data": data, **more}
    return encoded(body, status, headers)


def refused(
    status: int,
    code: str,
    message: str,
    *,
    retryable: bool = False,
    same_key: bool = False,
    data: object = None,
    headers: Mapping[str, str] | None = None,
    details: Mapping[str, object] | None = None,
) -> Response:
    """An error that programs can act on: `error.code`, `error.retryable`, `error.sameKey`."""
    error: dict[str, Any] = {"code": code, "retryable": retryable, "sameKey": same_key}
    body = {
        "statusCode": status,
        "success": False,
        "message": message,
        "data": data,
        "error": {**(details or {}), **error},
    }
    return encoded(body, status, headers)


def failure(error: HousefulError) -> Response:
    """The answer for one of our own errors. What it tells of the purchase stands in `data`."""
    headers = {}
    data, details = in_data(error.details)
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if "limit" in error.details and error.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers |= rate_limit_headers(
            int(str(error.details["limit"])), 0, int(str(error.details["resetSeconds"]))
        )
    return refused(
        error.status,
        error.code,
        error.message,
        retryable=error.retryable,
        same_key=error.same_key,
        data=data or None,
        headers=headers,
        details=details,
    )


def rate_limit_headers(limit: int, remaining: int, reset_s: int) -> dict[str, str]:
    """draft-ietf-httpapi-ratelimit-headers, in the three-field form that clients know."""
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(reset_s),
    }
