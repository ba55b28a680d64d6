"""What buyers' and staff's sockets have in common: who may open one, how it begins and when it ends.

Who may: a ticket in the subprotocols or an Authorization header; from a page, only of an allowed
origin.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from starlette.websockets import WebSocket

from houseful.domain.addresses import Places, group_of
from houseful.domain.errors import Forbidden, HousefulError, Unauthenticated
from houseful.realtime.viewer_batch import Viewer
from houseful.transport.fallback import FallbackSocket
from houseful.transport.live_socket import LiveSocket
from houseful.transport.protocol import EXTENSION
from houseful.web.auth import DOOR, User
from houseful.web.context import Context
from houseful.web.envelope import refused
from houseful.wire.close_codes import (
    BAD_MESSAGE,
    COME_BACK,
    FORBIDDEN,
    NO_EVENT,
    TOO_MANY,
    UNAUTHENTICATED,
)
from houseful.wire.codec import decode

JSON_PROTOCOL, BINARY_PROTOCOL = "houseful.v1", "houseful.v1.bin"

CLOSE_FOR_STATUS: Final = {401: UNAUTHENTICATED, 403: FORBIDDEN, 404: NO_EVENT}


class Refusal(Exception):
    """The socket is closed with this code before it sees anything."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class TakenPlaces:
    """Places that are one socket's until it leaves."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: Sequence[tuple[Places, str]] = ()

    def take(self, places: Places, name: str, what: str) -> None:
        """Raises Refusal, and gives back what was taken before, when there is no place."""
        if not places.take(name):
            self.give_back()
            raise Refusal(TOO_MANY, f"expected at most {places.most} sockets per {what}")
        self._taken = (*self._taken, (places, name))

    def give_back(self) -> None:
        for places, name in self._taken:
            places.give_back(name)
        self._taken = ()


def take_places(websocket: WebSocket, context: Context, user_here: str) -> TakenPlaces:
    """One place for the user on this event and one for the address.

    Taken before the handshake is answered, so that many at once are counted too.
    """
    taken = TakenPlaces()
    taken.take(context.sockets_by_user, user_here, "user")
    host = websocket.client.host if websocket.client else None
    if host not in context.uncounted:
        taken.take(context.sockets_by_address, group_of(host), "address")
    return taken


class SocketSession:
    """A socket's stay: a listener, to whom subclasses add what is heard and whom it leaves."""

    __slots__ = ("_places", "ends_at", "viewer")

    def __init__(self, viewer: Viewer, user: User, places: TakenPlaces) -> None:
        self.viewer = viewer
        self._places = places
        self.ends_at = asyncio.get_running_loop().time() + user.expires_at_s - time.time()

    def end(self) -> None:
        self.viewer.socket.close(UNAUTHENTICATED, "token expired")

    async def hear(self, message: str | bytes) -> None:
        """Nothing is expected of the client but that it leaves."""
        self.viewer.socket.close(BAD_MESSAGE, "expected no messages")

    def left(self) -> None:
        self._places.give_back()


async def accepted(
    websocket: WebSocket, subprotocol: str | None, places: TakenPlaces
) -> LiveSocket | FallbackSocket:
    """The socket, open; from here on the server's own, where the server has such a thing."""
    try:
        await websocket.accept(subprotocol=subprotocol)
    except BaseException:
        places.give_back()
        raise
    take_over: Callable[[], LiveSocket] | None
    take_over = websocket.scope.get("extensions", {}).get(EXTENSION)
    return take_over() if take_over else FallbackSocket(websocket.receive, websocket.send)


async def stay(
    socket: LiveSocket | FallbackSocket, visit: SocketSession, greet: Callable[[], None]
) -> None:
    """Greet, then listen: without an await between, so that nothing falls there."""
    try:
        greet()
    except BaseException:
        visit.left()
        raise
    await socket.serve(visit)


async def send_away(
    websocket: WebSocket, subprotocol: str | None, error: Refusal | HousefulError
) -> None:
    """Accept and close at once: a browser sees close codes, never a failed handshake's status."""
    if isinstance(error, Refusal):
        code, reason = error.code, error.reason
    else:
        code, reason = CLOSE_FOR_STATUS.get(error.status, COME_BACK), error.message
    websocket.scope["houseful.close_code"] = code
    await websocket.accept(subprotocol=subprotocol)
    take_over = websocket.scope.get("extensions", {}).get(EXTENSION)
    if take_over:
        take_over().close(code, reason[:120])
    else:
        await websocket.close(code, reason[:120])


async def unknown_path(websocket: WebSocket) -> None:
    """A handshake for a path where no socket is: refused as a request would be."""
    await websocket.send_denial_response(refused(404, "not_found", "Not Found"))


async def authenticate(websocket: WebSocket, context: Context) -> User:
    """By `Authorization`, or by a ticket among the subprotocols. Raises Unauthenticated, and
    Forbidden for a door: no socket is any business of its."""
    user = await identify(websocket, context)
    websocket.scope["houseful.user"] = user.id
    if user.role == DOOR:
        raise Forbidden("expected the role customer, got door")
    return user


async def identify(websocket: WebSocket, context: Context) -> User:
    header = websocket.headers.get("authorization")
    if header:
        return context.tokens.verify_header(header)
    for protocol in websocket.scope["subprotocols"]:
        if protocol.startswith("ticket."):
            payload = await context.ws_tickets.redeem(protocol.removeprefix("ticket."))
            if payload is None:
                raise Unauthenticated("expected a fresh ticket, got one that is used or too old")
            claims = decode(payload)
            if claims["exp"] <= time.time():
                raise Unauthenticated("the token has expired", code="token_expired")
            return User(claims["sub"], claims["role"], claims["exp"])
    raise Unauthenticated("expected a ticket among the subprotocols or an Authorization header")


def check_origin(websocket: WebSocket, context: Context) -> None:
    """Pages of other sites may not open sockets."""
    given = websocket.headers
    if not context.origins.may_open_socket(given.get("origin"), given.get("host")):
        raise Refusal(FORBIDDEN, "expected an allowed Origin")
