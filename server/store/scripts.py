"""The Lua scripts: links each with its includes, and runs it by its digest.

Owns: the text and digest of every file in `lua/`. Never: what a script means; that is `seats`.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

INCLUDE = re.compile(r"^-- include (?P<path>\S+)$", re.MULTILINE)


PIPELINES = 4
"""Pipelines under way at once; Redis runs scripts one after another in any case."""

TOGETHER = 128
"""Calls in one pipeline: bounds how long the first waits for the last."""


@dataclass(frozen=True, slots=True)
class Script:
    """One linked script and its SHA-1, by which Redis knows it."""

    name: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a script that somebody waits for."""

    script: Script
    keys: Sequence[str]
    args: Sequence[str | int]
    reply: asyncio.Future[Any]


def link(root: Path, name: str, replaced: Mapping[str, str] | None = None) -> Script:
    """Put the included files in the place of their include lines.

    `replaced` gives other texts for included files or for the script itself, which is how tests
    fake the clock and remove guards.
    """
    replaced = replaced or {}

    def text_of(path: str) -> str:
        return replaced.get(path) or (root / path).read_text(encoding="utf-8")

    text = INCLUDE.sub(lambda match: text_of(match["path"]), text_of(f"{name}.lua"))
    return Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())


class Scripts:
    """All scripts of a folder, ready to run against one Redis.

    Calls made in the same turn of the event loop, or while all pipelines are under way, travel
    together: one write and one read for many, where each alone would cost a connection's round trip.
    """

    def __init__(
        self, client: Redis, root: Path, replaced: Mapping[str, str] | None = None
    ) -> None:
        self._client = client
        self._scripts = {
            path.stem: link(root, path.stem, replaced) for path in sorted(root.glob("*.lua"))
        }
        self._waiting: list[Call] = []
        self._under_way = 0
        self._pipelines: set[asyncio.Task[None]] = set()

    async def run(self, name: str, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """The script's reply. Redis that lost its script cache is given the text again."""
        loop = asyncio.get_running_loop()
        call = Call(self._scripts[name], keys, args, loop.create_future())
        self._waiting.append(call)
        if len(self._waiting) == 1 and self._under_way < PIPELINES:
            self._start()
        return await call.reply

    def _start(self) -> None:
        """Whoever waits is seen by a pipeline: one just started, or all of them, still looping."""
        self._under_way += 1
        pipeline = asyncio.create_task(self._work(), name="scripts")
        self._pipelines.add(pipeline)
        pipeline.add_done_callback(self._pipelines.discard)

    async def _work(self) -> None:
        """Send what waits, until nothing does; counted out in the same step that sees so."""
        try:
            while self._waiting:
                calls, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
                if self._waiting and self._under_way < PIPELINES:
                    self._start()
                await self._answer(calls)
        finally:
            self._under_way -= 1

    async def _answer(self, calls: Sequence[Call]) -> None:
        """Everyone in `calls` gets a reply or an error."""
        try:
            await self._send(calls)
        except BaseException as error:
            for call in calls:
                if not call.reply.done():
                    call.reply.set_exception(
                        error if isinstance(error, Exception) else ConnectionError("stopped")
                    )
            if not isinstance(error, Exception):
                raise

    async def _send(self, calls: Sequence[Call]) -> None:
        wanted = [call for call in calls if not call.reply.done()]
        replies = await self._pipelined(wanted, by_text=False)
        unknown = [
            call
            for call, reply in zip(wanted, replies, strict=True)
            if isinstance(reply, NoScriptError)
        ]
        again = iter(await self._pipelined(unknown, by_text=True))
        for call, first in zip(wanted, replies, strict=True):
            reply = next(again) if isinstance(first, NoScriptError) else first
            if call.reply.done():
                continue
            if isinstance(reply, Exception):
                call.reply.set_exception(reply)
            else:
                call.reply.set_result(reply)

    async def _pipelined(self, calls: Sequence[Call], *, by_text: bool) -> list[Any]:
        if not calls:
            return []
        async with self._client.pipeline(transaction=False) as pipe:
            for call in calls:
                if by_text:
                    pipe.eval(call.script.text, len(call.keys), *call.keys, *call.args)
                else:
                    pipe.evalsha(call.script.digest, len(call.keys), *call.keys, *call.args)
            replies: list[Any] = await pipe.execute(raise_on_error=False)
            return replies
