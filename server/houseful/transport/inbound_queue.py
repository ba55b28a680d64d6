"""Delivers the messages of one socket one at a time; reading pauses meanwhile.

Owns: their order, one at a time, with nothing read meanwhile; that the end is told once.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol

from uvicorn.server import ServerState


class MessageListener(Protocol):
    """What the application hears of a socket. `ends_at` is a loop time."""

    ends_at: float

    async def hear(self, message: str | bytes) -> None:
        """One message. The next comes when this is done with; meanwhile nothing is read."""

    def end(self) -> None:
        """`ends_at` has come."""

    def left(self) -> None:
        """Nothing more will be heard. Called once."""


class InboundQueue(asyncio.Protocol):
    """A connection's listening half. A task is there only while a message is dealt with."""

    __slots__ = (
        "_end_timer",
        "_is_over",
        "_listener",
        "_look_s",
        "_server",
        "_transport",
        "_waiting",
    )

    def __init__(self, transport: asyncio.Transport, server: ServerState, look_s: float) -> None:
        """`look_s`: how often `_end_in_time` will be called."""
        self._transport = transport
        self._server = server
        self._look_s = look_s
        self._listener: MessageListener | None = None
        self._waiting: deque[str | bytes] | None = None
        self._end_timer: asyncio.TimerHandle | None = None
        self._is_over = False

    async def serve(self, listener: MessageListener) -> None:
        """Tell `listener` from now on; returns at once."""
        if self._is_over:
            listener.left()
        else:
            self._listener = listener
            self._end_in_time()

    def _end_in_time(self) -> None:
        """A timer for a listener whose end comes before, or soon after, the next look."""
        if self._listener is None or self._end_timer is not None:
            return
        loop = asyncio.get_running_loop()
        if self._listener.ends_at < loop.time() + 2 * self._look_s:
            self._end_timer = loop.call_at(self._listener.ends_at, self._listener.end)

    def _hear(self, message: str | bytes) -> None:
        if self._listener is None:
            return
        if self._waiting is None:
            self._waiting = deque()
            self._transport.pause_reading()
            tasks = self._server.tasks
            task = asyncio.create_task(self._tell(self._listener, self._waiting))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        self._waiting.append(message)

    async def _tell(self, listener: MessageListener, waiting: deque[str | bytes]) -> None:
        """What came in one piece, message by message, even when the peer has closed meanwhile."""
        try:
            while waiting:
                await listener.hear(waiting.popleft())
        finally:
            self._waiting = None
            if self._is_over:
                self._leave()
            elif not self._transport.is_closing():
                self._transport.resume_reading()

    def _drop_waiting(self) -> None:
        """After our goodbye: what waits is not heard; the peer's own goodbye is still read."""
        if self._waiting is not None:
            self._waiting.clear()
            self._transport.resume_reading()

    def _hear_no_more(self) -> None:
        self._is_over = True
        if self._waiting is None:
            self._leave()

    def _leave(self) -> None:
        if self._end_timer is not None:
            self._end_timer.cancel()
            self._end_timer = None
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.left()
