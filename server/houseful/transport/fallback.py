"""A live socket under a server that lacks our ASGI extension: the same through `receive` and `send`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any, Final

from houseful.realtime.viewer_batch import Viewer
from houseful.transport.inbound_queue import MessageListener
from houseful.wire import frames

FALLBACK_QUEUE: Final = 256
"""Frames a client of a foreign server may owe before it is dropped."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class FallbackSocket:
    """A bounded queue and a task that sends."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._queue: asyncio.Queue[bytes | tuple[int, str]] = asyncio.Queue(FALLBACK_QUEUE)
        self._size = 0
        self._task = asyncio.create_task(self._drain(), name="fallback-socket")

    async def serve(self, listener: MessageListener) -> None:
        """Tell `listener` until the client has left or was sent away."""
        ending = asyncio.get_running_loop().call_at(listener.ends_at, listener.end)
        try:
            while (message := await self._receive())["type"] == "websocket.receive":
                text = message.get("text")
                await listener.hear(message["bytes"] if text is None else text)
        finally:
            ending.cancel()
            listener.left()
            self.abort()

    def write(self, frame: bytes) -> None:
        if self._task.done():
            return
        if self._queue.full():
            self.abort()
            return
        self._size += len(frame)
        self._queue.put_nowait(frame)

    def write_together(self, several: Sequence[bytes]) -> None:
        for frame in several:
            self.write(frame)

    def buffered(self) -> int:
        return self._size

    def descriptor(self) -> None:
        """The server's own; nobody writes past it."""

    def ask(self) -> None:
        """The server's own pings must do."""

    def owes(self) -> None:
        """Nothing that we know of."""

    def attend(self, viewer: Viewer | None) -> None:
        """There is no descriptor that could become unfit."""

    def close(self, code: int, reason: str) -> None:
        if self._queue.full():
            self.abort()
        else:
            self._queue.put_nowait((code, reason))

    def abort(self) -> None:
        self._task.cancel()

    async def _drain(self) -> None:
        while True:
            item = await self._queue.get()
            if isinstance(item, tuple):
                await self._send({"type": "websocket.close", "code": item[0], "reason": item[1]})
                return
            self._size -= len(item)
            payload = frames.payload_of(item)
            is_text = item[0] == frames.TEXT
            body = {"text": payload.decode()} if is_text else {"bytes": payload}
            await self._send({"type": "websocket.send", **body})
