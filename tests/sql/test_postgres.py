"""PostgreSQL when a worker stands still and when a COMMIT has no reply."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import func, select, text

from houseful.domain.errors import Unavailable
from houseful.ledger import check_ins, claims, counters
from houseful.ledger.check_ins import USED
from houseful.ledger.models import EVENT, TICKET
from houseful.sales.catalog import Catalog
from houseful.sql.database import Database, Session
from houseful.sql.postgres import BOUNDS_MS, WRITERS
from houseful.sql.session import Work
from houseful.staff.check_in import CheckIns
from houseful.staff.event_admin import EventAdmin
from houseful.staff.event_stream import StaffEventStream
from houseful.store.staff_events import StaffEventStore
from houseful.tickets.code import TicketSigner
from houseful.wire.staff import NewEventRequest
from tests.checkout.shop import Shop, new_key, open_shop
from tests.support.databases import fresh_postgresql
from tests.support.fault_proxy import FaultProxy
from tests.support.postgres import Postgres

AT_ONCE_S = 2.0


class Standing(Database):
    """A worker's way to SQL that stands still between the next transaction's work and its COMMIT."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.stands_next = False
        self.stands, self.goes_on = asyncio.Event(), asyncio.Event()

    async def transact(self, work: Work[Any], *, is_repeatable: bool = False) -> Any:
        if not self.stands_next:
            return await super().transact(work, is_repeatable=is_repeatable)
        self.stands_next = False

        async def slow(session: Session) -> Any:
            result = await work(session)
            self.stands.set()
            await self.goes_on.wait()
            return result

        return await super().transact(slow)


@pytest.fixture
async def shop(postgres: Postgres, redis_client: Redis) -> AsyncIterator[Shop]:
    async with open_shop(fresh_postgresql(postgres), redis_client) as opened:
        yield opened


def url_of(shop: Shop, **changes: Any) -> str:
    return shop.database.url.set(drivername="postgresql", **changes).render_as_string(False)


async def test_a_worker_that_stands_between_its_claim_and_its_commit_holds_up_nobody(
    shop: Shop,
) -> None:
    bound = {"options": "-c idle_in_transaction_session_timeout=1500"}
    standing = Standing(url_of(shop, query=bound))

    def reached(point: str) -> None:
        standing.stands_next = standing.stands_next or point == "after_R1"

    stuck = shop.new_checkout(database=standing, reached=reached)
    seats = await shop.hold("ada", 0)
    ada = asyncio.create_task(stuck.book("ada", new_key(), shop.request(seats)))
    await standing.stands.wait()

    async with asyncio.timeout(1.4):
        for number in range(1, 4):
            user = f"user{number}"
            answer = await shop.buy(user, await shop.hold(user, number))
            assert answer.status == 201
        assert len(await shop.catalog.events()) == 1

    async def is_ended(session: Session) -> bool:
        waits = "idle in transaction"
        asked = text("SELECT count(*) FROM pg_stat_activity WHERE state = :waits")
        return not await session.scalar(asked, {"waits": waits})

    async with asyncio.timeout(10):
        while not await shop.database.query(is_ended):
            await asyncio.sleep(0.05)
    standing.goes_on.set()
    assert (await ada).status == 201, "the server ended its transaction, so it ran again"
    await stuck.drain()
    await standing.close()
    assert await shop.problems() == []


async def test_writers_that_wait_for_a_lock_give_up_in_time_and_readers_do_not_wait(
    postgres: Postgres,
) -> None:
    database, other = (Database(url) for url in [fresh_postgresql(postgres)] * 2)
    locked, free = asyncio.Event(), asyncio.Event()

    async def hold(session: Session) -> None:
        await counters.advance(session, "n")
        locked.set()
        await free.wait()

    holder = asyncio.create_task(other.transact(hold))
    await locked.wait()
    began = time.monotonic()
    writers = [
        asyncio.create_task(database.transact(lambda s: counters.advance(s, "n")))
        for _ in range(2 * WRITERS)
    ]
    await asyncio.sleep(0)
    for _ in range(10):
        assert await database.query(lambda s: counters.value(s, "n")) == 0
    assert time.monotonic() - began < 0.9
    outcomes = await asyncio.gather(*writers, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert time.monotonic() - began < AT_ONCE_S
    free.set()
    await holder
    assert await database.transact(lambda s: counters.advance(s, "n")) == 2
    await database.close()
    await other.close()


@pytest.mark.parametrize("name", BOUNDS_MS)
async def test_each_connection_is_bounded_unless_the_url_says_otherwise(
    postgres: Postgres, name: str
) -> None:
    url = postgres.new_database()
    for options, expected in (("", BOUNDS_MS[name]), (f"?options=-c%20{name}%3D4321", 4321)):
        database = Database(url + options)

        async def shown(session: Session) -> str:
            setting = text("SELECT setting FROM pg_settings WHERE name = :name")
            return str(await session.scalar(setting, {"name": name}))

        assert await database.query(shown) == str(expected)
        assert await database.transact(shown) == str(expected)
        await database.close()


@asynccontextmanager
async def behind_a_proxy(shop: Shop) -> AsyncIterator[tuple[Database, FaultProxy]]:
    """Another worker of the shop, whose connection to SQL can be cut."""
    port = shop.database.url.port
    assert port is not None
    async with FaultProxy("127.0.0.1", port) as proxy:
        database = Database(url_of(shop, port=proxy.port))
        yield database, proxy
        await database.close()


def lose_reply(proxy: FaultProxy) -> None:
    proxy.lost_reply = b"COMMIT"


def lose_request(proxy: FaultProxy) -> None:
    proxy.lost_request = b"COMMIT"


LOSSES = pytest.mark.parametrize("lose", [lose_reply, lose_request])


@LOSSES
async def test_the_first_scan_of_a_ticket_admits_whatever_became_of_its_commit(
    shop: Shop, redis_client: Redis, lose: Callable[[FaultProxy], None]
) -> None:
    await shop.buy("ada", await shop.hold("ada", 0))
    (ticket,) = await shop.database.query(lambda s: claims.tickets(s, 1))
    async with behind_a_proxy(shop) as (database, proxy):
        signer = TicketSigner(b"a signing secret of 32 bytes ....")
        desk = StaffEventStream(StaffEventStore(redis_client))
        doors = CheckIns(database, Catalog(database, shop.seats), signer, desk)
        lose(proxy)
        code = signer.typed_code(ticket.id)
        admitted = await doors.check_in(shop.event.id, code, door="North", who="vera")
        assert admitted.ticket.state == USED
        assert proxy.cuts == 1
    recent = await shop.database.query(lambda s: check_ins.recent(s, shop.event.id, 5))
    assert [one.ticket_id for one in recent] == [ticket.id]


@LOSSES
async def test_one_add_event_adds_one_whatever_became_of_its_commit(
    shop: Shop, redis_client: Redis, lose: Callable[[FaultProxy], None]
) -> None:
    async with behind_a_proxy(shop) as (database, proxy):
        desk = StaffEventStream(StaffEventStore(redis_client))
        admin = EventAdmin(database, Catalog(database, shop.seats), desk, shop.seats)
        event = NewEventRequest.model_validate(
            {
                "name": "Tosca",
                "venue": "Opera",
                "planId": shop.event.plan_id,
                "startsAt": "2060-01-01T19:00:00Z",
                "currency": "EUR",
                "prices": dict.fromkeys(shop.event.prices.by_category, "10"),
            }
        )
        await admin.plans()
        lose(proxy)
        await admin.add_event("vera", event)
        assert proxy.cuts == 1
    tosca = select(func.count()).where(EVENT.c.name == "Tosca")
    assert await shop.database.query(lambda s: s.scalar(tosca)) == 1


async def test_a_sale_whose_commits_lose_their_replies_is_one_sale(shop: Shop) -> None:
    async with behind_a_proxy(shop) as (database, proxy):
        checkout = shop.new_checkout(database=database)
        for number, user in enumerate(("ada", "ben", "cid", "dan", "eve")):
            seats = await shop.hold(user, number)
            left = number

            def reached(point: str) -> None:
                nonlocal left
                left -= 1
                if left == 0:
                    proxy.lost_reply = b"COMMIT"

            shop.reached = reached
            answer = await checkout.book(user, new_key(), shop.request(seats))
            assert answer.status == 201
        assert proxy.cuts >= 3
        await checkout.drain()
    count = select(func.count()).select_from(TICKET)
    assert await shop.database.query(lambda s: s.scalar(count)) == 5
    assert await shop.problems() == []


async def test_work_whose_fate_cannot_be_found_out_is_unavailable_and_was_done_once(
    shop: Shop,
) -> None:
    async with behind_a_proxy(shop) as (database, proxy):
        assert await database.transact(lambda s: counters.advance(s, "n")) == 1
        proxy.lost_reply, proxy.refuses = b"COMMIT", True
        with pytest.raises(Unavailable):
            await database.transact(lambda s: counters.advance(s, "n"))
    assert await shop.database.query(lambda s: counters.value(s, "n")) == 2
