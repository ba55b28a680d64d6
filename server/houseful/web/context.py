"""What the handlers of one worker stand on; built once in `houseful.app`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from houseful.checkout.checkout import Checkout
from houseful.checkout.correspondence.booking_documents import BookingDocuments
from houseful.checkout.correspondence.booking_links import BookingLinks
from houseful.checkout.correspondence.mails import BookingMails
from houseful.checkout.correspondence.receipts import Receipts
from houseful.dashboard.dashboards import Dashboards
from houseful.domain.addresses import Networks, Places
from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import Gateway
from houseful.realtime.live_events import LiveEvents
from houseful.redis.command_router import Client
from houseful.sales.best_available import BestAvailable
from houseful.sales.catalog import Catalog
from houseful.sales.deadlines import Deadlines
from houseful.sales.reservations import Reservations
from houseful.sales.retention import Retention
from houseful.settings import Settings
from houseful.sql.database import Database
from houseful.staff.event_stream import StaffEventStream
from houseful.staff.staff import Staff
from houseful.store.limiter import Limiter
from houseful.store.ws_tickets import WsTickets
from houseful.web.auth import Tokens
from houseful.web.geometries import Geometries
from houseful.web.origins import Origins


@dataclass(frozen=True)
class Context:
    """Services and settings. `clock` is wall time in ms, for sale windows and not for deadlines.

    `uncounted`: addresses that limits per address pass over.
    """

    settings: Settings
    tokens: Tokens
    origins: Origins
    redis: Client
    database: Database
    catalog: Catalog
    reservations: Reservations
    best_available: BestAvailable
    live: LiveEvents
    deadlines: Deadlines
    retention: Retention
    ws_tickets: WsTickets
    limiter: Limiter
    gateway: Gateway
    demo_gateway: DemoGateway | None
    checkout: Checkout
    documents: BookingDocuments
    receipts: Receipts
    mails: BookingMails
    links: BookingLinks
    staff_events: StaffEventStream
    staff: Staff
    dashboards: Dashboards
    uncounted: Networks
    sockets_by_address: Places
    sockets_by_user: Places
    clock: Callable[[], int]
    geometries: Geometries = field(default_factory=Geometries)
