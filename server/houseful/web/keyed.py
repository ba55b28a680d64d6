"""POSTs that make something take an `Idempotency-Key`: sent again, they make nothing a second time.

A key belongs to one user and one request. Refusals are not kept: what was refused may be corrected
under the same key. POST /bookings has its own, stricter keys.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from houseful.domain.errors import Conflict, HousefulError, InProgress, InvalidRequest, KeyReused
from houseful.ledger import answered
from houseful.ledger.answered import Known
from houseful.web.envelope import JSON_HEADER, Ready

if TYPE_CHECKING:
    from houseful.web.operations import Call

PARAMETER: Final = "Request-Key"
"""In an operation's parameters: it takes a key."""

KEY: Final = re.compile(r"[\x21-\x7e]{1,128}")
LARGEST_BODY: Final = 32 * 1024 * 1024
"""A plan's; the handler has the say for smaller ones."""

WORKING_MS: Final = 60_000
"""Longer than any request takes: one that has no answer after it was cut off."""


async def answered_once(call: Call, handler: Callable[[Call], Awaitable[Response]]) -> Response:
    """The handler's answer, or the one that was given under the request's key before."""
    given = call.asked.get(b"idempotency-key")
    if given is None:
        return await handler(call)
    key = given.decode("latin-1")
    if not KEY.fullmatch(key):
        raise InvalidRequest(
            "Idempotency-Key: expected 1 to 128 visible ASCII characters",
            code="idempotency_key_invalid",
        )
    user, database, now_ms = call.user.id, call.context.database, call.context.clock()
    fingerprint = await fingerprint_of(call)
    known = await database.transact(lambda s: answered.take(s, user, key, fingerprint, now_ms))
    if known is not None:
        return repeated(known, fingerprint, now_ms)
    try:
        answer = await handler(call)
    except HousefulError as error:
        if error.status < 500:  # of a 5xx nobody knows what it left behind
            await database.transact(lambda s: answered.drop(s, user, key))
        raise
    if answer.status_code >= 400:
        await database.transact(lambda s: answered.drop(s, user, key))
        return answer
    status, body = answer.status_code, bytes(answer.body).decode()
    await database.transact(lambda s: answered.finish(s, user, key, status, body))
    return answer


async def fingerprint_of(call: Call) -> str:
    body = await call.raw_body(LARGEST_BODY if call.user.is_staff else None)
    about = f"{call.request.method} {call.request.url.path}\n".encode()
    return hashlib.sha256(about + body).hexdigest()


def repeated(known: Known, fingerprint: str, now_ms: int) -> Response:
    """The answer under a key that was used. Raises KeyReused, InProgress, Conflict."""
    if known.fingerprint != fingerprint:
        raise KeyReused("the key was used for another request")
    if known.status:
        headers = [JSON_HEADER, (b"cache-control", b"no-store"), (b"idempotency-replay", b"true")]
        return Ready(known.status, headers, known.response.encode())
    if now_ms - known.created_at_ms < WORKING_MS:
        raise InProgress("the same request is being worked on", retry_after_s=1)
    raise Conflict(
        "the request was cut off: look whether it was done, then use a new key",
        code="outcome_unknown",
    )
