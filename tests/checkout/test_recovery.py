"""What is left lying is taken up: by the completer, the sweep, the relay and the reconciler."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis
from redis.asyncio import Redis

from houseful.checkout.answers import Answer
from houseful.checkout.booking_transitions import CANCEL_PAYMENT, FOLLOW
from houseful.checkout.checkout import Checkout
from houseful.checkout.checkout_context import write_log
from houseful.checkout.outbox import AT_ONCE, BATCH, MAILS, OTHERS
from houseful.domain.errors import Conflict, HousefulError, InProgress, PaymentDeclined, Unavailable
from houseful.ledger import bookings, counters, outbox
from houseful.ledger.models import KEY
from houseful.payments.gateway import Gateway
from houseful.sql.database import Session
from houseful.telemetry import metrics
from houseful.valkey.embedded import EmbeddedValkey
from tests.checkout.shop import AUTHENTICATES, DECLINES, Shop, data, new_key, open_shop, until
from tests.support.databases import fresh_postgresql, fresh_sqlite
from tests.support.postgres import Postgres


class Stopped(BaseException):
    """Stands for a process that ends here."""


def stop_at(shop: Shop, point: str) -> None:
    def reached(name: str) -> None:
        if name == point:
            shop.reached = lambda _: None
            raise Stopped(point)

    shop.reached = reached


async def test_seats_of_a_purchase_that_never_claimed_are_swept_free(shop: Shop) -> None:
    seats = await shop.hold("ada", 0)
    begun = await shop.seats.begin_checkout(shop.event.id, "ada", 4711, seats, pay_ms=1)
    assert begun
    assert await shop.status(seats[0]) == "P"

    async def is_free() -> bool:
        await shop.deadlines.look(shop.event.id)
        return await shop.status(seats[0]) == "A"

    await until(is_free, 2, "the sweep")


async def test_the_sweep_leaves_seats_that_sql_has_claimed(shop: Shop) -> None:
    seats = await shop.hold("ada", 0)
    shop.terms = type(shop.terms)(pay_ms=1)
    shop.checkout = shop.new_checkout()
    shop.clock.stand_still()  # Redis has a clock of its own
    waiting = data(await shop.buy("ada", seats, payment_token=AUTHENTICATES))

    async def has_lapsed() -> bool:
        return (await shop.seats.sweep(shop.event.id)).lapsed == (1,)

    await until(has_lapsed, 3, "the end of the time to pay")
    assert await shop.deadlines.look(shop.event.id) is not None
    assert await shop.status(seats[0]) == "P"
    assert (await shop.seats.sweep(shop.event.id)).lapsed == (), "it makes room for others"
    assert waiting["status"] == "REQUIRES_ACTION"


async def test_a_dead_lease_is_taken_over_by_the_next_request(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    stop_at(shop, "after_T2")
    with pytest.raises(Stopped):
        await shop.buy("ada", seats, key)
    with pytest.raises(InProgress) as busy:
        await shop.buy("ada", seats, key)
    assert busy.value.retry_after_s == 1
    await shop.let_time_pass(shop.terms.lease_ms + 1)
    assert (await shop.buy("ada", seats, key)).status == 201
    assert await shop.problems() == []


async def test_leases_of_a_worker_that_died_end_and_the_next_goes_on(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    other = shop.new_checkout()
    stop_at(shop, "after_T2")
    with pytest.raises(Stopped):
        await shop.buy("ada", seats, key)
    assert await other._completer.run_once() == 0
    await shop.let_time_pass(shop.terms.lease_ms)
    assert await other._completer.run_once() == 1
    assert await shop.status(seats[0]) == "B"


@asynccontextmanager
async def slow_purchase(shop: Shop) -> AsyncIterator[asyncio.Task[Answer]]:
    """A healthy purchase whose gateway takes its time for as long as the block lasts."""
    begun, resume = asyncio.Event(), asyncio.Event()

    class Slow(Counting):
        async def confirm(self, payment_id: str, **more: str) -> object:
            begun.set()
            await resume.wait()
            return await self._gateway.confirm(payment_id, **more)  # type: ignore[arg-type]

    shop.checkout = shop.new_checkout(gateway=Slow(shop.gateway))
    buying = asyncio.create_task(shop.buy("ada", await shop.hold("ada", 0)))
    await begun.wait()
    try:
        yield buying
    finally:
        resume.set()


async def test_a_worker_whose_clock_is_ahead_takes_no_healthy_purchase(shop: Shop) -> None:
    fast = shop.new_checkout(now_ms=lambda: shop.clock() + 60_000)
    async with slow_purchase(shop) as buying:
        await fast._completer.run_once()
        assert await fast._completer.take(1) is None
    assert (await buying).status == 201
    assert await shop.problems() == []


async def test_a_lease_is_renewed_for_as_long_as_its_worker_works(shop: Shop) -> None:
    other = shop.new_checkout()
    almost = shop.terms.lease_ms - 500
    async with slow_purchase(shop) as buying:
        for _ in range(3):
            await shop.let_time_pass(almost)
            await shop.checkout._completer.beat()
        assert await other._completer.run_once() == 0
        await shop.let_time_pass(almost)
        await shop.let_time_pass(almost)
        assert await other._completer.run_once() == 1, "without a beat it ends"
    assert (await buying).status == 201
    assert shop.checkout._parts.working == {}
    assert await shop.problems() == []


async def test_two_completers_work_on_a_booking_one_at_a_time(shop: Shop) -> None:
    assert await confirmations_by_two_completers(shop) == 1


async def confirmations_by_two_completers(shop: Shop) -> int:
    """How often two completers that look at once have the gateway confirm one payment."""
    seats = await shop.hold("ada", 0)
    stop_at(shop, "after_T2")
    with pytest.raises(Stopped):
        await shop.buy("ada", seats)
    await shop.let_time_pass(shop.terms.lease_ms + 1)
    gateway = Counting(shop.gateway)
    first, second = (shop.new_checkout(gateway=gateway)._completer for _ in range(2))
    at_work = asyncio.create_task(first.run_once())
    await gateway.begun.wait()
    await second.run_once()
    gateway.resume.set()
    await at_work
    return gateway.confirmed


class Counting:
    """A gateway that counts, and keeps the first who confirm waiting until `resume`."""

    name = "demo"

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.confirmed = 0
        self.begun, self.resume = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._gateway, name)

    async def confirm(self, payment_id: str, **more: str) -> object:
        self.confirmed += 1
        if self.confirmed == 1:
            self.begun.set()
            await self.resume.wait()
        return await self._gateway.confirm(payment_id, **more)  # type: ignore[arg-type]


async def answer_of_a_late_writer(shop: Shop) -> Answer:
    """It is paused past its lease, as by SIGSTOP; another finishes, then the first goes on."""
    seats = await shop.hold("ada", 0)
    reached, resume = asyncio.Event(), asyncio.Event()

    class Pausing(Counting):
        async def confirm(self, payment_id: str, **more: str) -> object:
            state = await self._gateway.confirm(payment_id, **more)  # type: ignore[arg-type]
            reached.set()
            await resume.wait()
            return state

    paused = shop.new_checkout(gateway=Pausing(shop.gateway))
    first = asyncio.create_task(paused.book("ada", new_key(), shop.request(seats)))
    await reached.wait()
    await shop.let_time_pass(shop.terms.lease_ms + 1)
    assert await shop.checkout._completer.run_once() == 1
    resume.set()
    return await first


async def test_a_writer_that_lost_its_lease_changes_nothing(shop: Shop) -> None:
    assert (await answer_of_a_late_writer(shop)).status == 201
    assert await shop.problems() == []


async def test_redis_emptied_during_a_purchase_loses_nothing_sold(
    shop: Shop, valkey: EmbeddedValkey
) -> None:
    seats = await shop.hold("ada", 0)

    def reached(name: str) -> None:
        if name == "after_T1":
            with redis.Redis.from_url(valkey.url) as client:
                client.flushall()

    shop.reached = reached
    assert (await shop.buy("ada", seats)).status == 201
    await shop.catalog.open_event(shop.event.id)
    assert await shop.status(seats[0]) == "B"
    assert await shop.problems() == []


async def test_redis_emptied_before_a_purchase_means_the_hold_is_gone(
    shop: Shop, redis_client: Redis
) -> None:
    seats = await shop.hold("ada", 0)
    await redis_client.flushall()
    with pytest.raises(Conflict) as refused:
        await shop.buy("ada", seats)
    assert refused.value.code == "seats_unavailable"
    assert (await shop.world()).payments == []
    assert (await shop.buy("ada", await shop.hold("ada", 0))).status == 201


async def test_the_reconciler_books_what_redis_forgot_and_frees_what_was_never_sold(
    shop: Shop,
) -> None:
    seats = await shop.hold("ada", 0)
    await shop.buy("ada", seats)
    await shop.seats.unbook_seats(shop.event.id, 1, "ada", seats)
    await shop.seats.book_seats(shop.event.id, 99, "eve", [seats[0] + 1])
    assert await shop.checkout._comparison.every_event() == 2
    assert await shop.checkout._comparison.every_event() == 0
    assert [await shop.status(seat) for seat in (seats[0], seats[0] + 1)] == ["B", "A"]


async def test_a_promise_is_repeated_until_it_is_kept(shop: Shop) -> None:
    tries = 0

    async def flaky(job: outbox.Job, booking: bookings.Booking) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionError("the mail server is away")

    await shop.buy("ada", await shop.hold("ada", 0))
    relay = Checkout(shop.checkout._parts, {"email": flaky})._relay
    for _ in range(6):
        await relay.run_once(MAILS)
        shop.clock.ahead_ms += 61_000
    assert tries == 3


async def test_the_outbox_works_on_few_promises_at_once_and_goes_on_when_sql_is_short(
    shop: Shop,
) -> None:
    await shop.buy("ada", await shop.hold("ada", 0))
    under_way, most, tried, are_many = 0, 0, 0, asyncio.Event()

    async def crowded(job: outbox.Job, booking: bookings.Booking) -> None:
        nonlocal under_way, most, tried
        under_way, tried = under_way + 1, tried + 1
        most = max(most, under_way)
        if most >= AT_ONCE[OTHERS]:
            are_many.set()
        await are_many.wait()
        under_way -= 1
        if tried % 2:
            raise Unavailable("the database does not answer", retry_after_s=1)

    relay = Checkout(shop.checkout._parts, {FOLLOW: crowded})._relay
    now = shop.clock()
    await shop.database.transact(
        lambda s: outbox.promise(s, 1, [(FOLLOW, {}, now)] * BATCH[OTHERS], now_ms=now)
    )
    shop.clock.ahead_ms += 2_500
    assert await relay.run_once(OTHERS) == BATCH[OTHERS]
    assert (tried, most) == (BATCH[OTHERS], AT_ONCE[OTHERS])


async def test_a_locked_database_is_told_within_a_second_and_nothing_is_charged(
    tmp_path: Path, redis_client: Redis
) -> None:
    async with open_shop(fresh_sqlite(tmp_path), redis_client) as shop:
        seats, key = await shop.hold("ada", 0), new_key()
        other = sqlite3.connect(tmp_path / "houseful.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        started = time.monotonic()
        with pytest.raises(Unavailable) as told:
            await shop.buy("ada", seats, key)
        assert time.monotonic() - started < 1.2
        assert (told.value.status, told.value.retry_after_s) == (503, 1)
        other.execute("ROLLBACK")
        other.close()
        assert (await shop.world()).payments == []
        assert (await shop.buy("ada", seats, key)).status == 201
        assert await shop.problems() == []


async def test_postgresql_down_is_told_within_a_second_and_settled_after(
    postgres: Postgres, redis_client: Redis
) -> None:
    async with open_shop(fresh_postgresql(postgres), redis_client) as shop:
        before, during = new_key(), new_key()
        first, second = await shop.hold("ada", 0), await shop.hold("ada", 1)

        def reached(name: str) -> None:
            if name == "after_S2":  # the money is taken and SQL does not know it
                postgres.stop()

        shop.reached = reached
        with pytest.raises(Unavailable):
            await shop.buy("ada", first, before)
        shop.reached = lambda _: None
        started = time.monotonic()
        with pytest.raises(Unavailable):
            await shop.buy("ada", second, during)
        assert time.monotonic() - started < 1
        postgres.start()
        assert len((await shop.world()).payments) == 1
        await shop.let_time_pass(shop.terms.lease_ms + 1)
        started = time.monotonic()

        async def is_settled() -> bool:
            try:
                await shop.look_after(1)
                return await shop.status(first[0]) == "B"
            except HousefulError:
                return False

        await until(is_settled, 5, "the backlog")
        assert (await shop.buy("ada", first, before)).status == 200
        assert (await shop.buy("ada", second, during)).status == 201
        assert await shop.problems() == []


async def test_one_of_all_processes_takes_a_turn(shop: Shop) -> None:
    async def turn(now_ms: int) -> int | None:
        return await shop.database.transact(
            lambda session: counters.take_turn(session, "books", now_ms, 60_000)
        )

    assert sorted([await turn(100_000) for _ in range(3)], key=str) == [0, None, None]
    assert await turn(159_999) is None
    assert await turn(160_000) == 100_000


async def test_a_silent_gateway_holds_up_only_its_own_booking(shop: Shop) -> None:
    held = [await shop.hold("ada", index) for index in range(2)]
    for seats in held:
        stop_at(shop, "after_T2")
        with pytest.raises(Stopped):
            await shop.buy("ada", seats)
    await shop.let_time_pass(shop.terms.lease_ms + 1)
    resume = asyncio.Event()

    class Silent(Counting):
        async def confirm(self, payment_id: str, **more: str) -> object:
            self.confirmed += 1
            if self.confirmed == 1:
                await resume.wait()
            return await self._gateway.confirm(payment_id, **more)  # type: ignore[arg-type]

    checkout = shop.new_checkout(gateway=Silent(shop.gateway))
    assert await checkout._completer.start_due() == 2

    async def one_is_sold() -> bool:
        return "B" in [await shop.status(seats[0]) for seats in held]

    await until(one_is_sold, what="the other booking")
    assert await checkout._completer.start_due() == 0
    resume.set()
    await checkout.drain()
    assert await shop.problems() == []


async def test_the_gauges_show_what_is_left_to_do(shop: Shop) -> None:
    await shop.buy("ada", await shop.hold("ada", 0), payment_token=AUTHENTICATES)
    await shop.buy("ada", await shop.hold("ada", 1))
    shop.clock.ahead_ms += 3_000
    async with asyncio.timeout(30):
        while True:  # another shop of this process may have measured itself in between
            shop.clock.ahead_ms += 60_000
            await shop.checkout._reconciler.take_turns()
            shown = metrics.exposition("1", {}).decode()
            if 'houseful_unfinished_checkouts{state="REQUIRES_ACTION"} 1.0' in shown:
                break
    assert 'houseful_unfinished_checkouts{state="REQUIRES_ACTION"} 1.0' in shown
    assert 'houseful_unfinished_checkouts{state="CANCELLING"} 0.0' in shown
    assert "houseful_open_promises 0.0" not in shown
    assert "houseful_oldest_promise_seconds 0.0" not in shown


async def test_what_becomes_of_a_payment_is_told(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, key, payment_token=DECLINES)
    await shop.buy("ada", seats, key)
    await shop.buy("ada", seats, key)
    told = [what for what, _ in shop.told]
    assert told == [
        "payment_started",
        "payment_failed",
        "payment_started",
        "payment_success",
        "idempotency_replay",
    ]
    failed = dict(shop.told)["payment_failed"]
    assert (failed["reason"], failed["retryable"]) == ("card_declined", True)
    write_log("payment_failed", failed)
    assert (
        'houseful_happenings_total{name="payment_failed"}' in metrics.exposition("1", {}).decode()
    )


async def test_promises_that_a_dead_worker_had_taken_are_kept_when_its_lease_ends(
    shop: Shop,
) -> None:
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", await shop.hold("ada", 0), payment_token=DECLINES)
    dead, now = "deadbeefdeadbeef", shop.clock()

    async def take_all(session: Session) -> list[str]:
        jobs = await outbox.take_due(
            session,
            lease=dead,
            now_ms=now,
            lease_ms=30_000,
            slow={CANCEL_PAYMENT: 30_000},
            kinds=OTHERS,
            limit=50,
        )
        return [job.kind for job in jobs]

    taken = await shop.database.transact(take_all)
    assert CANCEL_PAYMENT in taken
    assert await shop.checkout._relay.run_once() == 0  # it may still be at them
    await shop.let_time_pass(30_000)
    assert await shop.checkout._relay.run_once() >= len(taken)
    assert await shop.problems() == []


@pytest.mark.parametrize("is_finished", [False, True], ids=["while it is paid", "once it is sold"])
async def test_a_request_that_only_looked_dead_keeps_its_answer(
    shop: Shop, is_finished: bool
) -> None:
    """A worker with a wrong clock takes its key as an orphan's; the claim came in that moment."""
    seats, key = await shop.hold("ada", 0), new_key()
    if not is_finished:
        stop_at(shop, "after_T1")
        with pytest.raises(Stopped):
            await shop.buy("ada", seats, key)
    else:
        await shop.buy("ada", seats, key)

    async def stolen(session: Session) -> int:
        taken = await session.execute(
            KEY.update().where(KEY.c.key == key).values(lease="thief").returning(KEY.c.id)
        )
        return int(taken.scalar_one())

    booking_id = await shop.database.transact(stolen)
    await shop.checkout._completer._claiming.forget(booking_id, "thief")

    await shop.let_time_pass(shop.terms.lease_ms + 1)
    await shop.checkout._completer.run_once()
    assert (await shop.buy("ada", seats, key)).status == 200
    assert await shop.problems() == []
