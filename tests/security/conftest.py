"""A server of its own for those who mean it harm, and the people who only want seats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.serving import Server, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None) -> Iterator[Server]:
    """A server that lets everybody try often, so that a refusal is never the limit's."""
    with running_server(
        tmp_path_factory.mktemp("security"),
        valkey_binary=redis_binary,
        reservations_per_minute=1_000_000,
    ) as running:
        yield running
