"""Spans for those who want them: a purchase as one trace, nothing when nobody listens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from houseful.telemetry import tracing
from tests.support.serving import Guest, Sale, eventually
from tests.web.buyer.test_bookings import post
from tests.web.conftest import Join

CALLER = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.configure(exporter)
    yield exporter
    tracing.stop()


async def buy(guest: Guest, sale: Sale) -> None:
    guest.http.headers["traceparent"] = f"00-{CALLER}-b7ad6b7169203331-01"
    seats = (await guest.held(sale, sale.seats[0]))["reservedSeatIds"]
    assert (await post(guest, sale, seats)).status_code == 201


async def test_a_purchase_is_one_trace_that_goes_on_from_the_callers(
    spans: InMemorySpanExporter, join: Join, sale: Sale
) -> None:
    await buy(await join(), sale)

    async def is_told() -> bool:
        return "POST /bookings" in [span.name for span in spans.get_finished_spans()]

    await eventually(is_told)
    mine = {
        span.name: span
        for span in spans.get_finished_spans()
        if f"{span.context.trace_id:032x}" == CALLER
    }
    request = mine["POST /bookings"]
    assert request.attributes is not None
    assert request.attributes["http.route"] == "/bookings"
    assert request.attributes["http.response.status_code"] == 201
    step = mine["checkout claimed"]
    assert step.parent is not None
    assert step.parent.span_id == request.context.span_id
    said = [str(span.attributes) for span in spans.get_finished_spans()]
    assert not any("4242" in text or "Bearer" in text for text in said)


async def test_nothing_is_traced_unless_asked_for(join: Join, sale: Sale) -> None:
    tracing.configure()
    assert tracing.span("anything") is tracing.NOTHING
    await buy(await join(), sale)


def test_an_endpoint_without_the_packages_is_a_clear_error() -> None:
    code = (
        "import sys; sys.modules['opentelemetry.sdk.resources'] = None\n"
        "from houseful.telemetry import tracing\n"
        "try: tracing.configure()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "ConfigurationError" in done.stdout
    assert "houseful[otel]" in done.stdout
