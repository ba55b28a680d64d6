"""The staff's sockets: `GET /events/{id}/occupancy` and `GET /occupancy`.

Who may is asked as on the buyers' socket, and the role besides. These sockets take no commands.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from server.domain.errors import Forbidden, HousefulError, NotFound
from server.realtime import frames
from server.realtime.group import Socket, Viewer
from server.realtime.protocol import EXTENSION, FallbackSocket
from server.web.auth import User
from server.web.context import Context
from server.web.live import (
    BAD_MESSAGE,
    CLOSE_FOR_STATUS,
    COME_BACK,
    JSON_PROTOCOL,
    UNAUTHENTICATED,
    Refusal,
    authenticate,
    check_origin,
    refuse,
    take_places,
)
from server.web.operations import LARGEST_ID


async def occupancy(websocket: WebSocket) -> None:
    """Hello, the whole state or what was missed, then what changes, four times a second at most."""
    context: Context = websocket.app.state.context
    chosen = chosen_protocol(websocket)
    try:
        user = await staff_user(websocket, context)
        event_id = websocket.path_params["event_id"]
        if event_id > LARGEST_ID:
            raise NotFound("no such event")
        dashboard = await context.dashboards.dashboard(event_id)
        await dashboard.current()
        places = take_places(websocket, context, f"{event_id} staff {user.id}")
    except (Refusal, HousefulError) as error:
        await send_away(websocket, chosen, error)
        return

    def hello(resumed: bool) -> bytes:
        return frames.hello(
            event_id,
            dashboard.hub.epoch,
            dashboard.hub.seq,
            dashboard.live.now_ms(),
            resumed=resumed,
            viewers=dashboard.viewers,
        )

    epoch, since = position_of(websocket)
    async with viewing(websocket, chosen, user, places) as viewer:
        dashboard.join(viewer, hello, epoch, since)
        try:
            await until_gone(websocket, viewer)
        finally:
            dashboard.hub.leave(viewer)


async def overview(websocket: WebSocket) -> None:
    """Every event at first, then the ones that change, once a second at most."""
    context: Context = websocket.app.state.context
    chosen = chosen_protocol(websocket)
    hub = context.dashboards.overview
    try:
        user = await staff_user(websocket, context)
        rows = await context.dashboards.rows()
        places = take_places(websocket, context, f"staff {user.id}")
    except (Refusal, HousefulError) as error:
        await send_away(websocket, chosen, error)
        return
    async with viewing(websocket, chosen, user, places) as viewer:
        hub.join(viewer, rows)
        try:
            await until_gone(websocket, viewer)
        finally:
            hub.leave(viewer)


async def staff_user(websocket: WebSocket, context: Context) -> User:
    """Raises Unauthenticated, Forbidden, Refusal."""
    check_origin(websocket, context)
    user = await authenticate(websocket, context)
    if not user.is_staff:
        raise Forbidden(f"expected the role venue, got {user.role}")
    return user


def chosen_protocol(websocket: WebSocket) -> str | None:
    return JSON_PROTOCOL if JSON_PROTOCOL in websocket.scope["subprotocols"] else None


def position_of(websocket: WebSocket) -> tuple[str, int]:
    """Where the client stands; ("", -1) when it does not say so."""
    epoch, since = websocket.query_params.get("epoch"), websocket.query_params.get("since", "")
    if not epoch or not (since.isascii() and since.isdigit()) or len(since) > 16:
        return "", -1
    return epoch, int(since)


async def send_away(
    websocket: WebSocket, chosen: str | None, error: Refusal | HousefulError
) -> None:
    if isinstance(error, Refusal):
        await refuse(websocket, chosen, error.code, error.reason)
    else:
        code = CLOSE_FOR_STATUS.get(error.status, COME_BACK)
        await refuse(websocket, chosen, code, error.message)


@asynccontextmanager
async def viewing(
    websocket: WebSocket, chosen: str | None, user: User, places: ExitStack
) -> AsyncIterator[Viewer]:
    """An accepted socket as something to write to, until its token expires; then gives `places` back."""
    with places:
        await websocket.accept(subprotocol=chosen)
        prepared: Socket | None = websocket.scope.get("extensions", {}).get(EXTENSION)
        socket = prepared or FallbackSocket(websocket.send)
        seconds = max(0.0, user.expires_at_s - time.time())
        expiry = asyncio.get_running_loop().call_later(
            seconds, socket.close, UNAUTHENTICATED, "token expired"
        )
        try:
            yield Viewer(socket, user.id)
        finally:
            expiry.cancel()
            if prepared is None:
                socket.abort()


async def until_gone(websocket: WebSocket, viewer: Viewer) -> None:
    """Nothing is expected of the client but that it leaves."""
    try:
        while True:
            message: dict[str, Any] = dict(await websocket.receive())
            if message["type"] == "websocket.disconnect":
                return
            viewer.socket.close(BAD_MESSAGE, "expected no messages")
    except WebSocketDisconnect:
        return
