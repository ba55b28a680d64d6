"""Stripe's paths: request → fault script → idempotency layer → account → answer."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.stripe_double import forms, operations, rules
from tests.stripe_double.account import Account
from tests.stripe_double.errors import ApiError, invalid
from tests.stripe_double.faults import AFTER, BEFORE, Fault, FaultScript
from tests.stripe_double.idempotency import IdempotencyLayer, Reply, fingerprint
from tests.stripe_double.webhooks import Courier
from tests.stripe_double.wire import Broken

Operation = Callable[[Account, dict[str, str], dict[str, Any]], dict[str, Any]]


KEYS = ("Bearer sk_test_", "Bearer sk_live_", "Bearer rk_test_", "Bearer rk_live_")
"""docs.stripe.com/keys: secret and restricted keys of both modes."""

FROM_THE_PAGE = frozenset({"authenticate", "create_confirmation_token", "create_payment_method"})
"""What Stripe.js calls, which names its version in its own way."""


@dataclass
class Double:
    """Everything that stands behind the paths."""

    account: Account = field(default_factory=Account)
    layer: IdempotencyLayer = field(default_factory=IdempotencyLayer)
    faults: FaultScript = field(default_factory=FaultScript)
    courier: Courier = field(default_factory=Courier)
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    """(operation, idempotency key) of every request, in the order of arrival."""

    def __post_init__(self) -> None:
        self.account.on_event = self.courier.take


def routes(double: Double) -> Iterable[Route]:
    """Every path of Stripe's that we know."""
    for method, path, name, operation in operations.TABLE:
        yield Route(path, _endpoint(double, name, operation), methods=[method])


def _endpoint(
    double: Double, name: str, operation: Operation
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raw_body = await request.body()
        key = request.headers.get("idempotency-key")
        double.seen.append((name, key))
        fault = double.faults.take(name)
        try:
            if fault is not None and fault.kind in BEFORE:
                return _broken_before(fault)
            _check_key(request)
            if name not in FROM_THE_PAGE:
                rules.check_version(request.headers.get("stripe-version"))
            reply = await double.layer.run(
                key if request.method == "POST" else None,
                fingerprint(request.url.path, raw_body),
                lambda: _work(double, fault, name, operation, request, raw_body),
            )
        except ApiError as error:
            reply = Reply(error.status, error.body())
        if fault is not None and fault.kind in AFTER:
            return Broken(fault.kind)
        return _response(reply)

    return endpoint


async def _work(
    double: Double,
    fault: Fault | None,
    name: str,
    operation: Operation,
    request: Request,
    raw_body: bytes,
) -> Reply:
    """What the idempotency layer guards: the operation, late or failing as the fault says."""
    if fault is not None and fault.kind == "latency":
        await asyncio.sleep(double.faults.delay_s(fault))
    if fault is not None and fault.kind == "refuse":
        raise invalid("Received unknown parameter: x", param="x", code="parameter_unknown")
    failure = Reply(500, ApiError(500, "Internal error", "api_error").body(), _DO_NOT_RETRY)
    if fault is not None and fault.kind == "error_before":
        return failure
    text = request.url.query if request.method == "GET" else raw_body.decode()
    hides = fault is not None and fault.kind == "error_after"
    try:
        form = forms.parse(text)
        rules.check_parameters(name, form)
        body = operation(double.account, dict(request.path_params), form)
    except ApiError as error:
        if hides and error.stored:
            return failure
        raise
    return failure if hides else Reply(200, body)


_DO_NOT_RETRY = {"Stripe-Should-Retry": "false"}
"""Stripe says so with a stored 500: the same key would only bring the same answer."""


def _broken_before(fault: Fault) -> Response:
    if fault.kind == "rate_limit":
        error = ApiError(429, "Too many requests", code="rate_limit", stored=False)
        return _response(Reply(429, error.body(), {"Retry-After": str(int(fault.seconds))}))
    if fault.kind == "unavailable":
        return _response(Reply(503, ApiError(503, "Unavailable", "api_error").body()))
    return Broken(fault.kind)


def _check_key(request: Request) -> None:
    if not request.headers.get("authorization", "").startswith(KEYS):
        raise ApiError(401, "Invalid API Key provided", stored=False)


def _response(reply: Reply) -> Response:
    headers = {"Request-Id": f"req_{secrets.token_hex(7)}", **reply.headers}
    return JSONResponse(reply.body, reply.status, headers)
