"""Puts the parts together: one application per worker, with its background tasks and their end."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from houseful import paths
from houseful.checkout.booking_transitions import EMAIL, NOTICE, RECEIPT
from houseful.checkout.checkout import Checkout
from houseful.checkout.checkout_context import CheckoutContext, Terms
from houseful.checkout.correspondence.booking_documents import BookingDocuments, Letterhead
from houseful.checkout.correspondence.booking_links import BookingLinks
from houseful.checkout.correspondence.mails import BookingMails
from houseful.checkout.correspondence.receipts import House, Receipts
from houseful.checkout.crash_points import crash_at
from houseful.checkout.payment_attempts import PaymentAttempts
from houseful.clock import clock_ms
from houseful.dashboard.dashboards import Dashboards
from houseful.domain.addresses import Networks, Places
from houseful.domain.errors import Unavailable
from houseful.domain.public_url import path_of
from houseful.ledger.demo_charges import SqlDemoCharges
from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import Gateway
from houseful.realtime import gauges
from houseful.realtime.live_events import LiveEvents
from houseful.realtime.replica import Replica
from houseful.redis.command_router import end as end_redis
from houseful.redis.connection import connect, follow, settled
from houseful.sales.best_available import BestAvailable
from houseful.sales.catalog import Catalog
from houseful.sales.deadlines import Deadlines
from houseful.sales.reservations import Reservations, Rules
from houseful.sales.retention import Retention
from houseful.sales.seat_choice import SeatChoice
from houseful.settings import Settings, load
from houseful.sql.database import Database
from houseful.staff.event_stream import LEFT_ALONE, REFUSED, StaffEventStream
from houseful.staff.reporting import Reporting
from houseful.staff.staff import staff_of
from houseful.store.deadline_index import DeadlineIndex
from houseful.store.limiter import Limiter, Pace
from houseful.store.seats import SeatStore
from houseful.store.staff_events import StaffEventStore
from houseful.store.ws_tickets import WsTickets
from houseful.tasks import end
from houseful.tickets.code import TicketSigner
from houseful.tickets.delivery import mailer
from houseful.tickets.links import LinkSigner
from houseful.web.auth import Tokens
from houseful.web.buyer.live import live
from houseful.web.context import Context
from houseful.web.dispatch import Dispatch
from houseful.web.envelope import refused
from houseful.web.files import Files
from houseful.web.middleware import security_headers
from houseful.web.origins import Origins
from houseful.web.public_path import PublicPath
from houseful.web.sockets import unknown_path
from houseful.web.staff.live import occupancy, overview
from houseful.web.table import OPERATIONS
from houseful.wire.close_codes import COME_BACK

log = structlog.get_logger(__name__)

RESTART_S = 1.0

SOCKETS = {
    "/events/{event_id:int}/live": live,
    "/events/{event_id:int}/occupancy": occupancy,
    "/occupancy": overview,
}
"""Path → what serves a WebSocket there."""


def create_app(settings: Settings | None = None) -> Starlette:
    """The ASGI application. Redis and the database are reached when it starts, not here."""
    settings = settings or load()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with working(settings) as app.state.context:
            yield

    return Application(
        routes=[
            *(WebSocketRoute(path, endpoint) for path, endpoint in SOCKETS.items()),
            *(operation.route() for operation in OPERATIONS),
            *Files(paths.STATIC).routes(),
            WebSocketRoute("/{path:path}", unknown_path),
        ],
        exception_handlers={HTTPException: answer_http_error, Exception: answer_bug},
        lifespan=lifespan,
        settings=settings,
    )


class Application(Starlette):
    """Starlette with the straight way to operations before it, and headers on whatever it answers."""

    def __init__(self, *, settings: Settings, **given: Any) -> None:
        super().__init__(**given)
        self.router.redirect_slashes = False  # Starlette builds such a redirect from the Host
        self._settings = settings

    def build_middleware_stack(self) -> ASGIApp:
        headers = security_headers(uses_stripe=self._settings.uses_stripe)
        way, origins = super().build_middleware_stack(), Origins(self._settings)
        straight = Dispatch(way, OPERATIONS, headers, origins, answer_bug)
        path = path_of(self._settings.public_url)
        return PublicPath(straight, path) if path else straight


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[Context]:
    """Everything put together, with its background work under way; drained at the end."""
    context = build(settings, await settled(redis_url_of(settings)))
    tasks = [
        asyncio.create_task(supervised(name, work), name=name) for name, work in background(context)
    ]
    try:
        yield context
    finally:
        code, reason = COME_BACK + random.randrange(5), "the server is restarting"
        await context.dashboards.close(code, reason)
        await context.live.close(code, reason)
        await context.checkout.drain()
        await end(tasks)
        await context.gateway.close()
        await end_redis(context.redis)
        await context.database.close()


async def work(settings: Settings, on_ready: Callable[[], None]) -> None:
    """The background work alone, with no port, until SIGTERM or Ctrl+C."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    async with working(settings):
        on_ready()
        await stopping.wait()


def redis_url_of(settings: Settings) -> str:
    if settings.redis_url is None:
        raise ValueError("expected a Redis URL: `houseful serve` starts one and hands it over")
    return settings.redis_url.get_secret_value()


def build(settings: Settings, redis_url: str) -> Context:
    client = connect(redis_url)
    database = Database(settings.sql_url())
    seats = SeatStore(client)
    limiter = Limiter(client)
    catalog = Catalog(database, seats, settings.timezone, clock_ms)
    staff_store = StaffEventStore(client)
    staff_events = StaffEventStream(staff_store)
    secret, old_secrets = settings.signing_secret().encode(), settings.old_secrets()
    signer = TicketSigner(secret, [old.encode() for old in old_secrets])
    links = BookingLinks(
        database,
        LinkSigner(secret, [old.encode() for old in old_secrets]),
        (settings.public_url or "").rstrip("/"),
    )
    rules = Rules(
        hold_ms=settings.hold_seconds * 1000,
        max_seats=settings.max_seats,
        attempts_per_minute=settings.reservations_per_minute,
        seats_per_address=settings.held_seats_per_address,
        seat_minutes_per_address=settings.withheld_seat_minutes_per_address,
    )
    gateway, demo_gateway = gateway_of(settings, database, Pace(client))
    documents = BookingDocuments(
        database,
        catalog,
        signer,
        links,
        Letterhead(
            is_demo=demo_gateway is not None,
            fonts=settings.ticket_fonts,
        ),
    )
    reached = crash_at(os.environ)
    receipts = Receipts(
        database,
        House(
            settings.seller,
            settings.timezone,
            is_demo=demo_gateway is not None,
            fonts=settings.ticket_fonts,
        ),
        reached=reached,
    )
    mails = BookingMails(
        database,
        documents,
        receipts,
        mailer(settings.smtp_url.get_secret_value() if settings.smtp_url else None),
        limiter,
        sender=settings.mail_from,
        sends_mail=settings.smtp_url is not None,
    )
    parts = CheckoutContext(
        database,
        seats,
        gateway,
        open_event=catalog.open_event,
        sold_with=catalog.sold_with,
        sends_mail=mails.sends_mail,
        terms=Terms(
            max_seats=settings.max_seats,
            cancel_before_ms=settings.cancellation_hours * 3_600_000,
            refunds_per_hour=settings.automatic_refunds_per_hour,
            issues_receipts=settings.seller is not None,
        ),
        attempts=PaymentAttempts(
            limiter, settings.payment_attempts, settings.payment_attempts_per_address
        ),
        reached=reached,
        record=staff_events.record,
    )
    handlers = {EMAIL: mails.deliver, NOTICE: mails.deliver, RECEIPT: receipts.handle}
    checkout = Checkout(parts, handlers)
    deadlines = Deadlines(
        seats,
        DeadlineIndex(client),
        database,
        clock_ms,
        lapsed=checkout.lapsed,
        renew=catalog.renew_event,
    )
    catalog.doubted = checkout.compare_soon
    live_events = LiveEvents(
        client,
        seats,
        catalog,
        frame_interval_ms=settings.frame_interval_ms,
        clock=clock_ms,
        other_server=deadlines.survey_soon,
        lease_expired=deadlines.ring,
    )

    async def seat_copy(event_id: int) -> Replica:
        watched = await live_events.event(event_id)
        await watched.caught_up()
        return watched.replica

    choice = SeatChoice(seat_copy, clock_ms)
    reservations = Reservations(
        seats,
        limiter,
        catalog,
        rules,
        clock_ms,
        refused=partial(staff_events.attempt, kind=REFUSED),
        choice=choice,
        left_alone=partial(staff_events.attempt, kind=LEFT_ALONE),
    )
    return Context(
        settings=settings,
        tokens=Tokens(settings),
        origins=Origins(settings),
        redis=client,
        database=database,
        catalog=catalog,
        reservations=reservations,
        best_available=BestAvailable(reservations, choice),
        live=live_events,
        deadlines=deadlines,
        retention=Retention(database, seats, clock_ms, settings.retention_days * 86_400_000),
        ws_tickets=WsTickets(client),
        limiter=limiter,
        gateway=gateway,
        demo_gateway=demo_gateway,
        checkout=checkout,
        documents=documents,
        receipts=receipts,
        mails=mails,
        links=links,
        staff_events=staff_events,
        staff=staff_of(
            database, seats, catalog, checkout, mails, signer, staff_events, settings.timezone
        ),
        dashboards=Dashboards(
            live_events, catalog, seats, staff_store, Reporting(database, staff_store), choice
        ),
        uncounted=Networks(settings.uncounted_addresses),
        sockets_by_address=Places(settings.sockets_per_address),
        sockets_by_user=Places(settings.sockets_per_user),
        clock=clock_ms,
    )


def gateway_of(
    settings: Settings, database: Database, pace: Pace | None = None
) -> tuple[Gateway, DemoGateway | None]:
    """Stripe when it has a key, else the demo; the demo a second time as itself."""
    if settings.stripe_secret_key is not None:
        # A sixth of what a worker takes to start, and wanted by those alone who have a key.
        from houseful.payments.stripe import StripeGateway, StripeLimits

        limits = StripeLimits(
            rate_per_s=settings.gateway_calls_per_second, workers=settings.workers
        )
        key, base = settings.stripe_secret_key.get_secret_value(), settings.stripe_api_base
        counted = None if pace is None else partial(stripe_pace, pace)
        return StripeGateway(key, api_base=base, limits=limits, pace=counted), None
    demo = DemoGateway(SqlDemoCharges(database), delay_ms=settings.demo_payment_delay_ms)
    return demo, demo


async def stripe_pace(
    pace: Pace, operation: str, rate_per_s: float, burst: int, max_s: float
) -> float:
    """When a call to Stripe may be made, counted over all workers."""
    name = f"stripe-{operation}"
    return await pace.wait_s(name, rate_per_s=rate_per_s, burst=burst, max_s=max_s)


def background(context: Context) -> list[tuple[str, Callable[[], Coroutine[Any, Any, None]]]]:
    """What runs beside the requests, by name."""
    return [
        ("topology", lambda: follow(context.redis)),
        ("keyspace_listener", context.live.listener.run),
        ("gauges", partial(gauges.keep, context.live)),
        ("live events", context.live.run),
        ("deadlines", context.deadlines.run),
        ("surveys", context.deadlines.run_surveys),
        ("retention", context.retention.run),
        ("staff_events", context.staff_events.run),
        ("dashboards", context.dashboards.run),
        ("minutes", context.dashboards.run_minutes),
        ("completer", context.checkout.run_completer),
        ("outbox", context.checkout.run_outbox),
        ("reconciler", context.checkout.run_reconciler),
    ]


async def supervised(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `work` for ever: a failure is logged and it begins again."""
    while True:
        try:
            await work()
        except Unavailable as error:
            log.warning("background_waits", task=name, error=error.told)
        except Exception:
            log.exception("background_failed", task=name)
        await asyncio.sleep(RESTART_S)


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own refusals (no such path, wrong method) in the envelope."""
    if not isinstance(error, HTTPException):
        raise error
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(methods_of(request)))
    return refused(error.status_code, code, error.detail, headers=headers)


def methods_of(request: Request) -> set[str]:
    """All methods of a path: each has a route of its own, of which Starlette names the first's."""
    return {
        method
        for route in request.app.routes
        if isinstance(route, Route) and route.path_regex.match(request.url.path)
        for method in route.methods or ()
    }


async def answer_bug(request: Request, error: Exception) -> Response:
    log.error("request_crashed", path=request.url.path, exc_info=error)
    return refused(
        500,
        "internal",
        "Something went wrong here; trying again with the same key is safe",
        retryable=True,
        same_key=True,
    )
