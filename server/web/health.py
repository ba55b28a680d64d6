"""Whether the server lives, whether it can serve, and its metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from starlette.responses import Response

from server.domain.errors import HousefulError
from server.store.connection import translated
from server.web.bodies import HealthBody, PartsBody, ReadyBody
from server.web.envelope import ok, refused
from server.web.operations import Call, Operation

ANSWER_WITHIN_S = 1.0


async def healthz(_: Call) -> Response:
    """This process answers."""
    return ok({"status": "ok"}, "Alive")


async def readyz(call: Call) -> Response:
    """The parts we stand on answer; 503 names those that do not."""

    async def ping_redis() -> None:
        with translated():
            await call.context.redis.ping()

    names = ("redis", "database")
    states = await asyncio.gather(state_of(ping_redis()), state_of(call.context.database.ping()))
    parts = dict(zip(names, states, strict=True))
    if all(state == "ok" for state in parts.values()):
        return ok({"status": "ready", "parts": parts}, "Ready")
    down = ", ".join(name for name, state in parts.items() if state != "ok")
    return refused(
        503,
        "unavailable",
        f"not ready: {down}",
        retryable=True,
        same_key=True,
        data={"parts": parts},
        headers={"Retry-After": "1"},
    )


async def state_of(ping: Awaitable[None]) -> str:
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await ping
    except (HousefulError, TimeoutError) as error:
        return str(error) or "no answer in time"
    return "ok"


OPERATIONS = (
    Operation(
        "GET",
        "/healthz",
        healthz,
        "This process answers",
        role="public",
        answers={200: HealthBody},
    ),
    Operation(
        "GET",
        "/readyz",
        readyz,
        "Redis and the database answer",
        role="public",
        answers={200: ReadyBody, 503: PartsBody},
        errors=(503,),
    ),
)
