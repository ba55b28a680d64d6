"""Prices that begin at a time, over HTTP: pushed to who watches, kept for who holds, told to staff."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from houseful.wire.codec import iso
from tests.support.serving import Guest, Sale, eventually
from tests.support.staff import given
from tests.web.buyer.test_bookings import error, post
from tests.web.staff.test_events import patch


def in_ms(ms: int) -> str:
    return iso(time.time_ns() // 1_000_000 + ms)


async def lists(venue: Guest, sale: Sale) -> list[dict[str, Any]]:
    found = await given(await venue.http.get(f"/events/{sale.id}/price-lists"))
    assert isinstance(found, list)
    return found


async def event_of(guest: Guest, sale: Sale) -> dict[str, Any]:
    found: dict[str, Any] = (await guest.http.get(f"/events/{sale.id}")).json()["data"]
    return found


async def test_early_bird_prices_end_by_themselves_and_holds_keep_theirs(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    mine = (await ann.held(sale, sale.seats[0]))["reservedSeatIds"]
    async with ann.live(sale) as live:
        until = in_ms(3_000)
        await given(await patch(venue, sale.id, prices={"PREMIUM": "90.00"}, pricesFrom=until))
        await live.next("sale")
        before = await event_of(ann, sale)
        assert (before["maxPrice"], before["pricesUntil"]) == ("75.00", until)
        await live.next("sale")  # nobody asked for anything: the time has come
        assert datetime.now(UTC) >= datetime.fromisoformat(until)
        now = await event_of(ann, sale)
    assert (now["maxPrice"], now["priceList"], now["pricesUntil"]) == ("90.00", 2, None)
    listed = (await ann.http.get("/events")).json()["data"]
    assert next(one["maxPrice"] for one in listed if one["id"] == sale.id) == "90.00"
    seats = await ann.seats(sale)
    assert seats[sale.seats[1]]["price"] == "90.00", "the map has them at the same time"
    kept = await given(await ann.http.post(f"/events/{sale.id}/quote", json={"seatIds": mine}))
    assert (kept["total"], kept["priceList"]) == ("75.00", 1)
    assert (await post(ann, sale, mine, expectedTotal="75.00")).status_code == 201
    later = (await ann.held(sale, sale.seats[1]))["reservedSeatIds"]
    assert (await post(ann, sale, later, expectedTotal="90.00")).status_code == 201


async def test_one_list_at_most_is_to_begin_and_it_is_replaced_or_withdrawn(
    venue: Guest, sale: Sale
) -> None:
    friday, saturday = in_ms(3_600_000), in_ms(7_200_000)
    await given(await patch(venue, sale.id, prices={"PREMIUM": "90.00"}, pricesFrom=friday))
    second = await patch(venue, sale.id, prices={"STANDARD": "40.00"}, pricesFrom=saturday)
    assert error(second)[:2] == (409, "prices_scheduled")
    assert second.json()["error"]["priceList"] == 2
    replaced = {"prices": {"STANDARD": "40.00"}, "pricesFrom": saturday, "replacesPriceList": 2}
    await given(await patch(venue, sale.id, **replaced))
    moved = {"pricesFrom": friday, "replacesPriceList": 3}
    await given(await patch(venue, sale.id, **moved))
    fourth, third, _, first = await lists(venue, sale)
    assert (fourth["state"], fourth["startsAt"], fourth["createdBy"]) == (
        "scheduled", friday, venue.name,
    )  # fmt: skip
    assert (third["state"], first["state"]) == ("withdrawn", "on_sale")
    assert [(c["category"], c["before"], c["after"]) for c in fourth["changes"]] == [
        ("PREMIUM", "75.00", "90.00"), ("STANDARD", "30.00", "40.00"),
    ]  # fmt: skip
    path = f"/events/{sale.id}/price-lists"
    for number in (1, 3, 9):
        answer = await venue.http.post(f"{path}/{number}/withdraw", json={"reason": "no"})
        assert error(answer)[:2] == (409, "prices_not_scheduled")
    await given(await venue.http.post(f"{path}/4/withdraw", json={"reason": "sold well"}))
    assert (await event_of(venue, sale))["pricesUntil"] is None
    log = await given(await venue.http.get(f"/events/{sale.id}/audit"))
    assert [entry["act"] for entry in log][:2] == ["withdraw_prices", "change_event"]
    assert {"field": "pricesFrom", "category": None, "before": None, "after": friday} in log[1][
        "changes"
    ]


async def test_a_time_that_is_over_or_prices_that_are_none_change_nothing(
    venue: Guest, sale: Sale
) -> None:
    soon = in_ms(3_600_000)
    for asked, said in (
        ({"prices": {"PREMIUM": "90.00"}, "pricesFrom": in_ms(-1000)}, "expected a time to come"),
        (
            {"prices": {"PREMIUM": "90.00"}, "pricesFrom": in_ms(40 * 86_400_000)},
            "before the start",
        ),
        ({"prices": {"PREMIUM": "90.00"}, "pricesFrom": "Friday"}, "expected"),
        ({"prices": {"PREMIUM": "75.00"}, "pricesFrom": soon}, "expected other prices"),
        ({"pricesFrom": soon}, "expected prices that begin then"),
    ):
        answer = await patch(venue, sale.id, **asked)
        assert answer.status_code == 400, answer.text
        assert said in answer.json()["message"]
    assert len(await lists(venue, sale)) == 1


async def test_staff_see_what_is_held_and_sold_under_each_list(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    await ann.held(sale, *sale.seats[:3])
    await given(await patch(venue, sale.id, prices={"PREMIUM": "90.00"}))
    await ann.bought(sale, sale.seats[3])
    await given(await patch(venue, sale.id, ticketTypes=[{"name": "Adult", "note": "card"}]))

    async def counted() -> bool:
        found = await lists(venue, sale)
        return [(one["heldSeats"], one["soldSeats"]) for one in found] == [(0, 0), (0, 1), (3, 0)]

    await eventually(counted)
    newest, second, _ = await lists(venue, sale)
    assert [change["field"] for change in second["changes"]] == ["price"]
    fields = {(change["field"], change["ticketType"]) for change in newest["changes"]}
    assert ("note", "Adult") in fields
