"""The two ways to reserve and release: over HTTP, and over a live socket of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from houseful.domain.errors import HousefulError, told_of
from houseful.domain.numbers import whole
from houseful.hammer.client.http_client import ANSWER_WITHIN_S, HttpClient
from houseful.hammer.client.live_socket import ClientSocket, message_of, open_socket
from houseful.hammer.people.identities import Identity
from houseful.hammer.run_context import RunContext

COMMANDS_PER_SECOND: Final = 8.0
"""The server allows 10 for long; a buyer over a socket stays below."""

SEATS_FRAME: Final = b'"type":"seats"'


@dataclass(frozen=True, slots=True)
class Answer:
    """`code` is empty when it was done. `uses_left`: attempts this minute, where the server says."""

    code: str
    data: Mapping[str, Any]
    uses_left: int | None = None
    wait_s: float = 0.0


Kind = Literal["reserve", "best_available"]
"""Seats and places that were chosen, or the best for a party; a command's type."""

PATHS: Final[Mapping[Kind, str]] = {"reserve": "", "best_available": "/best-available"}


class Transport(Protocol):
    """How one identity speaks with the server."""

    async def take(self, kind: Kind, wanted: Mapping[str, Any], session: str) -> Answer: ...
    async def release(self, reservation_id: int, seat_ids: Sequence[int]) -> Answer: ...
    async def open(self, identity: Identity) -> None: ...
    def close(self) -> None: ...


class OverHttp:
    """One kept connection."""

    def __init__(self, hall: RunContext, http: HttpClient) -> None:
        self._http = http
        self._path = f"/events/{hall.facts.event_id}/reservations"
        self._token = ""

    async def open(self, identity: Identity) -> None:
        self._token = identity.token

    async def take(self, kind: Kind, wanted: Mapping[str, Any], session: str) -> Answer:
        return await self._ask("POST", self._path + PATHS[kind], {**wanted, "sessionId": session})

    async def release(self, reservation_id: int, seat_ids: Sequence[int]) -> Answer:
        return await self._ask("DELETE", f"{self._path}/{reservation_id}")

    async def _ask(self, method: str, path: str, body: object = None) -> Answer:
        reply = await self._http.ask(method, path, token=self._token, body=body)
        uses_left = whole(reply.headers.get("ratelimit-remaining", ""))
        code = "" if reply.status < 300 else reply.code
        return Answer(code, reply.data or {}, uses_left, reply.retry_after_s)

    def close(self) -> None:
        """The connection is the buyer's, who goes on paying over it."""


class OverSocket:
    """A live socket; answers are matched by `ref`, frames about seats are passed over."""

    def __init__(self, hall: RunContext) -> None:
        self._hall = hall
        self._socket: ClientSocket | None = None
        self._token = ""
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._ref = 0
        self._next_at = 0.0

    async def open(self, identity: Identity) -> None:
        self.close()
        self._token = identity.token
        await self._open_socket()

    async def _open_socket(self) -> ClientSocket:
        """The one there is, or a new one after it was closed."""
        if self._socket is None or self._socket.is_closing:
            self._socket = await open_socket(
                self._hall.plan.address, self._hall.facts.event_id, self, token=self._token
            )
        return self._socket

    async def take(self, kind: Kind, wanted: Mapping[str, Any], session: str) -> Answer:
        return await self._ask({**wanted, "type": kind, "sessionId": session})

    async def release(self, reservation_id: int, seat_ids: Sequence[int]) -> Answer:
        return await self._ask({"type": "release", "seatIds": list(seat_ids)})

    async def _ask(self, command: dict[str, Any]) -> Answer:
        loop = asyncio.get_running_loop()
        pause_s = self._next_at - loop.time()
        if pause_s > 0:
            await asyncio.sleep(pause_s)
        # after the pause, in which the server may have closed it: no await between here and `say`
        socket = await self._open_socket()
        self._next_at = loop.time() + 1 / COMMANDS_PER_SECOND
        self._ref += 1
        waiting = self._waiting[self._ref] = loop.create_future()
        socket.say({**command, "ref": self._ref})
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                message = await waiting
        finally:
            self._waiting.pop(self._ref, None)
        if message["type"] == "ok":
            return Answer("", message["data"] or {})
        return Answer(message["error"]["code"], message.get("data") or {}, wait_s=1.0)

    def got(self, frame: bytes) -> None:
        if SEATS_FRAME in frame[:40]:
            return
        try:
            message = message_of(frame)
        except (HousefulError, ValueError) as error:
            self._hall.recorder.fault("maps", f"a frame cannot be understood: {told_of(error)}")
            return
        waiting = self._waiting.get(message.get("ref", 0))
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def closed(self, code: int, reason: str) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ConnectionError(f"closed_{code}"))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
