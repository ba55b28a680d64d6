"""The live socket of buyers: `GET /events/{id}/live`. What happens on it is `realtime`'s."""

from __future__ import annotations

import asyncio
from functools import partial

from starlette.responses import Response
from starlette.websockets import WebSocket

from houseful.domain.errors import HousefulError
from houseful.domain.numbers import whole
from houseful.realtime.change_history import SeatsFrame
from houseful.realtime.commands import Commander
from houseful.realtime.holder_notifier import EXPIRING_MS
from houseful.realtime.live_event import LiveEvent
from houseful.realtime.viewer_batch import Viewer
from houseful.web.auth import User
from houseful.web.clients import counted_address
from houseful.web.context import Context
from houseful.web.envelope import refused
from houseful.web.operations import LARGEST_ID, Call, Operation, no_such
from houseful.web.sockets import (
    BINARY_PROTOCOL,
    JSON_PROTOCOL,
    Refusal,
    SocketSession,
    TakenPlaces,
    accepted,
    authenticate,
    check_origin,
    send_away,
    stay,
    take_places,
)
from houseful.wire import frames
from houseful.wire.close_codes import BAD_MESSAGE, TOO_BIG, TOO_FAST
from houseful.wire.frame_shapes import HoldWord

UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}
PROTOCOLS = (JSON_PROTOCOL, BINARY_PROTOCOL)
"""The first of the client's offer that is one of these is spoken; without any it is JSON."""


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
            raise no_such("event", event_id)
        await context.catalog.visible(event_id, is_staff=user.is_staff)
        live_event = await context.live.event(event_id)
        await live_event.caught_up()
        places = take_places(websocket, context, f"{event_id} {user.id}")
    except (Refusal, HousefulError) as error:
        await send_away(websocket, chosen, error)
        return
    socket = await accepted(websocket, chosen, places)
    viewer = Viewer(socket, user.id, is_binary=chosen == BINARY_PROTOCOL)
    address = counted_address(websocket, context) or ""
    visit = BuyerSession(viewer, user, places, live_event, context, address)
    await stay(socket, visit, partial(greet, websocket, live_event, viewer))


async def upgrade_required(call: Call) -> Response:
    """A socket: ask with `Upgrade: websocket`. What is said on it stands in `/asyncapi.json`."""
    await call.context.catalog.visible(call.id("event_id"))
    return refused(426, "upgrade_required", "expected a WebSocket handshake", headers=UPGRADE)


OPERATIONS = (
    Operation(
        "GET",
        "/events/{event_id:int}/live",
        upgrade_required,
        "An event's seats, live",
        role="public",
        answers={101: None},
        errors=(426, 503),
    ),
)


class BuyerSession(SocketSession):
    """Hears commands."""

    __slots__ = ("_commander", "_live", "_most_bytes")

    def __init__(
        self,
        viewer: Viewer,
        user: User,
        places: TakenPlaces,
        live_event: LiveEvent,
        context: Context,
        address: str,
    ) -> None:
        super().__init__(viewer, user, places)
        self._live = live_event
        self._commander = Commander(
            live_event,
            viewer,
            context.reservations,
            context.best_available,
            address,
            is_staff=user.is_staff,
        )
        self._most_bytes = context.settings.max_message_bytes

    async def hear(self, message: str | bytes) -> None:
        close = self.viewer.socket.close
        if isinstance(message, bytes):
            close(BAD_MESSAGE, "expected a text message")
        elif is_over(self._most_bytes, message):
            close(TOO_BIG, f"expected at most {self._most_bytes} bytes")
        elif self._commander.too_fast():
            close(TOO_FAST, "too many messages")
        else:
            await self._commander.handle(message)

    def left(self) -> None:
        super().left()
        self._live.hub.leave(self.viewer)
        self._live.last_used = asyncio.get_running_loop().time()


def greet(websocket: WebSocket, live_event: LiveEvent, viewer: Viewer) -> None:
    """Hello, then what was missed, then join: without an await, so that no frame falls between."""
    replica, hub = live_event.replica, live_event.hub
    missed, areas = resumable(websocket, live_event), hub.areas.all()
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
        *((areas.in_form(is_binary=viewer.is_binary),) if areas else ()),
        *(
            frames.reservation(state, reservation_id, seat_ids, deadline_ms, now_ms)
            for reservation_id, (deadline_ms, seat_ids) in live_event.held_by(viewer.user).items()
            for state in states_of(deadline_ms - now_ms)
        ),
    ]
    viewer.socket.write_together(greeting)
    hub.join(viewer)


def states_of(left_ms: int) -> tuple[HoldWord, ...]:
    """What the owner of a hold is told of it when a socket opens."""
    return ("granted",) if left_ms > EXPIRING_MS else ("granted", "expiring")


def resumable(websocket: WebSocket, live_event: LiveEvent) -> list[SeatsFrame] | None:
    epoch = websocket.query_params.get("epoch")
    since = websocket.query_params.get("since", "")
    seq = whole(since)
    return live_event.hub.missed(epoch, seq) if epoch and seq is not None else None


def is_over(most_bytes: int, text: str) -> bool:
    """Whether it was more than that on the wire."""
    if len(text) > most_bytes or text.isascii():
        return len(text) > most_bytes
    return len(text.encode()) > most_bytes
