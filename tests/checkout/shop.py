"""A whole shop in one process: real SQLite, real Valkey, the demo gateway with its books in SQL."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import update

from houseful.checkout.answers import Answer
from houseful.checkout.booking_request import BookingRequest, Contact
from houseful.checkout.checkout import Checkout
from houseful.checkout.checkout_context import CheckoutContext, Terms, clock_ms
from houseful.checkout.correspondence.receipts import House, Receipts
from houseful.checkout.outbox import MAILS, OTHERS
from houseful.domain.plan import Plan
from houseful.domain.prices.price_drafts import CellChange, PriceChange, applied
from houseful.domain.prices.receipts import Seller
from houseful.domain.seats import Granted
from houseful.ledger.catalog import events, price_changes
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.demo_charges import SqlDemoCharges
from houseful.ledger.models import BOOKING, KEY, OUTBOX
from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import Gateway
from houseful.sales.catalog import Catalog
from houseful.sales.deadlines import Deadlines
from houseful.sql.database import Database
from houseful.store.deadline_index import DeadlineIndex
from houseful.store.seats import SeatStore
from houseful.wire.codec import decode
from tests.invariants import World, broken
from tests.ledger.halls import add_event
from tests.support.sessions import writing

PAYS = "demo_card_4242424242424242"
DECLINES = "demo_card_4000000000000002"
SELLER = Seller("The Little Theatre Ltd", ("Main Street 1", "1010 Vienna"), "ATU12345678")
AUTHENTICATES = "demo_card_4000002500003155"


def new_key() -> str:
    return f"booking-{uuid.uuid4()}"


class Clock:
    """Real time plus what a test adds."""

    def __init__(self) -> None:
        self.ahead_ms = 0
        self._stopped_at_ms: int | None = None

    def stand_still(self) -> None:
        self._stopped_at_ms = clock_ms()

    def __call__(self) -> int:
        return (self._stopped_at_ms or clock_ms()) + self.ahead_ms


@dataclass
class Shop:
    """One event on sale and everything needed to buy from it."""

    database: Database
    client: Redis
    seats: SeatStore
    gateway: Gateway
    catalog: Catalog
    event: EventRecord
    clock: Clock = field(default_factory=Clock)
    answers: dict[tuple[str, str], bytes] = field(default_factory=dict)
    told: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)
    mails: list[tuple[str, str]] = field(default_factory=list)
    terms: Terms = field(default_factory=Terms)
    reached: Callable[[str], None] = lambda _: None
    seller: Seller | None = None
    """Who issues receipts."""

    def __post_init__(self) -> None:
        self.terms = replace(self.terms, issues_receipts=self.seller is not None)
        self.checkout = self.new_checkout()
        self.deadlines = Deadlines(
            self.seats,
            DeadlineIndex(self.client),
            self.database,
            self.clock,
            lapsed=lambda event_id, bookings: self.checkout.lapsed(event_id, bookings),
            renew=self.catalog.renew_event,
        )

    def new_checkout(self, **changes: Any) -> Checkout:
        """As another process would have it."""

        async def mail(job: Any, booking: Any) -> None:
            self.mails.append((booking.reference, job.payload["about"]))

        values: dict[str, Any] = {
            "database": self.database,
            "seats": self.seats,
            "gateway": self.gateway,
            "open_event": self.catalog.open_event,
            "terms": self.terms,
            "now_ms": self.clock,
            "reached": lambda name: self.reached(name),
            "record": lambda what, facts: self.told.append((what, facts)),
        }
        parts = CheckoutContext(**{**values, **changes})
        self.receipts = Receipts(
            self.database, House(self.seller), self.clock, lambda name: self.reached(name)
        )
        handlers = {"email": mail, "notice": mail, "receipt": self.receipts.handle}
        return Checkout(parts, handlers)

    async def hold(self, user: str, *indexes: int, hold_ms: int = 600_000) -> list[int]:
        """Reserve seats by index for `user`; returns their ids."""
        ids = [self.event.first_seat_id + index for index in indexes]
        versions = await self.versions()
        granted = await self.seats.reserve(
            self.event.id, user, "s", [(seat, versions(seat)) for seat in ids],
            hold_ms=hold_ms, max_seats=50, price_list=(await self.now_on_sale()).price_list,
        )  # fmt: skip
        assert isinstance(granted, Granted), granted
        assert list(granted.seat_ids) == ids
        return ids

    async def now_on_sale(self) -> EventRecord:
        found = await self.database.query(lambda session: events.get(session, self.event.id))
        assert found is not None
        return found

    async def reprice(self, **amounts: int) -> None:
        """Staff change prices of categories, in minor units."""
        stands = (await self.now_on_sale()).prices.as_new()
        cells = {(name, None): CellChange(amount) for name, amount in amounts.items()}
        prices = applied(stands, PriceChange(cells=cells), self.event.currency)
        await self.database.transact(
            lambda session: price_changes.sell_at(
                session, self.event.id, prices, who="ada", now_ms=clock_ms()
            )
        )
        self.catalog.forget(self.event.id)

    async def versions(self) -> Callable[[int], int]:
        snapshot = await self.seats.snapshot(self.event.id)
        known = {record.seat_id: record.version for record in snapshot.records}
        return lambda seat: known.get(seat, snapshot.version_base)

    def request(self, seat_ids: list[int], **changes: Any) -> BookingRequest:
        values: dict[str, Any] = {
            "event_id": self.event.id,
            "seat_ids": tuple(seat_ids),
            "payment_method": "demo",
            "payment_token": PAYS,
            "contact": Contact("Ada", "ada@example.org"),
        }
        return BookingRequest(**{**values, **changes})

    async def buy(
        self, user: str, seat_ids: list[int], key: str | None = None, **changes: Any
    ) -> Answer:
        """POST /bookings."""
        key = key or new_key()
        answer = await self.checkout.book(user, key, self.request(seat_ids, **changes))
        if answer.status in {200, 201}:
            data = answer.body.partition(b'"data":')[2][:-1]
            assert self.answers.setdefault((user, key), data) == data
        return answer

    async def status(self, seat_id: int) -> str:
        """A seat's letter in Redis."""
        snapshot = await self.seats.snapshot(self.event.id)
        return next((r.status for r in snapshot.records if r.seat_id == seat_id), "A")

    async def look_after(self, times: int = 3) -> None:
        """What the background work does, a few turns of it at once."""
        for _ in range(times):
            await self.checkout._completer.run_once()
            await self.deadlines.look(self.event.id)
            for kinds in (OTHERS, MAILS):
                await self.checkout._relay.run_once(kinds)
            await self.checkout.run_refunds()

    async def let_time_pass(self, ms: int) -> None:
        """For this process, and for leases, which are in the database's time."""
        self.clock.ahead_ms += ms
        async with writing(self.database) as session:
            for table in (BOOKING, KEY):
                earlier = table.c.lease_until_ms - ms
                await session.execute(
                    update(table).where(table.c.lease_until_ms > 0).values(lease_until_ms=earlier)
                )
            due = OUTBOX.c.next_run_at_ms - ms
            await session.execute(
                update(OUTBOX).where(OUTBOX.c.lease != "").values(next_run_at_ms=due)
            )

    async def world(self) -> World:
        return World(
            self.database,
            self.client,
            await self.gateway.list_since(0),
            dict(self.answers),
            issues_receipts=self.seller is not None,
        )

    async def problems(self) -> list[str]:
        """Violated invariants once everything promised has been done."""
        self.clock.ahead_ms += 2_000
        await self.look_after()
        return await broken(await self.world())

    async def remaining_ms(self, user: str) -> int:
        """How long the user still holds what they hold."""
        found = await self.seats.reservations(self.event.id, user)
        return max((item.deadline_ms - item.now_ms for item in found), default=0)


def data(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = decode(answer.body)["data"]
    return found


async def until(
    condition: Callable[[], Awaitable[object]], within_s: float = 5, what: str = "condition"
) -> None:
    """Wait for a condition with a deadline."""
    deadline = time.monotonic() + within_s
    while not await condition():
        assert time.monotonic() < deadline, f"{what} did not come true within {within_s} s"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def open_shop(
    database_url: str,
    client: Redis,
    *,
    gateway: Gateway | None = None,
    plan: Plan | None = None,
    **changes: Any,
) -> AsyncIterator[Shop]:
    """A shop on a migrated database; it is closed at the end, unfinished work awaited."""
    database = Database(database_url)
    seats = SeatStore(client)
    catalog = Catalog(database, seats)
    event = await add_event(database, plan)
    await catalog.open_event(event.id)
    till = gateway or DemoGateway(SqlDemoCharges(database))
    shop = Shop(database, client, seats, till, catalog, event, **changes)
    yield shop
    await shop.checkout.drain()
    await database.close()
