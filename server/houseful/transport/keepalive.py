"""Pings to all live sockets of a worker, by one timer instead of two for each.

An interval has a hundred turns, and a socket its turn once in each. A socket that joins is checked for
the first time an interval later.

Owns: when a socket is pinged and when it has been silent for too long.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from dataclasses import dataclass
from typing import Final, Protocol

from websockets.frames import Frame, Opcode

TURNS: Final = 100
"""In 20 s, five a second: of ten thousand sockets a hundred at once, which is a millisecond."""


@dataclass(frozen=True, slots=True)
class Ping:
    """One turn's ping, the same for all. The payload cannot be guessed, so no pong is older."""

    frame: bytes
    payload: bytes
    turn: int


class Kept(Protocol):
    """A socket that is kept alive. `unanswered` is the ping whose pong has not come."""

    turn: int
    unanswered: Ping | None

    def look(self, ping: Ping) -> None:
        """Send `ping`, unless one is unanswered."""

    def fall_silent(self) -> None:
        """The pong did not come in time."""


class Keepalive:
    """A ping per socket and `interval_s`; who owes a pong for `timeout_s` is said to be silent."""

    def __init__(self, interval_s: float, timeout_s: float) -> None:
        self.interval_s = interval_s
        self._patience = math.ceil(TURNS * timeout_s / interval_s)
        self._sockets: list[set[Kept]] = [set() for _ in range(TURNS)]
        self._count = 0
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, socket: Kept) -> None:
        socket.turn = self._turn % TURNS
        self._sockets[socket.turn].add(socket)
        self._count += 1
        if self._timer is None:
            self._wait()

    def remove(self, socket: Kept) -> None:
        self._sockets[socket.turn].remove(socket)
        self._count -= 1
        if not self._count and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def ping(self) -> Ping:
        """Out of turn; the pong is due as for any other."""
        payload = secrets.token_bytes(4)
        frame = Frame(Opcode.PING, payload).serialize(mask=False)
        return Ping(frame, payload, self._turn)

    def _wait(self) -> None:
        """A loop that was held up makes turns longer, never shorter: peers had no chance to answer."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self.interval_s / TURNS, self._take_turn)

    def _take_turn(self) -> None:
        self._wait()  # first, so that the last socket to leave can end it
        self._turn += 1
        for socket in list(self._sockets[(self._turn - self._patience) % TURNS]):
            unanswered = socket.unanswered
            if unanswered is not None and self._turn - unanswered.turn >= self._patience:
                socket.fall_silent()
        mine = list(self._sockets[self._turn % TURNS])
        if mine:
            ping = self.ping()
            for socket in mine:
                socket.look(ping)
