"""Stripe's idempotency layer (docs.stripe.com/api/idempotent_requests, version 1 of the API).

The answer to the first request is kept once its work has begun, a 500 included, and repeated with
`Idempotent-Replayed: true`. Another body under the same key is a 400; one at work is a 409.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.stripe_double.errors import ApiError
from tests.stripe_double.rules import KEY_LENGTH


@dataclass(frozen=True)
class Reply:
    """Status, JSON body, headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Record:
    """What is known of a key; no reply yet while at work."""

    fingerprint: str
    reply: Reply | None = None


def fingerprint(path: str, raw_body: bytes) -> str:
    """What must be the same under one key."""
    return hashlib.sha256(path.encode() + b"\0" + raw_body).hexdigest()


class IdempotencyLayer:
    """Runs work once a key. `is_on = False` is the control: every request does its work."""

    def __init__(self) -> None:
        self.is_on = True
        self.records: dict[str, Record] = {}

    async def run(
        self, key: str | None, print_: str, work: Callable[[], Awaitable[Reply]]
    ) -> Reply:
        """The reply of `work`, or the one kept under `key`."""
        if key is None or not self.is_on:
            return await _answered(work)
        if len(key) > KEY_LENGTH:
            raise ApiError(400, "Idempotency keys are at most 255 characters.", stored=False)
        record = self.records.get(key)
        if record is not None:
            return _repeated(key, record, print_)
        record = self.records[key] = Record(print_)
        try:
            record.reply = await _answered(work)
        finally:
            if record.reply is None:
                del self.records[key]
        return record.reply


async def _answered(work: Callable[[], Awaitable[Reply]]) -> Reply:
    """Errors whose work had begun are answers like any other; the rest is not stored."""
    try:
        return await work()
    except ApiError as error:
        if not error.stored:
            raise
        return Reply(error.status, error.body())


def _repeated(key: str, record: Record, print_: str) -> Reply:
    if record.fingerprint != print_:
        raise ApiError(
            400,
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. Try using a key other than '{key}' if you meant to execute a "
            "different request.",
            kind="idempotency_error",
            stored=False,
        )
    if record.reply is None:
        raise ApiError(
            409,
            "There is currently another in-progress request using this Idempotent Key.",
            kind="idempotency_error",
            code="idempotency_key_in_use",
            stored=False,
        )
    replayed = {**record.reply.headers, "Idempotent-Replayed": "true"}
    return Reply(record.reply.status, record.reply.body, replayed)
