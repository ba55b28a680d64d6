"""Answers that are only sent when the client lacks them: ETag, If-Modified-Since, gzip.

ETags are weak: one stands for a body in every content coding (RFC 9110 §8.8.3.3).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache

from starlette.responses import Response

from houseful.domain.errors import InvalidRequest
from houseful.realtime.replica import Body
from houseful.web.envelope import Ready
from houseful.wire.codec import parse_iso

SAME = (
    (b"cache-control", b"private, no-cache"),
    (b"vary", b"Accept-Encoding, Authorization"),
)


def conditional(asked: Mapping[bytes, bytes], body: Body, media_type: str) -> Response:
    """`body`, or 304 when the client has it. `If-None-Match` goes before `If-Modified-Since`."""
    headers = [
        (b"etag", body.etag.encode()),
        (b"last-modified", last_modified(body.modified_ms, int(time.time())).encode()),
        *SAME,
    ]
    if unchanged(asked.get(b"if-none-match"), asked.get(b"if-modified-since"), body):
        return Ready(304, headers)
    content = body.plain
    if accepts_gzip(asked):
        content = body.zipped
        headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-type", media_type.encode()))
    return Ready(200, headers, content)


def unchanged(tags: bytes | None, since: bytes | None, body: Body) -> bool:
    """By the request's `If-None-Match`, or without one by its `If-Modified-Since`."""
    if tags is not None:
        if tags == body.etag.encode():
            return True  # as all clients send it
        return matches(tags.decode("latin-1"), body.etag)
    if since is None:
        return False
    known_ms = moment(since.decode("latin-1"))
    return known_ms is not None and known_ms >= body.modified_ms


def matches(given: str, etag: str) -> bool:
    """`If-None-Match` against a weak ETag, compared weakly (RFC 9110 §13.1.2)."""
    known = [tag.strip().removeprefix("W/") for tag in given.split(",")]
    return etag.removeprefix("W/") in known or "*" in known


def moment(text: str) -> int | None:
    """An HTTP date, or an ISO one such as the map's `timestamp`, in ms; None for neither.

    A whole second from an HTTP date stands for all of that second: `last_modified` never names a
    second that is not over.
    """
    try:
        return parse_iso(text)
    except InvalidRequest:
        pass
    try:
        return int(parsedate_to_datetime(text).timestamp() * 1000) + 999
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=256)
def last_modified(modified_ms: int, now_s: int) -> str:
    """The HTTP date of a change; one second earlier while that second still runs.

    A further change in it would otherwise look unmodified to who asks with this date.
    """
    second = modified_ms // 1000
    return formatdate(second - 1 if second >= now_s else second, usegmt=True)


def accepts_gzip(asked: Mapping[bytes, bytes]) -> bool:
    return accepts(asked, "gzip", "*")


def accepts(asked: Mapping[bytes, bytes], *codings: str) -> bool:
    """Whether the client takes one of these content codings; a weight of 0 says it does not."""
    return named(asked.get(b"accept-encoding", b"").decode("latin-1"), codings)


@lru_cache(maxsize=256)
def named(accepted: str, codings: tuple[str, ...]) -> bool:
    """`Accept-Encoding` read; there are no more of those than kinds of browsers."""
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip().lower() in codings:
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
