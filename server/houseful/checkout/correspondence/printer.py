"""Prints tickets, and receipts, each kind in a thread of its own: few at once, everybody in turn,
each document once.

One person who asks for many waits behind themselves alone; the mails are a person of their own.
Never: runs in the pool that requests use, or keeps a queue without an end.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, TypeVar

from houseful.domain.errors import RateLimited, Unavailable

D = TypeVar("D")
"""A document: plain values, equal where its pages are."""

WAITING_PER_PERSON: Final = 8
WAITING: Final = 200
"""Documents that wait in all: some ten seconds of printing."""
REMEMBERED_BYTES: Final = 16 * 1024 * 1024
"""Printed documents that are kept; one of two seats takes 25 kB."""


class Printer(Generic[D]):
    """`pdf` answers from what was printed before, or has it printed."""

    def __init__(self, render: Callable[[D], bytes], name: str = "tickets") -> None:
        """`render` blocks; it is called in one thread, called `name`."""
        self._render = render
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._printed: OrderedDict[D, bytes] = OrderedDict()
        self._size = 0
        self._waiting: OrderedDict[str, deque[D]] = OrderedDict()
        self._asked: dict[D, asyncio.Future[bytes]] = {}
        self._work: asyncio.Task[None] | None = None

    async def pdf(self, who: str, document: D) -> bytes:
        """The document's PDF. Raises RateLimited for who has too many waiting, Unavailable."""
        known = self._printed.get(document)
        if known is not None:
            self._printed.move_to_end(document)
            return known
        asked = self._asked.get(document)
        if asked is None:
            asked = self._ask(who, document)
        return await asyncio.shield(asked)

    def _ask(self, who: str, document: D) -> asyncio.Future[bytes]:
        if len(self._waiting.get(who, ())) >= WAITING_PER_PERSON:
            raise RateLimited("expected fewer papers to print at once", retry_after_s=2)
        if len(self._asked) >= WAITING:
            raise Unavailable("too many papers are being printed", retry_after_s=5)
        asked: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked[document] = asked
        self._waiting.setdefault(who, deque()).append(document)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._print_all())
        return asked

    async def _print_all(self) -> None:
        """Until nobody waits: one document of each person in turn, newcomers first."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            who, documents = next(iter(self._waiting.items()))
            document = documents.popleft()
            asked = self._asked[document]
            try:
                made = await loop.run_in_executor(self._thread, self._render, document)
            except Exception as error:  # noqa: BLE001 - it belongs to those who asked, who raise it
                asked.set_exception(error)
                asked.exception()  # asked for: nobody may be waiting any more
            else:
                self._keep(document, made)
                asked.set_result(made)
            del self._asked[document]
            self._waiting.move_to_end(who)
            if not documents:
                del self._waiting[who]

    def _keep(self, document: D, made: bytes) -> None:
        self._printed[document] = made
        self._size += len(made)
        while self._size > REMEMBERED_BYTES:
            _, oldest = self._printed.popitem(last=False)
            self._size -= len(oldest)
