"""What is kept for a while goes when its time is over, and nothing that somebody needs still."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from houseful.ledger import audit, payments
from houseful.sales import retention
from houseful.sales.retention import DAY_MS, Retention
from houseful.settings import Settings
from houseful.store.seats import event_keys
from tests.checkout.shop import AUTHENTICATES, Shop, data, new_key
from tests.support.sessions import reading, writing

KEEP_MS = 30 * DAY_MS


async def tidy(shop: Shop) -> None:
    await Retention(shop.database, shop.seats, shop.clock, KEEP_MS).tidy()


async def count(shop: Shop, table: str) -> int:
    async with reading(shop.database) as session:
        return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def test_tidying_forgets_expired_keys_but_no_open_checkout(shop: Shop) -> None:
    first, second = new_key(), new_key()
    await shop.buy("ada", await shop.hold("ada", 0), first)
    shop.terms = type(shop.terms)(action_ms=10**12)
    shop.checkout = shop.new_checkout()
    seats = await shop.hold("ada", 1)
    await shop.buy("ada", seats, second, payment_token=AUTHENTICATES)
    shop.clock.ahead_ms += shop.terms.key_ms + 1
    await tidy(shop)
    again = await shop.buy("ada", seats, second, payment_token=AUTHENTICATES)
    assert data(again)["status"] == "REQUIRES_ACTION"


async def test_log_webhooks_and_minutes_go_after_their_time_however_many_there_are(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    now = shop.clock()
    async with writing(shop.database) as session:
        for number in range(20):
            at_ms = now - number * 4 * DAY_MS
            await audit.write(session, who="eve", act="block", at_ms=at_ms)
            await payments.webhook_applied(
                session, f"evt_{number}", kind="x", object_id="", now_ms=at_ms
            )
            await session.execute(
                text(
                    "INSERT INTO event_minute (event_id, minute_ms, reserved, booked, expired, refused,"
                    " declined, cancelled, revenue_minor, record)"
                    f" VALUES ({shop.event.id}, {at_ms}, 0, 0, 0, 0, 0, 0, 0, '{{}}')"
                )
            )
    await tidy(shop)
    kept = len([n for n in range(20) if n * 4 * DAY_MS <= KEEP_MS])
    tables = ("audit_log", "webhook_event", "event_minute")
    assert [await count(shop, table) for table in tables] == [kept] * 3


async def test_seats_of_a_past_event_leave_redis_and_come_back_for_who_asks(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    sold = await shop.hold("ada", 0)
    await shop.buy("ada", sold)
    await shop.look_after()
    held = await shop.hold("bob", 1)
    async with writing(shop.database) as session:
        long_ago = shop.clock() - 8 * DAY_MS
        await session.execute(text(f"UPDATE event SET starts_at_ms = {long_ago}"))
    monkeypatch.setattr(retention, "IDLE_MS", 0)
    await tidy(shop)
    assert await shop.status(held[0]) == "R", "nothing is forgotten while a seat is held"
    await shop.seats.release(shop.event.id, "bob", held)
    monkeypatch.setattr(retention, "IDLE_MS", DAY_MS)
    await tidy(shop)
    assert await shop.client.exists(*event_keys(shop.event.id)) > 0, "it moved a moment ago"
    monkeypatch.setattr(retention, "IDLE_MS", -1000)
    await tidy(shop)
    assert await shop.client.exists(*event_keys(shop.event.id)) == 0
    await shop.catalog.open_event(shop.event.id)
    assert await shop.status(sold[0]) == "B"


def test_a_retention_is_stated() -> None:
    assert Settings().retention_days == 400
