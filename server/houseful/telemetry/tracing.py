"""Traces in OpenTelemetry's terms, for those who installed `houseful[otel]` and set an endpoint.

Without either, `span` costs one comparison. Never: a secret or a person in an attribute.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from houseful.domain.errors import ConfigurationError

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""OpenTelemetry's own variables; the exporter and the SDK read these and their kin themselves."""

SERVICE: Final = "houseful"
NOTHING: Final[AbstractContextManager[Any]] = nullcontext()

_tracer: Any = None


def configure(exporter: Any = None) -> None:
    """Send spans where the environment says, or to `exporter`; without either, nowhere.

    Raises ConfigurationError when an endpoint is set and the packages are missing.
    """
    global _tracer
    if exporter is None and not any(os.environ.get(name) for name in ENDPOINTS):
        return
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise ConfigurationError(
            f"expected the packages of `pip install houseful[otel]`, as {ENDPOINTS[0]} is set:"
            f" {error}"
        ) from None
    name = os.environ.get("OTEL_SERVICE_NAME", SERVICE)
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(
        SimpleSpanProcessor(exporter) if exporter else BatchSpanProcessor(OTLPSpanExporter())
    )
    _tracer = provider.get_tracer(SERVICE)


def stop() -> None:
    """Trace no more; for tests."""
    global _tracer
    _tracer = None


def span(name: str, attributes: Mapping[str, Any] | None = None) -> AbstractContextManager[Any]:
    """A span inside the current one. The value is the span, or None when nothing is traced."""
    if _tracer is None:
        return NOTHING
    return _tracer.start_as_current_span(name, attributes=attributes)  # type: ignore[no-any-return]


def request_span(
    method: str, route: str, headers: Mapping[bytes, bytes]
) -> AbstractContextManager[Any]:
    """The span of an incoming request; goes on with the caller's trace (W3C `traceparent`)."""
    if _tracer is None:
        return NOTHING
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    return _tracer.start_as_current_span(  # type: ignore[no-any-return]
        f"{method} {route}",
        context=extract(
            {name.decode("latin-1"): value.decode("latin-1") for name, value in headers.items()}
        ),
        kind=SpanKind.SERVER,
        attributes={"http.route": route},
    )
