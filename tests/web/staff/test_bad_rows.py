"""One stored row that no rule of today would take never hides the others, in any list."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from houseful.readiness import stored
from houseful.sql.database import Database
from tests.support.serving import Guest, Sale, Server
from tests.support.sessions import writing
from tests.support.staff import act, given, refused
from tests.web.buyer.test_bookings import add_code

NO_TIME_MS = 10**18
"""Some 31 million years from now."""


@pytest.fixture
async def database(server: Server) -> AsyncIterator[Database]:
    made = Database(server.settings.sql_url())
    yield made
    await made.close()


async def spoil(database: Database, statement: str) -> None:
    async with writing(database) as session:
        await session.execute(text(statement))


async def test_an_event_at_a_time_that_none_can_have_hides_no_other(
    server: Server, database: Database, ann: Guest, sale: Sale
) -> None:
    bad = server.add_event(name="Out of time")
    await spoil(database, f"UPDATE event SET starts_at_ms = {NO_TIME_MS} WHERE id = {bad.id}")
    shown = [event["id"] for event in await given(await ann.http.get("/events"))]
    assert sale.id in shown
    assert bad.id not in shown
    refused(await ann.http.get(f"/events/{bad.id}"), 404, "unknown_event")


async def test_a_bad_booking_is_missing_from_the_table_alone(
    database: Database, venue: Guest, ann: Guest, sale: Sale
) -> None:
    first, bad, last = [await ann.bought(sale, seat) for seat in sale.seats[:3]]
    await spoil(
        database,
        f"UPDATE booking SET created_at_ms = {NO_TIME_MS} WHERE id = {int(bad['bookingId'])}",
    )
    table = await venue.http.get(f"/events/{sale.id}/bookings.csv")
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert [row["reference"] for row in rows] == [
        first["bookingReference"],
        last["bookingReference"],
    ]
    listed = await given(await venue.http.get(f"/events/{sale.id}/bookings"))
    assert len(listed) == 2


async def test_a_bad_act_and_a_bad_discount_hide_no_other(
    server: Server, database: Database, venue: Guest, sale: Sale
) -> None:
    for seat in sale.seats[:2]:
        await given(await act(venue, sale, "block", seatIds=[seat], reason=f"seat {seat}"))
    await spoil(
        database,
        f"UPDATE audit_log SET at_ms = {NO_TIME_MS} WHERE reason = 'seat {sale.seats[0]}'",
    )
    acts = await given(await venue.http.get(f"/events/{sale.id}/audit"))
    assert [one["reason"] for one in acts] == [f"seat {sale.seats[1]}"]
    await add_code(server, "SOUND", percent=10)
    await add_code(server, "SPOILT", percent=10)
    await spoil(
        database, f"UPDATE discount_code SET starts_at_ms = {NO_TIME_MS} WHERE code = 'SPOILT'"
    )
    codes = [one["code"] for one in await given(await venue.http.get("/discounts"))]
    assert "SOUND" in codes
    assert "SPOILT" not in codes


async def test_staff_are_told_of_what_lists_leave_out_until_it_is_mended(
    server: Server, database: Database, venue: Guest, ann: Guest
) -> None:
    bad = server.add_event(name="Out of time")

    async def told() -> list[str]:
        await given(await ann.http.get("/events"))
        items = (await given(await venue.http.get("/readiness")))["items"]
        return [one["params"]["ids"] for one in items if one["code"] == "event_unreadable"]

    await spoil(database, f"UPDATE event SET off_sale_at_ms = {NO_TIME_MS} WHERE id = {bad.id}")
    (ids,) = await told()
    assert str(bad.id) in ids.split(", ")
    by_doctor = {one.code: one.severity for one in await stored.rows(server.settings)}
    assert by_doctor["event_unreadable"] == "error"
    await spoil(database, f"UPDATE event SET off_sale_at_ms = NULL WHERE id = {bad.id}")
    assert str(bad.id) not in ", ".join(await told()).split(", ")
