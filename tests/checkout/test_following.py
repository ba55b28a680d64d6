"""Redis follows SQL at one place, and what one store refuses after the other moved is undone."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import houseful
from houseful.domain.errors import Conflict, PaymentDeclined, Unavailable
from houseful.ledger import audit
from houseful.ledger.catalog import events
from houseful.staff.blocking import Blocking, Choice
from houseful.staff.holds import Holds
from tests.checkout.shop import AUTHENTICATES, DECLINES, Shop, new_key
from tests.checkout.test_recovery import Stopped, stop_at
from tests.support.sessions import writing

MOVES = {"book_seats", "unbook_seats", "abandon_checkout"}


def test_seats_follow_sql_at_one_place() -> None:
    root = Path(houseful.__file__).parent
    callers = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in MOVES
    }
    assert callers == {"checkout/following.py"}


@asynccontextmanager
async def refusing(shop: Shop, table: str) -> AsyncIterator[None]:
    """SQL takes no new row of this table: an error that no code of ours names."""
    trigger = f"CREATE TRIGGER refusal BEFORE INSERT ON {table}"
    async with writing(shop.database) as session:
        is_sqlite = session.dialect.name == "sqlite"
        if is_sqlite:
            refuse = [f"{trigger} BEGIN SELECT RAISE(ABORT, 'not this text'); END"]
        else:
            refuse = [
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " RAISE integrity_constraint_violation USING MESSAGE = 'not this text'; END $$",
                f"{trigger} FOR EACH ROW EXECUTE FUNCTION refuse()",
            ]
        for statement in refuse:
            await session.execute(text(statement))
    try:
        yield
    finally:
        async with writing(shop.database) as session:
            drop = "DROP TRIGGER refusal" if is_sqlite else "DROP FUNCTION refuse CASCADE"
            await session.execute(text(drop))


async def follow_doubts(shop: Shop) -> None:
    while shop.checkout._comparison.doubted:
        await shop.checkout._comparison.doubted_events()


async def acts(shop: Shop) -> list[str]:
    lines, _ = await shop.database.query(
        lambda session: audit.of_event(session, shop.event.id, limit=9, offset=0)
    )
    return [line.act for line in lines]


async def test_a_block_that_sql_refuses_once_redis_moved_is_undone(shop: Shop) -> None:
    shop.catalog.doubted = shop.checkout.compare_soon
    blocking, seat = Blocking(shop.database, shop.seats, shop.catalog), shop.event.first_seat_id
    async with refusing(shop, "audit_log"):
        with pytest.raises(IntegrityError):
            await blocking.block(shop.event.id, Choice([seat]), who="vera", reason="rain")
    await follow_doubts(shop)
    assert await shop.status(seat) == "A"
    assert (await blocking.listed(shop.event.id))[1] == []


async def test_an_unblock_that_sql_refuses_leaves_the_block_as_it_was(shop: Shop) -> None:
    shop.catalog.doubted = shop.checkout.compare_soon
    blocking, seat = Blocking(shop.database, shop.seats, shop.catalog), shop.event.first_seat_id
    await blocking.block(shop.event.id, Choice([seat]), who="vera", reason="rain")
    before = (await blocking.listed(shop.event.id))[1]
    async with refusing(shop, "audit_log"):
        with pytest.raises(IntegrityError):
            await blocking.unblock(shop.event.id, Choice([seat]), who="wim", reason="sun")
    await follow_doubts(shop)
    assert await shop.status(seat) == "X"
    assert (await blocking.listed(shop.event.id))[1] == before


async def test_a_release_that_sql_refuses_leaves_the_hold(shop: Shop) -> None:
    seats = await shop.hold("ada", 0)
    holds = Holds(shop.database, shop.seats, shop.catalog)
    hold = (await holds.listed(shop.event.id))[1][0].reservation.reservation_id
    async with refusing(shop, "audit_log"):
        with pytest.raises(IntegrityError):
            await holds.release(shop.event.id, hold, who="vera", reason="queue")
    assert await shop.status(seats[0]) == "R"


@pytest.mark.parametrize(("error", "logged"), [(Conflict("ended"), []), (OSError(), [])])
async def test_a_release_that_redis_refuses_is_not_in_the_log(
    shop: Shop, error: Exception, logged: list[str]
) -> None:
    assert await release_that_fails(shop, error) == logged


async def test_a_release_of_which_nobody_knows_is_in_the_log(shop: Shop) -> None:
    assert await release_that_fails(shop, Unavailable("away")) == ["release_hold"]


async def release_that_fails(shop: Shop, error: Exception) -> list[str]:
    class Failing:
        def __getattr__(self, name: str) -> Any:
            return getattr(shop.seats, name)

        async def release_reservation(self, *_: Any, **__: Any) -> Any:
            raise error

    await shop.hold("ada", 0)
    holds = Holds(shop.database, Failing(), shop.catalog)  # type: ignore[arg-type]
    hold = (await holds.listed(shop.event.id))[1][0].reservation.reservation_id
    with pytest.raises(type(error)):
        await holds.release(shop.event.id, hold, who="vera", reason="queue")
    return await acts(shop)


async def test_a_purchase_that_sql_refuses_gives_the_seats_back_at_once(shop: Shop) -> None:
    seats, key = await shop.hold("ada", 0), new_key()
    async with refusing(shop, "booking"):
        with pytest.raises(IntegrityError):
            await shop.buy("ada", seats, key)
    assert await shop.status(seats[0]) == "R"
    assert (await shop.buy("ada", seats, key)).status == 201


async def test_a_promise_of_an_earlier_attempt_leaves_the_next_one_alone(shop: Shop) -> None:
    """A relay that stalls between reading the decline and moving the seats."""
    seats, key = await shop.hold("ada", 0), new_key()
    stop_at(shop, "after_declined")
    with pytest.raises(Stopped):
        await shop.buy("ada", seats, key, payment_token=DECLINES)
    stalled, go_on = asyncio.Event(), asyncio.Event()

    class Stalling:
        def __getattr__(self, name: str) -> Any:
            return getattr(shop.seats, name)

        async def abandon_checkout(self, *args: Any, **more: Any) -> Any:
            stalled.set()
            await go_on.wait()
            return await shop.seats.abandon_checkout(*args, **more)

    shop.clock.ahead_ms += 1_100
    relay = shop.new_checkout(seats=Stalling())._relay
    late = asyncio.create_task(relay.run_once())
    await stalled.wait()
    assert (await shop.buy("ada", seats, key, payment_token=AUTHENTICATES)).status == 202
    go_on.set()
    await late
    assert await shop.status(seats[0]) == "P"


async def test_a_block_meant_in_sql_reaches_redis_whoever_wrote_it(shop: Shop) -> None:
    seat = shop.event.first_seat_id
    async with writing(shop.database) as session:
        await events.set_blocked(session, shop.event.id, [seat], True, "pillar", "eve")
    shop.checkout.compare_soon(shop.event.id)
    await follow_doubts(shop)
    assert await shop.status(seat) == "X"


async def test_a_declined_purchase_gives_its_seats_back_once(shop: Shop) -> None:
    seats = await shop.hold("ada", 0)
    with pytest.raises(PaymentDeclined):
        await shop.buy("ada", seats, payment_token=DECLINES)
    assert await shop.status(seats[0]) == "R"
    await shop.look_after()
    assert await shop.status(seats[0]) == "R"
