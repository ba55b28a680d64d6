"""A process that sells and dies: run by the crash tests in a process of its own."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass

from redis.asyncio import Redis

from houseful.checkout.checkout_context import Terms
from houseful.checkout.crash_points import crash_at
from houseful.domain.errors import HousefulError
from houseful.ledger import cancellations, claims
from houseful.ledger.catalog import events
from houseful.ledger.demo_charges import SqlDemoCharges
from houseful.payments.demo import DemoGateway
from houseful.payments.webhooks import WebhookEvent
from houseful.redis.connection import connect
from houseful.sales.catalog import Catalog
from houseful.sql.database import Database
from houseful.store.seats import SeatStore
from tests.checkout.shop import AUTHENTICATES, DECLINES, PAYS, SELLER, Shop, data

TERMS = Terms(action_ms=400)
"""A short time for 3-D Secure, so that its end is reached within a test."""

LIVES_S = 20.0


@dataclass(frozen=True)
class Plan:
    """What the process does and where it dies."""

    database_url: str
    redis_url: str
    scenario: str
    crash_at: str
    event_id: int
    seat_ids: tuple[int, ...]
    key: str
    user: str = "ada"


TOKENS = {"declines": DECLINES, "authenticates": AUTHENTICATES, "hears": AUTHENTICATES}


def run(plan: Plan) -> None:
    """Do what the plan says; never returns where it says to die."""
    os.environ["HOUSEFUL_TEST_CRASH_AT"] = plan.crash_at
    asyncio.run(_run(plan))


async def open_existing(plan: Plan, client: Redis, *, crashing: bool) -> Shop:
    """The shop as a freshly started process sees it."""
    database = Database(plan.database_url)
    seats = SeatStore(client)
    event = await database.query(lambda session: events.get(session, plan.event_id))
    assert event is not None
    shop = Shop(
        database,
        client,
        seats,
        DemoGateway(SqlDemoCharges(database)),
        Catalog(database, seats),
        event,
        terms=TERMS,
        seller=SELLER,
    )
    if crashing:
        shop.reached = crash_at(os.environ)
    return shop


async def _run(plan: Plan) -> None:
    shop = await open_existing(plan, connect(plan.redis_url), crashing=True)
    async with asyncio.TaskGroup() as group:
        group.create_task(shop.checkout.run_completer())
        group.create_task(shop.checkout.run_outbox())
        group.create_task(shop.checkout.run_reconciler())
        # The first beat, as of a server that was up when the request came.
        await shop.checkout._completer.beat()
        await _act(shop, plan)
        await asyncio.sleep(LIVES_S)
        os._exit(3)  # the point was never reached


async def _act(shop: Shop, plan: Plan) -> None:
    token = TOKENS.get(plan.scenario, PAYS)
    try:
        answer = await shop.buy(plan.user, list(plan.seat_ids), plan.key, payment_token=token)
    except HousefulError:
        return
    if plan.scenario == "cancels":
        await shop.checkout.cancel(plan.user, "customer", data(answer)["bookingReference"], "")
    if plan.scenario == "returns":
        reference = data(answer)["bookingReference"]
        tickets = await shop.database.query(
            lambda s: claims.tickets(s, int(data(answer)["bookingId"]))
        )
        await shop.checkout.refund("boss", reference, "ill", [tickets[0].id])
    if plan.scenario == "called off":
        await shop.database.transact(
            lambda s: cancellations.begin(s, plan.event_id, "boss", "storm", shop.clock())
        )
    if plan.scenario == "hears":
        state = await shop.gateway.authenticate(data(answer)["clientSecret"], True)  # type: ignore[attr-defined]
        await shop.checkout.apply_webhook(
            WebhookEvent(
                "evt_1", "payment_intent.succeeded", state.payment_id, state.payment_id, 0, False
            )
        )
