"""A server of its own for those who mean it harm, and the people who only want seats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.support.serving import Server, running_server


@pytest.fixture(scope="session", autouse=True)
def short_traces() -> Iterator[None]:
    """structlog's own default shows every local variable, for seconds on a busy machine."""
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[structlog.processors.add_log_level, plain])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None) -> Iterator[Server]:
    """A server that lets everybody try often, so that a refusal is never the limit's."""
    with running_server(
        tmp_path_factory.mktemp("security"),
        valkey_binary=redis_binary,
        reservations_per_minute=1_000_000,
    ) as running:
        yield running
