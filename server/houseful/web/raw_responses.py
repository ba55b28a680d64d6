"""Answers to what never became a request: the bytes that a connection is refused with."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from houseful.web.envelope import refused
from houseful.web.middleware import security_headers

COME_BACK_AFTER_S = "5"


def bare_answers(*, uses_stripe: bool) -> Callable[[int, str, str], bytes]:
    """(status, code, message) → status line, headers and envelope, after which we hang up."""
    fixed = security_headers(uses_stripe=uses_stripe)

    def answer(status: int, code: str, message: str) -> bytes:
        is_ours = status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.SERVICE_UNAVAILABLE)
        response = refused(status, code, message, retryable=is_ours, same_key=is_ours)
        headers = [*response.raw_headers, *fixed, (b"connection", b"close")]
        if status == HTTPStatus.UPGRADE_REQUIRED:
            headers += [(b"upgrade", b"websocket"), (b"sec-websocket-version", b"13")]
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers.append((b"retry-after", COME_BACK_AFTER_S.encode()))
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
        lines += [name + b": " + value for name, value in headers]
        return b"\r\n".join([*lines, b"", bytes(response.body)])

    return answer
