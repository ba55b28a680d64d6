"""Where webhooks arrive in a test: a loopback server that keeps what it was sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

Delivery = tuple[bytes, dict[str, str]]
"""(raw body, headers in lower case)."""


class Inbox:
    """Answers each delivery with the next of `answers`, then with 200."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: list[int] = []
        self._received: asyncio.Queue[Delivery] = asyncio.Queue()

    async def next(self) -> Delivery:
        """The next delivery, in the order of arrival."""
        return await self._received.get()

    async def take(self, request: Request) -> Response:
        """The endpoint."""
        self._received.put_nowait((await request.body(), dict(request.headers)))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """An inbox in the loop of the test."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Inbox(f"http://127.0.0.1:{listener.getsockname()[1]}/webhooks")
        app = Starlette(routes=[Route("/webhooks", made.take, methods=["POST"])])
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_level="critical", access_log=False
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield made
        server.should_exit = server.force_exit = True
        await serving
