"""The staff's sockets: `GET /events/{id}/occupancy` and `GET /occupancy`.

Who may is asked as on the buyers' socket, and the role besides. These sockets take no commands.
"""

from __future__ import annotations

from functools import partial

from starlette.websockets import WebSocket

from houseful.dashboard.occupancy_hub import OccupancyHub
from houseful.dashboard.overview import OverviewHub
from houseful.domain.errors import Forbidden, HousefulError
from houseful.domain.numbers import whole
from houseful.realtime.viewer_batch import Viewer
from houseful.web.auth import User
from houseful.web.context import Context
from houseful.web.operations import LARGEST_ID, no_such
from houseful.web.sockets import (
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


async def occupancy(websocket: WebSocket) -> None:
    """Hello, the whole state or what was missed, then what changes, four times a second at most."""
    context: Context = websocket.app.state.context
    chosen = chosen_protocol(websocket)
    try:
        user = await staff_user(websocket, context)
        event_id = websocket.path_params["event_id"]
        if event_id > LARGEST_ID:
            raise no_such("event", event_id)
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
    socket = await accepted(websocket, chosen, places)
    visit = StaffSession(Viewer(socket, user.id), user, places, dashboard.hub)
    await stay(socket, visit, partial(dashboard.join, visit.viewer, hello, epoch, since))


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
    socket = await accepted(websocket, chosen, places)
    visit = StaffSession(Viewer(socket, user.id), user, places, hub)
    await stay(socket, visit, partial(hub.join, visit.viewer, rows))


class StaffSession(SocketSession):
    """Hears nothing."""

    __slots__ = ("_hub",)

    def __init__(
        self, viewer: Viewer, user: User, places: TakenPlaces, hub: OccupancyHub | OverviewHub
    ) -> None:
        super().__init__(viewer, user, places)
        self._hub = hub

    def left(self) -> None:
        super().left()
        self._hub.leave(self.viewer)


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
    epoch, since = (
        websocket.query_params.get("epoch"),
        whole(websocket.query_params.get("since", "")),
    )
    return (epoch, since) if epoch and since is not None else ("", -1)
