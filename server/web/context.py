"""What the handlers of one worker stand on; built once in `server.app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.domain.addresses import Networks, Places
from server.ledger.database import Database
from server.payments.demo import DemoGateway
from server.payments.gateway import Gateway
from server.realtime.dashboards import Dashboards
from server.realtime.live_events import LiveEvents
from server.services.catalog import Catalog
from server.services.checkout import Checkout
from server.services.desk import Desk
from server.services.paperwork import Paperwork
from server.services.reservations import Reservations
from server.services.staff import Staff
from server.settings import Settings
from server.store.lanes import Client
from server.store.limiter import Limiter
from server.store.ws_tickets import WsTickets
from server.web.auth import Tokens


@dataclass(frozen=True)
class Context:
    """Services and settings. `clock` is wall time in ms, for sale windows and not for deadlines.

    `uncounted`: addresses that limits per address pass over.
    """

    settings: Settings
    tokens: Tokens
    redis: Client
    database: Database
    catalog: Catalog
    reservations: Reservations
    live: LiveEvents
    ws_tickets: WsTickets
    limiter: Limiter
    gateway: Gateway
    demo_gateway: DemoGateway | None
    checkout: Checkout
    paperwork: Paperwork
    desk: Desk
    staff: Staff
    dashboards: Dashboards
    uncounted: Networks
    sockets_by_address: Places
    sockets_by_user: Places
    clock: Callable[[], int]
