"""Our own paths under /_double, for a test in another process to drive the double."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.stripe_double import webhooks
from tests.stripe_double.api import Double


def routes(double: Double) -> Iterable[Route]:
    """POST to change, GET to look, DELETE to take back."""

    async def add_fault(request: Request) -> Response:
        try:
            double.faults.add(**await _json(request))
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"rules": len(double.faults.rules)})

    async def clear_faults(request: Request) -> Response:
        double.faults.clear()
        return Response(status_code=204)

    async def fired(request: Request) -> Response:
        return JSONResponse(double.faults.fired)

    async def ledger(request: Request) -> Response:
        return JSONResponse(double.account.ledger.body())

    async def requests(request: Request) -> Response:
        return JSONResponse(double.seen)

    async def set_route(request: Request) -> Response:
        try:
            double.courier.route = webhooks.Route(**await _json(request))
        except TypeError as error:
            return JSONResponse({"error": str(error)}, 400)
        return Response(status_code=204)

    async def flush(request: Request) -> Response:
        count = len(double.courier.held)
        double.courier.flush((await _json(request)).get("order"))
        return JSONResponse({"held": count})

    async def courier(request: Request) -> Response:
        return JSONResponse(
            {
                "held": [[event["id"], event["type"]] for event in double.courier.held],
                "delivered": double.courier.delivered,
                "idle": double.courier.is_idle,
            }
        )

    async def settle(request: Request) -> Response:
        success = bool((await _json(request)).get("success", True))
        return JSONResponse(double.account.settle_intent(request.path_params["id"], success).body())

    async def dispute(request: Request) -> Response:
        status = str((await _json(request)).get("status", "needs_response"))
        return JSONResponse(double.account.dispute(request.path_params["id"], status).body())

    async def idempotency(request: Request) -> Response:
        double.layer.is_on = bool((await _json(request))["on"])
        return Response(status_code=204)

    return (
        Route("/_double/faults", add_fault, methods=["POST"]),
        Route("/_double/faults", clear_faults, methods=["DELETE"]),
        Route("/_double/faults", fired, methods=["GET"]),
        Route("/_double/ledger", ledger, methods=["GET"]),
        Route("/_double/requests", requests, methods=["GET"]),
        Route("/_double/webhooks", set_route, methods=["POST"]),
        Route("/_double/webhooks/flush", flush, methods=["POST"]),
        Route("/_double/webhooks", courier, methods=["GET"]),
        Route("/_double/payment_intents/{id}/settle", settle, methods=["POST"]),
        Route("/_double/payment_intents/{id}/dispute", dispute, methods=["POST"]),
        Route("/_double/idempotency", idempotency, methods=["POST"]),
    )


async def _json(request: Request) -> dict[str, Any]:
    body = await request.body()
    parsed: dict[str, Any] = json.loads(body) if body else {}
    return parsed
