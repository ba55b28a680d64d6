"""The live socket of buyers: `GET /events/{id}/live`.

Who may: a ticket in the subprotocols or an Authorization header; from a page, only of an allowed
origin. What happens then is `realtime`'s.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from server.codec import decode
from server.domain.addresses import group_of
from server.domain.errors import HousefulError, NotFound, Unauthenticated
from server.realtime import frames
from server.realtime.commands import Commander
from server.realtime.group import Socket, Viewer
from server.realtime.live_event import LiveEvent
from server.realtime.protocol import EXTENSION, FallbackSocket
from server.realtime.recent import SeatsFrame
from server.web.auth import User
from server.web.context import Context
from server.web.operations import LARGEST_ID

log = structlog.get_logger(__name__)

JSON_PROTOCOL, BINARY_PROTOCOL = "houseful.v1", "houseful.v1.bin"
PROTOCOLS = (JSON_PROTOCOL, BINARY_PROTOCOL)
"""The first of the client's offer that is one of these is spoken; without any it is JSON."""

COME_BACK, TOO_FAST, TOO_MANY = 4000, 4029, 4030
BAD_MESSAGE, UNAUTHENTICATED, FORBIDDEN, NO_EVENT, TOO_BIG = 4500, 4501, 4503, 4504, 4509
CLOSE_FOR_STATUS = {401: UNAUTHENTICATED, 403: FORBIDDEN, 404: NO_EVENT}


class Refusal(Exception):
    """The socket is closed with this code before it sees anything."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def live(websocket: WebSocket) -> None:
    """Accept, say hello, bring the viewer up to date, then serve until it leaves."""
    context: Context = websocket.app.state.context
    offered = websocket.scope["subprotocols"]
    chosen = next((name for name in offered if name in PROTOCOLS), None)
    try:
        check_origin(websocket, context)
        user = await authenticate(websocket, context)
        event_id = websocket.path_params["event_id"]
        if event_id > LARGEST_ID:
            raise NotFound("no such event")
        live_event = await context.live.event(event_id)
        places = take_places(websocket, context, f"{event_id} {user.id}")
    except Refusal as refusal:
        await refuse(websocket, chosen, refusal.code, refusal.reason)
        return
    except HousefulError as error:
        code = CLOSE_FOR_STATUS.get(error.status, COME_BACK)
        await refuse(websocket, chosen, code, error.message)
        return
    with places:
        await websocket.accept(subprotocol=chosen)
        await serve(websocket, context, live_event, user, is_binary=chosen == BINARY_PROTOCOL)


def take_places(websocket: WebSocket, context: Context, user_here: str) -> ExitStack:
    """One place for the user on this event and one for the address; leaving the stack frees them.

    Taken before the handshake is answered, so that many at once are counted too.
    """
    host = websocket.client.host if websocket.client else None
    wanted = [(context.sockets_by_user, user_here, "user")]
    if host not in context.uncounted:
        wanted.append((context.sockets_by_address, group_of(host), "address"))
    with ExitStack() as taken:
        for places, name, what in wanted:
            if not places.take(name):
                raise Refusal(TOO_MANY, f"expected at most {places.most} sockets per {what}")
            taken.callback(places.give_back, name)
        return taken.pop_all()


async def serve(
    websocket: WebSocket,
    context: Context,
    live_event: LiveEvent,
    user: User,
    *,
    is_binary: bool,
) -> None:
    prepared: Socket | None = websocket.scope.get("extensions", {}).get(EXTENSION)
    socket = prepared or FallbackSocket(websocket.send)
    viewer = Viewer(socket, user.id, is_binary)
    expiry = asyncio.get_running_loop().call_later(
        max(0.0, user.expires_at_s - time.time()),
        viewer.socket.close,
        UNAUTHENTICATED,
        "token expired",
    )
    try:
        greet(websocket, live_event, viewer)
        commander = Commander(live_event, viewer, context.reservations)
        await listen(websocket, commander, viewer, context.settings.max_message_bytes)
    finally:
        expiry.cancel()
        live_event.hub.leave(viewer)
        live_event.last_used = asyncio.get_running_loop().time()
        if prepared is None:
            socket.abort()


def greet(websocket: WebSocket, live_event: LiveEvent, viewer: Viewer) -> None:
    """Hello, then what was missed, then join: without an await, so that no frame falls between."""
    replica, hub = live_event.replica, live_event.hub
    missed = resumable(websocket, live_event)
    now_ms = live_event.now_ms()
    greeting = [
        frames.hello(
            live_event.event_id,
            replica.epoch,
            hub.seq,
            now_ms,
            resumed=missed is not None,
            viewers=len(hub) + 1,
        ),
        *(frame.in_form(is_binary=viewer.is_binary) for frame in missed or ()),
        *(
            frames.reservation("granted", reservation_id, seat_ids, deadline_ms, now_ms)
            for reservation_id, (deadline_ms, seat_ids) in live_event.held_by(viewer.user).items()
        ),
    ]
    viewer.socket.write_together(greeting)
    hub.join(viewer)


def resumable(websocket: WebSocket, live_event: LiveEvent) -> list[SeatsFrame] | None:
    epoch = websocket.query_params.get("epoch")
    since = websocket.query_params.get("since", "")
    if not epoch or not since.isdigit() or len(since) > 16:
        return None
    return live_event.hub.missed(epoch, int(since))


async def listen(
    websocket: WebSocket, commander: Commander, viewer: Viewer, most_bytes: int
) -> None:
    try:
        while True:
            message: dict[str, Any] = dict(await websocket.receive())
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None:
                viewer.socket.close(BAD_MESSAGE, "expected a text message")
                return
            if is_over(most_bytes, text):
                viewer.socket.close(TOO_BIG, f"expected at most {most_bytes} bytes")
                return
            if commander.too_fast():
                viewer.socket.close(TOO_FAST, "too many messages")
                return
            await commander.handle(text)
    except WebSocketDisconnect:
        return


def is_over(most_bytes: int, text: str) -> bool:
    """Whether it was more than that on the wire."""
    if len(text) > most_bytes or text.isascii():
        return len(text) > most_bytes
    return len(text.encode()) > most_bytes


async def refuse(websocket: WebSocket, subprotocol: str | None, code: int, reason: str) -> None:
    """Accept and close at once: a browser sees close codes, never a failed handshake's status."""
    await websocket.accept(subprotocol=subprotocol)
    await websocket.close(code, reason[:120])


async def authenticate(websocket: WebSocket, context: Context) -> User:
    """By `Authorization`, or by a ticket among the subprotocols. Raises Unauthenticated."""
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
    """Pages of other sites may not open sockets. Programs send no Origin and are not asked."""
    origin = websocket.headers.get("origin")
    if origin is None:
        return
    settings = context.settings
    allowed = set(settings.allowed_origins)
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        allowed.add(f"{parts.scheme}://{parts.netloc}")
    if origin in allowed or urlsplit(origin).netloc == websocket.headers.get("host"):
        return
    raise Refusal(FORBIDDEN, "expected an allowed Origin")
