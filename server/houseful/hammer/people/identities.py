"""Who the hammer says it is: guests, given tokens, or as many users as wanted from the secret."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from houseful.domain.errors import HousefulError, InvalidRequest
from houseful.hammer.client.http_client import HttpClient
from houseful.hammer.plan import RunPlan
from houseful.wire.codec import decode, encode

TTL_S: Final = 7_200
"""A minted token outlives the longest run."""

GUEST_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Identity:
    user: str
    token: str


class NoIdentity(HousefulError):
    """The server gives us no guest, or a token is none."""


class Identities:
    """`next` is a user that was not yet used, as long as there are any."""

    def __init__(self, plan: RunPlan, http: HttpClient) -> None:
        self._plan = plan
        self._http = http
        self._made = 0
        self._run = uuid.uuid4().hex[:12]
        """Nobody has met these users before, in whatever earlier run."""
        self._given = cycle([Identity(subject_of(token), token) for token in plan.tokens])
        self._lock = asyncio.Lock()

    @property
    def are_fixed(self) -> bool:
        """Whether `next` hands out the same few again and again."""
        return bool(self._plan.tokens) and not self._plan.jwt_secret

    async def next(self) -> Identity:
        """Raises NoIdentity, OSError."""
        if self._plan.jwt_secret:
            self._made += 1
            user = f"hammer-{self._run}-{self._made}"
            return Identity(user, mint(self._plan.jwt_secret, user, self._plan.jwt_claims))
        if self._plan.tokens:
            return next(self._given)
        async with self._lock:
            return await self._guest()

    async def _guest(self) -> Identity:
        for _ in range(GUEST_TRIES):
            reply = await self._http.ask("POST", "/auth/guest")
            if reply.status == 201:
                return Identity(reply.data["userId"], reply.data["token"])
            if reply.status not in (429, 503):
                break
            await asyncio.sleep(reply.retry_after_s)
        raise NoIdentity(
            f"expected a guest of POST /auth/guest, got {reply.status} {reply.code};"
            " --jwt-secret or --token does without"
        )


def mint(secret: str, user: str, claims: Mapping[str, str]) -> str:
    """A customer's token under the server's own secret (HS256, RFC 7515)."""
    now = int(time.time())
    body = {"sub": user, "role": "customer", "iat": now, "exp": now + TTL_S, **claims}
    signed = b".".join(_encode64(encode(part)) for part in ({"alg": "HS256", "typ": "JWT"}, body))
    signature = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + _encode64(signature)).decode()


def subject_of(token: str) -> str:
    """Whom a token speaks for, unverified. Raises InvalidRequest."""
    try:
        body = token.split(".")[1]
        return str(decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))["sub"])
    except (IndexError, KeyError, TypeError, ValueError, InvalidRequest):
        raise InvalidRequest("--token: expected a JSON Web Token with a `sub`") from None


def _encode64(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
