"""Answers that are only sent when the client lacks them: ETag, If-Modified-Since, gzip."""

from __future__ import annotations

import time
from email.utils import formatdate, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response

from server.codec import parse_iso
from server.domain.errors import InvalidRequest
from server.realtime.replica import Body


def conditional(request: Request, body: Body, media_type: str) -> Response:
    """`body`, or 304 when the client has it. `If-None-Match` goes before `If-Modified-Since`."""
    headers = {
        "ETag": body.etag,
        "Last-Modified": last_modified(body.modified_ms, time.time()),
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Authorization",
    }
    if unchanged(request, body):
        return Response(status_code=304, headers=headers)
    content = body.plain
    if accepts_gzip(request):
        content = body.zipped
        headers["Content-Encoding"] = "gzip"
    return Response(content, headers=headers, media_type=media_type)


def unchanged(request: Request, body: Body) -> bool:
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
        return body.etag in tags or "*" in tags
    since = request.headers.get("if-modified-since")
    if since is None:
        return False
    known_ms = moment(since)
    return known_ms is not None and known_ms >= body.modified_ms


def moment(text: str) -> int | None:
    """An HTTP date or, as the brief's client sends, an ISO one, in ms; None for neither.

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


def last_modified(modified_ms: int, now_s: float) -> str:
    """The HTTP date of a change; one second earlier while that second still runs.

    A further change in it would otherwise look unmodified to who asks with this date.
    """
    second = modified_ms // 1000
    return formatdate(second - 1 if second >= int(now_s) else second, usegmt=True)


def accepts_gzip(request: Request) -> bool:
    return accepts(request, "gzip", "*")


def accepts(request: Request, *codings: str) -> bool:
    """Whether the client takes one of these content codings; a weight of 0 says it does not."""
    accepted = request.headers.get("accept-encoding", "")
    for part in accepted.split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip().lower() in codings:
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
