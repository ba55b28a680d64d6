"""An event that is called off: everybody is refunded once, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text

from houseful.checkout.checkout_context import Terms
from houseful.domain.errors import Conflict
from houseful.ledger import cancellations, check_ins, claims
from houseful.ledger.cancellations import Progress
from houseful.payments.gateway import GatewayUnknown, RefundState
from houseful.redis.connection import connect
from houseful.valkey.embedded import EmbeddedValkey
from tests.checkout.crash_runner import Plan, open_existing
from tests.checkout.shop import AUTHENTICATES, Shop, data, open_shop
from tests.invariants import broken
from tests.ledger.halls import small_hall
from tests.stripe_double.server import StripeDouble
from tests.support.databases import fresh_sqlite
from tests.support.sessions import writing

SETTLED_WITHIN_S = 60.0

forks = multiprocessing.get_context("forkserver")


async def call_off(shop: Shop) -> None:
    await shop.database.transact(
        lambda s: cancellations.begin(s, shop.event.id, "boss", "storm", shop.clock())
    )


async def progress(shop: Shop) -> Progress:
    found = await shop.database.query(lambda s: cancellations.progress(s, shop.event.id))
    assert found is not None
    return found


async def sell(shop: Shop, many: int) -> list[dict[str, Any]]:
    """So many bookings of one seat each."""
    sold = []
    for first in range(0, many, 50):
        user = f"buyer{first}"
        seats = await shop.hold(user, *range(first, min(many, first + 50)))
        sold += [data(await shop.buy(user, [seat])) for seat in seats]
    return sold


async def end_all(shop: Shop, turns: int = 8) -> None:
    for _ in range(turns):
        await shop.checkout._cancellations.run_once()
        await shop.look_after(1)
        shop.clock.ahead_ms += 61_000


async def test_everybody_gets_all_of_the_money_back_and_a_mail(shop: Shop) -> None:
    async with writing(shop.database) as session:
        await session.execute(text("UPDATE event SET refund_fee_minor = 500"))
    sold = await sell(shop, 4)
    await call_off(shop)
    assert (await progress(shop)).live == 4
    await end_all(shop)
    found = await progress(shop)
    assert (found.live, found.on_the_way, found.refunded, found.failed) == (0, 0, 4, 0)
    assert [p.refunded_minor for p in (await shop.world()).payments] == [7500] * 4
    for booking in sold:
        view = await shop.checkout.get_booking("boss", "admin", booking["bookingReference"])
        assert view["status"] == "REFUNDED"
    assert await shop.problems() == []


async def test_more_refunds_than_go_out_by_themselves_are_not_held(
    shop_url: str, redis_client: Redis
) -> None:
    async with open_shop(shop_url, redis_client, terms=Terms(refunds_per_hour=1)) as shop:
        await sell(shop, 4)
        await call_off(shop)
        await end_all(shop)
        assert (await progress(shop)).refunded == 4
        assert await shop.problems() == []


async def test_nothing_of_a_called_off_event_is_sold_any_more(shop: Shop) -> None:
    """Not even what was held before: the claim asks SQL."""
    seats = await shop.hold("ada", 0)
    await call_off(shop)
    with pytest.raises(Conflict) as refused:
        await shop.buy("ada", seats)
    assert refused.value.code == "sale_closed"


async def test_a_payment_under_way_ends_with_the_event(shop: Shop) -> None:
    waiting = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token=AUTHENTICATES))
    await call_off(shop)
    await shop.gateway.authenticate(waiting["clientSecret"], True)  # type: ignore[attr-defined]
    await shop.checkout.apply_payment(waiting["paymentTransactionId"])
    await end_all(shop)
    assert [p.refunded_minor for p in (await shop.world()).payments] == [7500]
    assert await shop.problems() == []


async def test_tickets_given_back_before_are_not_paid_twice(shop: Shop) -> None:
    booking = data(await shop.buy("ada", await shop.hold("ada", 0, 1)))
    (first, second) = await shop.database.query(lambda s: claims.tickets(s, 1))
    await shop.checkout.refund("boss", booking["bookingReference"], "ill", [first.id])
    async with writing(shop.database) as session:
        await check_ins.admit(session, second.id, event_id=shop.event.id, door="A", now_ms=1)
    await call_off(shop)
    await end_all(shop)
    assert [p.refunded_minor for p in (await shop.world()).payments] == [15000]
    assert await shop.problems() == []


async def test_a_gateway_that_is_away_is_waited_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sell(shop, 3)
    await call_off(shop)

    async def away(*_: Any, **__: Any) -> RefundState:
        raise GatewayUnknown("away")

    with monkeypatch.context() as patch:
        patch.setattr(shop.gateway, "refund", away)
        await end_all(shop, 2)
        assert (await progress(shop)).on_the_way == 3
    await end_all(shop)
    assert (await progress(shop)).refunded == 3
    assert await shop.problems() == []


async def test_a_disputed_booking_waits_for_the_bank_and_holds_up_nobody(
    stripe_shop: Shop, stripe_double: StripeDouble
) -> None:
    shop = stripe_shop
    disputed = data(await shop.buy("ada", await shop.hold("ada", 0), payment_token="pm_card_visa"))
    await shop.buy("bob", await shop.hold("bob", 1), payment_token="pm_card_visa")
    stripe_double.account.dispute(disputed["paymentTransactionId"])
    await shop.checkout.apply_payment(disputed["paymentTransactionId"])
    await call_off(shop)
    await end_all(shop)
    found = await progress(shop)
    assert (found.disputed, found.refunded) == (1, 1)


def work_on(plan: Plan) -> None:
    """A process that does the background work, and dies at its plan's point."""
    os.environ["HOUSEFUL_TEST_CRASH_AT"] = plan.crash_at
    asyncio.run(_work_on(plan))


async def _work_on(plan: Plan) -> None:
    shop = await open_existing(plan, connect(plan.redis_url), crashing=bool(plan.crash_at))
    await shop.checkout._completer.beat()
    await asyncio.gather(
        shop.checkout.run_completer(), shop.checkout.run_outbox(), shop.checkout.run_reconciler()
    )


async def refund_through_two_kills(shop: Shop, plan: Plan, many: int, kills: list[str]) -> None:
    """Call the event off; kill the server at each of `kills`, then let it finish."""
    await sell(shop, many)
    await call_off(shop)
    for point in kills:
        process = forks.Process(target=work_on, args=(replace(plan, crash_at=point),))
        process.start()
        await asyncio.to_thread(process.join, SETTLED_WITHIN_S)
        assert process.exitcode == -9, f"{point}: ended with {process.exitcode}"
        assert (await progress(shop)).refunded < many
    last = forks.Process(target=work_on, args=(plan,))
    last.start()
    try:
        started = time.monotonic()
        while problems := await broken(await shop.world()) or (
            [] if (await progress(shop)).refunded == many else ["not everybody"]
        ):
            assert time.monotonic() - started < SETTLED_WITHIN_S * max(1, many / 500), problems
            await asyncio.sleep(0.5 if many > 100 else 0.1)
    finally:
        last.kill()
        await asyncio.to_thread(last.join)
    assert [p.refunded_minor for p in (await shop.world()).payments] == [7500] * many


async def test_a_server_killed_twice_refunds_everybody_of_a_called_off_event_once(
    town: tuple[Shop, Plan],
) -> None:
    await refund_through_two_kills(*town, 8, ["after_called_off:2", "after_refund_call:2"])


@pytest.mark.long
async def test_ten_thousand_bookings_end_with_their_event_through_two_kills(
    tmp_path: Path, redis_client: Redis, valkey: EmbeddedValkey
) -> None:
    url = fresh_sqlite(tmp_path)
    async with open_shop(url, redis_client, plan=small_hall(rows=40, seats=250)) as shop:
        plan = Plan(url, valkey.url, "works on", "", shop.event.id, (), "")
        kills = ["after_called_off:1000", "after_refund_call:3000"]
        await refund_through_two_kills(shop, plan, 10_000, kills)
