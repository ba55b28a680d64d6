"""Two servers for the tests of HTTP and sockets, and people who use them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from tests.ledger.conftest import postgres
from tests.stripe_double.fixture import stripe_double
from tests.support.server_process import server_process
from tests.support.serving import Guest, Sale, Server, running_server
from tests.web.wire import check_answer, check_frame

__all__ = ["postgres", "stripe_double"]

ALLOWED_ORIGIN = "https://shop.example"
Join = Callable[..., Awaitable[Guest]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None) -> Iterator[Server]:
    """A server as it is without any settings."""
    with running_server(tmp_path_factory.mktemp("server"), valkey_binary=redis_binary) as running:
        yield running


@pytest.fixture(scope="session")
def brief_holds(
    tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None
) -> Iterator[Server]:
    """A server whose reservations end after a second, and that lets everybody try often.

    Pages of ALLOWED_ORIGIN may ask it.
    """
    with running_server(
        tmp_path_factory.mktemp("brief-holds"),
        allowed_origins=(ALLOWED_ORIGIN,),
        valkey_binary=redis_binary,
        hold_seconds=1,
        reservations_per_minute=1000,
    ) as running:
        yield running


@pytest.fixture(scope="session")
def pair(
    tmp_path_factory: pytest.TempPathFactory, redis_binary: Path | None
) -> Iterator[tuple[Server, Server]]:
    """Two processes on one Redis and one database, for those who are in a hurry."""
    with (
        running_server(
            tmp_path_factory.mktemp("pair"),
            valkey_binary=redis_binary,
            reservations_per_minute=10_000,
            max_seats=100,
        ) as server,
        server_process(server.settings) as url,
    ):
        yield server, Server(url, server.settings, server.redis_url, None, server.stop)


@pytest.fixture
def sale(server: Server) -> Sale:
    """A fresh event of 80 seats: Orchestra and Balcony, rows A to D of 10."""
    return server.add_event()


@pytest.fixture(scope="session")
def quiet_sale(server: Server) -> Sale:
    """One event for all tests that must not change anything."""
    return server.add_event()


@pytest_asyncio.fixture
async def join(server: Server) -> AsyncIterator[Join]:
    """Sign people in: `await join()` is a new guest, `await join("ann", "venue")` a known one."""
    async with AsyncExitStack() as stack:

        async def enter(
            name: str | None = None, role: str = "customer", *, at: Server = server
        ) -> Guest:
            return await stack.enter_async_context(
                at.user(name, role, check_answer=check_answer, check_frame=check_frame)
            )

        yield enter


@pytest_asyncio.fixture
async def ann(join: Join) -> Guest:
    return await join()


@pytest_asyncio.fixture
async def ben(join: Join) -> Guest:
    return await join()


@pytest_asyncio.fixture
async def venue(join: Join) -> Guest:
    """Somebody of the venue's staff."""
    return await join("vera", "venue")
