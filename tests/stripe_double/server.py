"""The double on a loopback socket: in a thread beside the test, or as a process of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette

from tests.stripe_double import api, control
from tests.stripe_double.api import Double


class StripeDouble:
    """A running double. `url` is for `StripeGateway(api_base=…)`; its parts are open to tests."""

    def __init__(self, port: int = 0) -> None:
        self.double = Double()
        self.account = self.double.account
        self.ledger = self.double.account.ledger
        self.faults = self.double.faults
        self.layer = self.double.layer
        self.courier = self.double.courier
        self._socket = socket.create_server(("127.0.0.1", port))
        # asyncio does so only for sockets it made itself; without it each answer on a connection
        # that is used again waits 40 ms for an acknowledgement.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        app = Starlette(routes=[*api.routes(self.double), *control.routes(self.double)])
        app.state.find_transport = self._find_transport
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_level="critical", access_log=False
        )
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_loop = threading.Event()

    @property
    def seen(self) -> list[tuple[str, str | None]]:
        """(operation, idempotency key) of every request so far."""
        return self.double.seen

    def serve(self) -> None:
        """Serve until `close`, in this thread."""
        asyncio.run(self._serve())

    def start(self) -> StripeDouble:
        """Serve in a thread of its own; connections are taken from now on."""
        self._thread = threading.Thread(target=self.serve, name="stripe-double", daemon=True)
        self._thread.start()
        if not self._has_loop.wait(timeout=10):
            raise RuntimeError("the double did not start within 10 s")
        return self

    def close(self) -> None:
        """Stop and cut what still hangs."""
        self._server.should_exit = True
        self._server.force_exit = True
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._socket.close()

    def cut(self) -> None:
        """Drop every connection, those whose answer hangs among them."""

        def drop() -> None:
            for connection in list(self._server.server_state.connections):
                connection.transport.abort()  # type: ignore[union-attr]  # it serves HTTP only

        self._in_loop(drop)

    def flush_webhooks(self, order: Sequence[int] | None = None) -> None:
        """Let held webhooks go; see Courier.flush."""
        self._in_loop(lambda: self.courier.flush(order))

    def _in_loop(self, work: Callable[[], None]) -> None:
        async def run() -> None:
            work()

        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(run(), self._loop).result(timeout=10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._has_loop.set()
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            await self.courier.close()

    def _find_transport(self, client: Any) -> asyncio.Transport | None:
        connections: set[Any] = self._server.server_state.connections
        for connection in connections:
            if tuple(connection.client or ()) == tuple(client):
                transport: asyncio.Transport = connection.transport
                return transport
        return None
