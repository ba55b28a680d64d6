"""Events that go: hidden from buyers, removed while nothing is sold, and the demo's with one press."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from houseful.domain.errors import Conflict
from houseful.ledger import claims, removal
from houseful.ledger.catalog import discounts
from houseful.ledger.migrate import migrate
from houseful.ledger.models import EVENT
from houseful.sales.catalog import Catalog
from houseful.sales.demo import seed_demo
from houseful.sql.database import Database
from houseful.staff.demo_removal import DemoRemoval
from houseful.store.seats import SeatStore
from tests.support.serving import Guest, Sale, Server
from tests.support.staff import act, audit, given, refused
from tests.web.staff.test_roles import open_socket


async def listed(guest: Guest) -> set[int]:
    return {event["id"] for event in await given(await guest.http.get("/events"))}


async def change(venue: Guest, sale: Sale, **body: object) -> None:
    body = {"reason": "because", **body}
    await given(await venue.http.patch(f"/events/{sale.id}", json=body))


async def test_a_hidden_event_is_there_for_staff_alone(
    server: Server, venue: Guest, ann: Guest, sale: Sale
) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    await change(venue, sale, hidden=True)
    assert sale.id not in await listed(ann)
    for path in ("", "/seats", "/status"):
        refused(await ann.http.get(f"/events/{sale.id}{path}"), 404, "unknown_event")
    body = {"seats": [{"seatId": sale.seats[1], "version": 0}], "sessionId": "s"}
    answer = await ann.http.post(f"/events/{sale.id}/reservations", json=body)
    refused(answer, 404, "unknown_event")
    headers = {"Authorization": f"Bearer {ann.token}"}
    url = f"ws://{server.host}/events/{sale.id}/live"
    assert await open_socket(url, [], headers) == ("closed", 4504)
    await given(await ann.http.get(f"/bookings/{booking['bookingReference']}"))
    await given(await venue.http.get(f"/events/{sale.id}"))
    rows = await given(await venue.http.get("/occupancy"))
    assert next(row["hidden"] for row in rows if row["eventId"] == sale.id)

    await change(venue, sale, hidden=False)
    assert sale.id in await listed(ann)
    lines = await audit(venue, sale)
    assert [one["after"] for line in lines for one in line["changes"]] == ["false", "true"]


async def test_an_event_that_sold_nothing_is_removed_and_its_viewers_sent_away(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    async with ann.live(sale) as live:
        await live.next()
        await given(await act(venue, sale, "remove"))
        assert await live.close_code() == 4504
    assert sale.id not in await listed(ann)
    refused(await ann.http.get(f"/events/{sale.id}"), 404, "unknown_event")
    refused(await venue.http.get(f"/events/{sale.id}/occupancy"), 404, "unknown_event")
    refused(await act(venue, sale, "remove"), 404, "unknown_event")
    rows = await given(await venue.http.get("/occupancy"))
    assert sale.id not in {row["eventId"] for row in rows}


async def test_an_event_that_sold_something_stays(venue: Guest, ann: Guest, sale: Sale) -> None:
    booking = await ann.bought(sale, sale.seats[0])
    refused(await act(venue, sale, "remove"), 409, "event_sold")
    await given(await act(venue, sale, f"bookings/{booking['bookingReference']}/refund"))
    refused(await act(venue, sale, "remove"), 409, "event_sold")
    assert sale.id in await listed(ann)


async def test_a_hold_on_an_event_that_is_removed_buys_nothing(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, sale.seats[0])
    await given(await act(venue, sale, "remove"))
    answer = await ann.pay(sale, sale.seats[0])
    assert answer.json()["error"]["code"] in ("sale_closed", "unknown_event", "not_found")
    assert not answer.json()["success"]


async def test_a_claim_finds_out_that_its_event_was_removed(server: Server, sale: Sale) -> None:
    """The guard behind the race: without `stands`, T1 would sell a seat of an event that is gone."""
    database = Database(server.settings.sql_url())
    try:
        assert await database.transact(lambda s: removal.remove(s, sale.id, 1))
        with pytest.raises(Conflict):
            await database.transact(lambda s: claims.claim(s, 1, sale.id, []))
    finally:
        await database.close()


async def test_the_id_of_a_removed_event_is_not_used_again(
    server: Server, venue: Guest, sale: Sale
) -> None:
    await given(await act(venue, sale, "remove"))
    assert server.add_event().id > sale.id


async def test_the_demo_goes_with_its_code_and_does_not_come_back(
    server: Server, venue: Guest
) -> None:
    database = Database(server.settings.sql_url())
    try:
        await database.transact(lambda s: discounts.add(s, code="DEMO10", percent=10, is_demo=True))
        mine, real = server.add_event(), server.add_event()
        await database.transact(
            lambda s: s.execute(EVENT.update().where(EVENT.c.id == mine.id).values(is_demo=True))
        )
        removed = await given(await venue.http.post("/demo-events/remove", json={"reason": "real"}))
        assert removed == {"eventIds": [mine.id], "keptEventIds": []}
        left = await listed(venue)
        assert (mine.id in left, real.id in left) == (False, True)
        code = await database.query(lambda s: discounts.find(s, "DEMO10"))
        assert code is not None
        assert code.ends_at_ms is not None
        assert code.ends_at_ms <= time.time() * 1000
    finally:
        await database.close()


async def test_the_demo_s_code_counts_at_the_demo_s_events_alone(
    server: Server, ann: Guest, sale: Sale
) -> None:
    database = Database(server.settings.sql_url())
    try:
        await database.transact(lambda s: discounts.add(s, code="DEMO20", percent=20, is_demo=True))
        await ann.held(sale, sale.seats[0])
        body = {"seatIds": [sale.seats[0]], "discountCode": "DEMO20"}
        answer = await ann.http.post(f"/events/{sale.id}/quote", json=body)
        refused(answer, 400, "discount_other_event")
        await database.transact(
            lambda s: s.execute(EVENT.update().where(EVENT.c.id == sale.id).values(is_demo=True))
        )
        quote = await given(await ann.http.post(f"/events/{sale.id}/quote", json=body))
        assert quote["discount"] == "15.00"
    finally:
        await database.close()


async def test_an_empty_database_is_filled_once_and_emptied_for_good(
    tmp_path: Path, redis_client: Redis
) -> None:
    url = f"sqlite:///{tmp_path / 'demo.db'}"
    await migrate(Database(url).url)
    database = Database(url)
    catalog = Catalog(database, SeatStore(redis_client))
    now = int(time.time() * 1000)
    added = await seed_demo(catalog, now_ms=now)
    code = await database.query(lambda s: discounts.find(s, "SUMMER10"))
    assert code is not None
    assert code.is_demo
    assert await DemoRemoval(database).run("HOUSEFUL_DEMO_EVENTS") == (added, [])
    assert await DemoRemoval(database).run("HOUSEFUL_DEMO_EVENTS") == ([], [])
    assert await seed_demo(catalog, now_ms=now) == []
    assert await catalog.event_ids() == []
    await database.close()
