"""Whether the server lives, whether it can serve, and its metrics."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable
from pathlib import Path

import structlog
from starlette.responses import Response

from houseful import __version__
from houseful.domain.errors import Forbidden, HousefulError, Unauthenticated
from houseful.realtime import gauges
from houseful.redis.connection import translated
from houseful.telemetry import metrics
from houseful.web.envelope import ok, refused
from houseful.web.operations import Call, Operation
from houseful.wire.buyer import HealthBody, PartsBody, ReadyBody

log = structlog.get_logger(__name__)

ANSWER_WITHIN_S = 1.0
DASHBOARD = Path(metrics.__file__).with_name("grafana.json")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


async def healthz(_: Call) -> Response:
    """This process answers."""
    return ok({"status": "ok"}, "Alive")


async def states(call: Call) -> dict[str, str]:
    """Part → `ok` or `unavailable`."""

    async def ping_redis() -> None:
        with translated():
            await call.context.redis.ping()

    found = await asyncio.gather(
        state_of("redis", ping_redis()), state_of("database", call.context.database.ping())
    )
    return dict(zip(("redis", "database"), found, strict=True))


async def readyz(call: Call) -> Response:
    """The parts we stand on answer; 503 names those that do not."""
    parts = await states(call)
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


async def state_of(part: str, ping: Awaitable[None]) -> str:
    """`ok` or `unavailable`; the reason may name hosts inside and goes to the log."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            await ping
    except HousefulError as error:
        log.warning("part_unavailable", part=part, error=error.told)
    except TimeoutError:
        log.warning("part_unavailable", part=part, error="no answer in time")
    else:
        return "ok"
    return "unavailable"


async def get_metrics(call: Call) -> Response:
    """For Prometheus: with HOUSEFUL_METRICS_TOKEN from anywhere, without it from this machine."""
    settings = call.context.settings
    token = settings.metrics_token
    if token is None:
        client = call.request.client
        through_a_proxy = "x-forwarded-for" in call.request.headers and not settings.trusted_proxies
        if client is None or client.host not in LOOPBACK or through_a_proxy:
            raise Forbidden("expected HOUSEFUL_METRICS_TOKEN to be set for other machines")
    else:
        given = call.request.headers.get("authorization", "")
        expected = f"Bearer {token.get_secret_value()}"
        if not secrets.compare_digest(given.encode(), expected.encode()):
            raise Unauthenticated("expected Authorization: Bearer with the metrics token")
    gauges.measure(call.context.live)
    up = {part: state == "ok" for part, state in (await states(call)).items()}
    return Response(metrics.exposition(__version__, up), media_type=metrics.CONTENT_TYPE)


async def get_dashboard(_: Call) -> Response:
    """A Grafana dashboard of these metrics, to import."""
    return Response(DASHBOARD.read_bytes(), media_type="application/json")


OPERATIONS = (
    Operation(
        "GET",
        "/metrics/dashboard.json",
        get_dashboard,
        "A Grafana dashboard for these metrics",
        role="public",
        answers={200: "application/json"},
    ),
    Operation(
        "GET",
        "/metrics",
        get_metrics,
        "Counters and timings for Prometheus",
        role="public",
        answers={200: "text/plain"},
        errors=(401, 403),
    ),
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
