"""Staff's report of revenue: over HTTP, as a table, and by command, with the same sums."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.support.serving import Guest, Sale
from tests.support.staff import act, given, refused
from tests.web.staff.test_bookings import buy
from tests.web.staff.test_both_doors import Command, code_of, command
from tests.web.staff.test_events import patch

__all__ = ["command"]


async def reported(venue: Guest, sale: Sale, by: str = "") -> Any:
    query = {"eventId": str(sale.id), "by": by}
    return await given(await venue.http.get("/reports/revenue", params=query))


async def test_what_was_sold_and_given_back_are_lines_of_one_sum(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    assert (await reported(venue, sale))["totals"] == []
    booking = await buy(ann, sale, *sale.seats[:2])
    view = await given(await venue.http.get(f"/events/{sale.id}/bookings"))
    first = view[0]["tickets"][0]["id"]
    path = f"bookings/{booking['bookingReference']}/refund"
    await given(await act(venue, sale, path, ticketIds=[first]))
    found = await reported(venue, sale, "event,category")
    price = f"{booking['totalAmount'] / 2:.2f}"
    (total,) = found["totals"]
    assert (total["sales"], total["refunds"]) == (f"{booking['totalAmount']:.2f}", f"-{price}")
    assert (total["revenue"], total["tickets"], total["returned"]) == (price, 2, 1)
    sold, back = found["lines"]
    assert (sold["kind"], back["kind"]) == ("ticket", "refund")
    assert (sold["eventId"], sold["category"]) == (sale.id, booking["seats"][0]["category"])
    assert (back["amount"], back["count"], back["day"]) == (f"-{price}", 1, None)
    assert (found["gatewayFees"], found["unknownFees"]) == ([], 1)


async def test_the_table_has_every_dimension_and_computes_nothing(
    venue: Guest, ann: Guest, sale: Sale
) -> None:
    await given(await patch(venue, sale.id, name="=SUM(A1:A9)"))
    await buy(ann, sale, sale.seats[0])
    answer = await venue.http.get("/reports/revenue.csv", params={"eventId": str(sale.id)})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, line = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:5] == ["day", "event id", "event", "kind", "category"]
    assert line[2:4] == ["'=SUM(A1:A9)", "ticket"]
    assert all(line[:5])


async def test_a_report_is_for_staff_and_says_what_it_expects(
    venue: Guest, ann: Guest, command: Command
) -> None:
    refused(await ann.http.get("/reports/revenue"), 403, "forbidden")
    refused(await ann.http.get("/reports/revenue.csv"), 403, "forbidden")
    for query, option in (
        ({"from": "yesterday"}, ("--from", "yesterday")),
        (
            {"from": "2026-02-01", "to": "2026-01-01"},
            ("--from", "2026-02-01", "--to", "2026-01-01"),
        ),
        ({"by": "colour"}, ("--by", "colour")),
    ):
        refused(await venue.http.get("/reports/revenue", params=query), 400, "invalid_request")
        assert await code_of(command, "report", *option) == "invalid_request"
    refused(await venue.http.get("/reports/revenue?eventId=x"), 400, "invalid_request")


async def test_the_command_says_the_same_sums(
    venue: Guest, ann: Guest, sale: Sale, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    booking = await buy(ann, sale, *sale.seats[:2])
    await command("report", "--event", str(sale.id))
    said = capsys.readouterr().out
    amount = f"{booking['totalAmount']:.2f}"
    assert f"{amount} EUR  revenue: sales {amount}, refunds 0.00" in said
    await command("report", "--event", str(sale.id), "--csv")
    table = list(csv.reader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert table[1][3:4] + table[1][8:10] == ["ticket", "2", amount]
