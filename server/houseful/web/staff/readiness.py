"""Ready to sell? What `houseful doctor` tries, for staff's page."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import Final

from starlette.responses import Response

from houseful.readiness import checks, stored
from houseful.readiness.findings import Finding
from houseful.sales.single_flight import SingleFlight
from houseful.settings import Settings
from houseful.web.envelope import ok
from houseful.web.operations import Call, Operation
from houseful.wire.staff import ReadinessBody, ReadinessItem

FRESH_S: Final = 20.0
"""Each look asks the gateway and the mail server: pages that ask together, or again, share one."""

_flights: SingleFlight[int, Sequence[Finding]] = SingleFlight()
_seen: dict[int, tuple[float, Sequence[Finding]]] = {}


async def get_readiness(call: Call) -> Response:
    """Tries each part of the server; asked again within seconds, it tells what it saw."""
    settings = call.context.settings
    at, found = _seen.get(id(settings), (0.0, None))
    if found is None or monotonic() - at > FRESH_S:
        found = await _flights.run(id(settings), lambda: look(settings))
    view = readiness_view([*found, *stored.left_out()])
    return ok(view, "Readiness retrieved successfully", 200, {"Cache-Control": "no-store"})


async def look(settings: Settings) -> Sequence[Finding]:
    findings = await checks.examine(settings)
    _seen[id(settings)] = (monotonic(), findings)
    return findings


def readiness_view(findings: Sequence[Finding]) -> ReadinessBody:
    items: list[ReadinessItem] = [
        {
            "subject": finding.subject,
            "code": finding.code,
            "ok": finding.ok,
            "severity": finding.severity,
            "params": dict(finding.params),
        }
        for finding in findings
    ]
    return {"ready": all(finding.ok for finding in findings), "items": items}


OPERATIONS = (
    Operation(
        "GET",
        "/readiness",
        get_readiness,
        "Ready to sell?",
        role="venue",
        answers={200: ReadinessBody},
    ),
)
