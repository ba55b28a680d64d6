"""A TCP proxy that can be told to misbehave: refuse, cut, stall, or lose connections at random.

    async with FaultProxy("127.0.0.1", 6379) as proxy: connect to proxy.port; proxy.cut(); …

It runs in the test's own loop and copies bytes both ways, so that what is behind it never knows.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

CHUNK = 65_536


class FaultProxy:
    """One listening port in front of one server."""

    def __init__(self, host: str, port: int, *, seed: int = 0) -> None:
        self._target = (host, port)
        self._random = random.Random(seed)
        self._server: asyncio.Server | None = None
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._copies: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.refuses = False
        self.cut_share = 0.0
        """Of the chunks from the server: so many end their connection instead of arriving."""
        self.cuts = 0
        self.lost_request = b""
        """The next request with these bytes is not handed on: its connection ends before it."""
        self.lost_reply = b""
        """The next request with these bytes arrives, and its connection ends instead of the reply."""
        self._unanswered: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> FaultProxy:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=4096)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.flow()
        if self._server is not None:
            self._server.close()
        self.cut()
        for copy in list(self._copies):
            copy.cancel()
        await asyncio.gather(*self._copies, return_exceptions=True)

    @property
    def connections(self) -> int:
        return len(self._pairs)

    def cut(self) -> None:
        """Reset every connection."""
        for pair in list(self._pairs):
            self._end(pair)

    def stall(self) -> None:
        """Connections stay, and nothing passes."""
        self._flowing.clear()

    def flow(self) -> None:
        self._flowing.set()

    def _end(self, pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter]) -> None:
        if pair in self._pairs:
            self._pairs.discard(pair)
            self.cuts += 1
            for writer in pair:
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refuses:
            writer.transport.abort()
            return
        try:
            there, back = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
        pair = (writer, back)
        self._pairs.add(pair)
        self._start(self._copy(reader, back, pair, is_answer=False))
        self._start(self._copy(there, writer, pair, is_answer=True))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="fault-proxy")
        self._copies.add(task)
        task.add_done_callback(self._copies.discard)

    async def _copy(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        *,
        is_answer: bool,
    ) -> None:
        try:
            while chunk := await source.read(CHUNK):
                await self._flowing.wait()
                if self._is_cut(chunk, pair, is_answer=is_answer):
                    self._end(pair)
                    return
                sink.write(chunk)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.close()  # also where this task is cancelled
            if is_answer or sink.transport.is_closing():
                self._pairs.discard(pair)

    def _is_cut(
        self,
        chunk: bytes,
        pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter],
        *,
        is_answer: bool,
    ) -> bool:
        if is_answer:
            return pair in self._unanswered or self._random.random() < self.cut_share
        if self.lost_reply and self.lost_reply in chunk:
            self.lost_reply = b""
            self._unanswered.add(pair)
        if self.lost_request and self.lost_request in chunk:
            self.lost_request = b""
            return True
        return False
