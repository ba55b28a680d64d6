"""Whole tables and boxes from settings to money: priced, sold, given back and blocked as one."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any, Literal

import pytest

from houseful.domain.plan import Plan
from houseful.plans import reader
from houseful.wire.codec import encode
from tests.support.serving import Guest, Sale, Server, eventually
from tests.support.staff import act, given, refused, statuses
from tests.support.table_charts import PRICES, table_chart
from tests.web.buyer.test_bookings import post
from tests.web.staff.test_events import patch

AMOUNTS = {name: int(float(amount) * 100) for name, amount in PRICES.items()}


@pytest.fixture(scope="module")
def ballroom() -> Plan:
    return reader.read(encode(table_chart()))


@pytest.fixture
def ball(server: Server, ballroom: Plan) -> Sale:
    return server.add_event(ballroom, prices=AMOUNTS)


async def units_of(guest: Guest, ball: Sale) -> dict[str, dict[str, Any]]:
    event = await given(await guest.http.get(f"/events/{ball.id}"))
    return {unit["row"]: unit for unit in event["units"]}


async def hold(guest: Guest, ball: Sale, row: str, heads: int | None = None) -> dict[str, Any]:
    unit: dict[str, Any] = {"unitId": (await units_of(guest, ball))[row]["id"]}
    if heads is not None:
        unit["heads"] = heads
    body = {"units": [unit], "sessionId": "s"}
    held: dict[str, Any] = await given(
        await guest.http.post(f"/events/{ball.id}/reservations", json=body), 201
    )
    return held


async def price_tables(venue: Guest, ball: Sale, prices: str) -> None:
    if prices != "per_head":  # which it is already
        await given(await patch(venue, ball.id, tablePrices=prices))


async def buy(guest: Guest, ball: Sale, *holds: dict[str, Any], **more: Any) -> dict[str, Any]:
    seats = [seat for one in holds for seat in one["reservedSeatIds"]]
    booked: dict[str, Any] = await given(await post(guest, ball, seats, **more), 201)
    return booked


async def quoted(guest: Guest, ball: Sale, held: dict[str, Any], **more: Any) -> Any:
    return await guest.http.post(
        f"/events/{ball.id}/quote", json={"seatIds": held["reservedSeatIds"], **more}
    )


@pytest.mark.parametrize(
    ("prices", "heads", "total", "lines"),
    [
        ("per_head", 3, "240.00", ["80.00"] * 3),
        ("per_table", 3, "80.00", ["26.67", "26.67", "26.66"]),
    ],
)
async def test_what_the_map_says_of_a_box_is_held_quoted_charged_and_told(
    venue: Guest,
    ann: Guest,
    ball: Sale,
    prices: Literal["per_head", "per_table"],
    heads: int,
    total: str,
    lines: list[str],
) -> None:
    await price_tables(venue, ball, prices)
    event = await given(await ann.http.get(f"/events/{ball.id}"))
    assert event["tablePrices"] == prices
    held = await hold(ann, ball, "B1", heads)
    assert (len(held["reservedSeatIds"]), held["total"]) == (6, total)
    quote = await given(await quoted(ann, ball, held))
    assert (quote["total"], quote["tablePrices"]) == (total, prices)
    assert [item["price"] for item in quote["items"]] == lines
    assert {item["unitId"] for item in quote["items"]} == {held["units"][0]["unitId"]}
    booking = await buy(ann, ball, held, expectedTotal=total)
    assert booking["totalAmount"] == float(total)
    assert [seat["price"] for seat in booking["seats"]] == lines
    table = (await venue.http.get(f"/events/{ball.id}/bookings.csv")).text
    (row,) = csv.DictReader(io.StringIO(table.removeprefix("\ufeff")))
    assert (row["total"], row["seats"].count(";")) == (total, heads - 1)

    query = {"eventId": str(ball.id), "by": "type"}
    sold = await given(await venue.http.get("/reports/revenue", params=query))
    assert [(line["count"], line["amount"]) for line in sold["lines"]] == [(heads, total)]
    await given(await act(venue, ball, f"bookings/{booking['bookingReference']}/refund"))
    back = await given(await venue.http.get("/reports/revenue", params=query))
    (line,) = [line for line in back["lines"] if line["kind"] == "refund"]
    assert (line["count"], line["amount"]) == (heads, f"-{total}")


async def test_a_hold_keeps_what_a_table_cost_when_it_was_taken(
    venue: Guest, ann: Guest, ball: Sale
) -> None:
    await given(await patch(venue, ball.id, tablePrices="per_table"))
    held = await hold(ann, ball, "T2")
    assert held["total"] == "60.00"
    await given(await patch(venue, ball.id, tablePrices="per_head", prices={"Table": "70.00"}))
    quote = await given(await quoted(ann, ball, held))
    assert (quote["total"], quote["tablePrices"]) == ("60.00", "per_table")
    assert (await buy(ann, ball, held, expectedTotal="60.00"))["totalAmount"] == 60.0


async def test_fees_and_tax_are_inside_the_price_of_a_table_once(
    venue: Guest, ann: Guest, ball: Sale
) -> None:
    fees = {"perTicket": "1.00", "percent": "10"}
    await given(await patch(venue, ball.id, tablePrices="per_table", fees=fees, vatPercent="19"))
    held = await hold(ann, ball, "T2")
    assert held["total"] == "67.00"
    quote = await given(await quoted(ann, ball, held))
    assert (quote["total"], quote["ticketFees"]) == ("67.00", "7.00")
    assert sum(float(item["price"]) for item in quote["items"]) == pytest.approx(67.0)


async def test_each_place_of_a_table_has_its_ticket_type_unless_the_table_has_one_price(
    venue: Guest, ann: Guest, ball: Sale
) -> None:
    types = [{"name": "Adult"}, {"name": "Child", "most": 3}]
    child = {"category": "Table", "ticketType": "Child", "amount": "20.00"}
    await given(await patch(venue, ball.id, ticketTypes=types, ticketPrices=[child]))
    event = await given(await ann.http.get(f"/events/{ball.id}"))
    adult_id, child_id = (kind["id"] for kind in event["ticketTypes"])
    held = await hold(ann, ball, "T2")
    seats = held["reservedSeatIds"]
    tickets = [{"seatId": seat, "ticketTypeId": child_id} for seat in seats[:2]]
    quote = await given(await quoted(ann, ball, held, tickets=tickets))
    assert quote["total"] == "280.00"
    refused(
        await quoted(
            ann, ball, held, tickets=[{"seatId": seat, "ticketTypeId": child_id} for seat in seats]
        ),
        400,
        "ticket_type_most",
    )
    await given(await ann.http.delete(f"/events/{ball.id}/reservations/{held['id']}"))
    await given(await patch(venue, ball.id, tablePrices="per_table"))
    whole = await hold(ann, ball, "T2")
    refused(await quoted(ann, ball, whole, tickets=tickets), 400, "ticket_type_not_sold")
    same = [{"seatId": seat, "ticketTypeId": adult_id} for seat in seats]
    quote = await given(await quoted(ann, ball, whole, tickets=same))
    assert (quote["total"], {item["ticketType"] for item in quote["items"]}) == ("60.00", {"Adult"})


async def test_the_board_counts_people_by_type_and_no_seat_that_nobody_takes(
    venue: Guest, ann: Guest, ball: Sale
) -> None:
    await given(await patch(venue, ball.id, ticketTypes=[{"name": "Adult"}]))
    booking = await buy(ann, ball, await hold(ann, ball, "B1", 3))

    async def adults(expected: tuple[int, str]) -> bool:
        board = await given(await venue.http.get(f"/events/{ball.id}/occupancy"))
        found = [(one["name"], one["booked"], one["revenue"]) for one in board["ticketTypes"]]
        return found == [("Adult", *expected)]

    await eventually(lambda: adults((3, "240.00")))
    await given(await act(venue, ball, f"bookings/{booking['bookingReference']}/refund"))
    await eventually(lambda: adults((0, "0.00")))


@pytest.mark.parametrize("prices", ["per_head", "per_table"])
async def test_tickets_of_a_table_go_back_together_or_not_at_all(
    venue: Guest, ann: Guest, ball: Sale, prices: str
) -> None:
    terms = {"byTicket": True, "reason": "because"}
    await price_tables(venue, ball, prices)
    await given(await venue.http.put(f"/events/{ball.id}/refund-terms", json=terms))
    row = await ann.held(ball, *ball.seats[:2])
    box = await hold(ann, ball, "B1", 4)
    booking = await buy(ann, ball, box, row)
    reference = booking["bookingReference"]
    found = await given(await ann.http.get(f"/bookings/{reference}"))
    mine = [ticket["id"] for ticket in found["tickets"] if ticket["row"] == "B1"]
    assert (len(mine), len(found["tickets"])) == (4, 6)
    for ask in (
        lambda ids: ann.http.post(
            f"/bookings/{reference}/cancel", json={"reason": "ill", "ticketIds": ids}
        ),
        lambda ids: act(venue, ball, f"bookings/{reference}/refund", ticketIds=ids),
        lambda ids: ann.http.get(f"/bookings/{reference}/cancel?tickets={','.join(map(str, ids))}"),
    ):
        error = refused(await ask(mine[:2]), 409, "whole_unit_only")
        assert error["ticketIds"] == mine[2:]
    view = await given(await act(venue, ball, f"bookings/{reference}/refund", ticketIds=mine), 200)
    assert view["refundedAmount"] == {"per_head": 320.0, "per_table": 80.0}[prices]
    assert set(await statuses(ann, ball, *box["reservedSeatIds"])) == {"AVAILABLE"}
    assert set(await statuses(ann, ball, *row["reservedSeatIds"])) == {"BOOKED"}
    assert (await hold(ann, ball, "B1", 6))["reservedSeatIds"] == box["reservedSeatIds"]


async def test_part_of_a_table_is_refused_at_every_door(
    venue: Guest, ann: Guest, ball: Sale
) -> None:
    table = (await units_of(ann, ball))["T2"]
    part = [table["id"], table["id"] + 1]
    refused(await ann.reserve(ball, *part), 409, "whole_unit_only")
    refused(
        await ann.http.post(f"/events/{ball.id}/quote", json={"seatIds": part}),
        409,
        "whole_unit_only",
    )
    refused(await act(venue, ball, "block", seatIds=part), 409, "whole_unit_only")
    held = await hold(ann, ball, "T2")
    refused(await post(ann, ball, part), 409, "whole_unit_only")
    release = f"/events/{ball.id}/reservations/{held['id']}/release"
    refused(await ann.http.post(release, json={"seatIds": part}), 409, "whole_unit_only")
    assert set(await statuses(ann, ball, *held["reservedSeatIds"])) == {"RESERVED"}


async def test_a_table_larger_than_the_limit_per_person_is_held_and_bought_alone(
    venue: Guest, join: Any, server: Server, ballroom: Plan
) -> None:
    chart = table_chart()
    chart["subChart"]["generalAdmissionAreas"][0] |= {"capacity": 14, "maxOccupancy": 14}
    ball = server.add_event(reader.read(encode(chart)), prices=AMOUNTS)
    ann = await join()
    held = await hold(ann, ball, "B1")
    assert len(held["reservedSeatIds"]) == 14
    booking = await buy(ann, ball, held, expectedTotal="1120.00")
    assert len(booking["seatIds"]) == 14
    assert len(booking["seats"]) == 14


async def test_how_a_table_is_sold_does_not_change_while_somebody_has_it(
    venue: Guest, ann: Guest, ball: Sale
) -> None:
    await hold(ann, ball, "T2")
    error = refused(await patch(venue, ball.id, tableBooking="by_seat"), 409, "table_in_use")
    assert len(error["seatIds"]) == 6
    await given(await patch(venue, ball.id, tableBooking="by_table"))
    assert set(await units_of(ann, ball)) == {"T1", "T2", "B1"}


async def test_of_two_who_ask_for_a_table_at_once_one_has_all_of_it(
    server: Server, ball: Sale, join: Any
) -> None:
    people = [await join() for _ in range(4)]
    table = (await units_of(people[0], ball))["T2"]["id"]
    body = {"units": [{"unitId": table}], "sessionId": "s"}
    answers = await asyncio.gather(
        *(one.http.post(f"/events/{ball.id}/reservations", json=body) for one in people)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
