"""The real Valkey under the real scripts, reached by one blocking socket, in virtual time.

Owns: the connection, the journal of writes (its append-only file), which process of it runs. A power
cut is an empty server that is told a prefix of the journal again: the scripts give the same for it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from typing import Any, Final

import hiredis
from redis import exceptions

from houseful import paths
from houseful.redis.pipelined_connection import error_of
from houseful.store.scripts import Scripts
from tests.simulation.faults import Caller, Faults, Service
from tests.simulation.loop import VirtualLoop
from tests.store.fake_clock import FAKE_CLOCK

READS: Final = frozenset(
    "snapshot reservations holds read_feed HGET HMGET HGETALL GET ZRANGE XREVRANGE XRANGE".split()
)
"""Scripts and commands that change nothing: the journal lacks them."""

TRIES: Final = 3
RETRY_S: Final = 0.05
"""As `houseful.redis.pipelined_connection` repeats a command whose answer was lost."""


class SeatServer:
    """One Valkey, for all processes of one house."""

    def __init__(self, path: str, lua: dict[str, str] | None = None) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(path)
        self._reader = hiredis.Reader(encoding="utf-8", replyError=error_of)
        self.replaced = {**FAKE_CLOCK, **(lua or {})}
        self.names: dict[str, str] = {}
        self.scripts = Scripts(None, paths.LUA, replaced=self.replaced)  # type: ignore[arg-type]
        for script in self.scripts._scripts.values():
            self.names[script.digest] = script.name
            self.now(("SCRIPT", "LOAD", script.text))
        self.bell: Callable[[], None] = bool
        """Rung after each write, as keyspace notifications do; `bool()` does nothing."""
        self._resets = 0
        self.reset()

    def reset(self) -> None:
        """Empty, and a process that nobody knows."""
        self.now(("FLUSHALL",))
        self.journal: list[tuple[int, tuple[Any, ...]]] = []
        self.incarnation = 1
        self.is_readonly = False
        self._resets += 1

    def close(self) -> None:
        self._socket.close()

    def now(self, *commands: Sequence[Any]) -> Any:
        """The last command's reply."""
        self._socket.sendall(b"".join(hiredis.pack_command(tuple(c)) for c in commands))
        for _ in commands:
            reply = self._reader.gets()
            while reply is False:
                self._reader.feed(self._socket.recv(65536))
                reply = self._reader.gets()
        return reply

    def stamp(self) -> str:
        return f"{self.incarnation:040d}"

    @property
    def state_mark(self) -> tuple[int, int]:
        """Another one after each write, restart and restore."""
        return self._resets * 1_000 + self.incarnation, len(self.journal)

    def name_of(self, command: Sequence[Any]) -> str:
        return self.names.get(str(command[1]), "?") if command[0] == "EVALSHA" else str(command[0])

    def execute(self, at_ms: int, command: tuple[Any, ...], *, stamped: bool) -> Any:
        """The reply. Raises what redis-py raises."""
        if command[0] == "TIME":
            return [str(at_ms // 1000), f"{at_ms % 1000}000"]
        name = self.name_of(command)
        if self.is_readonly and name not in READS:
            raise exceptions.ResponseError("NOREPLICAS Not enough good replicas to write.")
        whole = (*command, self.stamp()) if stamped else command
        if name not in READS:
            self.journal.append((at_ms, whole))
            self.bell()
        reply = self.now(("SET", "test:now", at_ms), whole)
        if isinstance(reply, Exception):
            raise reply
        if command[0] == "HGETALL":
            return dict(zip(reply[::2], reply[1::2], strict=True))
        return reply

    def restart(self, kept: int | None = None) -> None:
        """Another process with the first `kept` writes of this one, or all."""
        self.incarnation += 1
        if kept is not None and kept < len(self.journal):
            self.journal = self.journal[:kept]
            again = [c for at, command in self.journal for c in (("SET", "test:now", at), command)]
            self.now(("FLUSHALL",), *again)


class SimulatedRouter:
    """One process's way to the server: stands where `houseful.redis.command_router` does."""

    is_cluster = False

    def __init__(self, server: SeatServer, faults: Faults, caller: Caller) -> None:
        self._server, self._faults, self._caller = server, faults, caller
        self._seen = 0
        self.other_server = lambda: None

    async def send(self, key: str, *command: Any, stamped: bool = False) -> Any:
        server, loop = self._server, self._faults.loop
        for tries in range(TRIES):
            try:
                reply = await self._faults.call(
                    self._caller,
                    Service.REDIS,
                    server.name_of(command),
                    lambda: server.execute(loop.wall_ms(), command, stamped=stamped),
                    lambda: exceptions.ConnectionError("the connection was lost"),
                )
            except exceptions.ConnectionError:
                if tries == TRIES - 1:
                    raise
                await asyncio.sleep(RETRY_S * (1 + tries))
            else:
                self._notice()
                return reply
        raise AssertionError("the last try returns or raises")

    def _notice(self) -> None:
        if self._seen not in (0, self._server.incarnation):
            self.other_server()
        self._seen = self._server.incarnation


class DirectClient:
    """The server for invariants: no delay, no fault, no journal."""

    def __init__(self, server: SeatServer, loop: VirtualLoop) -> None:
        self._server, self._loop = server, loop

    async def send(self, key: str, *command: Any, stamped: bool = False) -> Any:
        return self._server.execute(self._loop.wall_ms(), command, stamped=stamped)
