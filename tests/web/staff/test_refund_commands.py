"""Refunds and calling off by command: the services, rules and codes of staff's page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.serving import Guest, Sale, eventually
from tests.support.staff import act, audit, given, refused, statuses
from tests.web.staff.test_bookings import buy
from tests.web.staff.test_both_doors import Command, code_of, command

__all__ = ["command"]


async def shown(venue: Guest, sale: Sale) -> Any:
    (one,) = await given(await venue.http.get(f"/events/{sale.id}/bookings"))
    return one


async def test_a_ticket_and_then_the_rest_are_given_back_by_command(
    venue: Guest, ann: Guest, sale: Sale, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    booking = await buy(ann, sale, *sale.seats[:2])
    reference = booking["bookingReference"]
    first = (await shown(venue, sale))["tickets"][0]
    half = f"{booking['totalAmount'] / 2:.2f}"
    refund = ("booking", "refund", reference, "--reason", "ill")
    await command(*refund, "--ticket", str(first["id"]), "--expect", half)
    assert f"booking {reference}: CONFIRMED, {half} EUR GIVEN" in capsys.readouterr().out
    assert await statuses(ann, sale, first["seatId"]) == ["AVAILABLE"]
    await command(*refund)
    view = await shown(venue, sale)
    assert (view["status"], [one["amount"] for one in view["refunds"]]) == (
        "REFUNDED",
        [half, half],
    )
    lines = [(line["who"], line["act"], line["reason"]) for line in await audit(venue, sale)]
    assert lines == [("cli", "refund_booking", "ill")] * 2


async def test_both_doors_refuse_the_same_refunds(
    venue: Guest, ann: Guest, sale: Sale, command: Command
) -> None:
    reference = (await buy(ann, sale, sale.seats[0]))["bookingReference"]
    path = f"bookings/{reference}/refund"
    for body, options, status, code in (
        ({"ticketIds": [999_999]}, ("--ticket", "999999"), 404, "unknown_ticket"),
        ({"expectedAmount": "0.01"}, ("--expect", "0.01"), 409, "refund_changed"),
        ({"reason": ""}, ("--reason", ""), 400, "invalid_request"),
    ):
        refused(await act(venue, sale, path, **body), status, code)
        said = ("booking", "refund", reference, "--reason", "because", *options)
        assert await code_of(command, *said) == code
    nobody = ("booking", "refund", "BK-2026-999999", "--reason", "because")
    assert await code_of(command, *nobody) == "unknown_booking"
    assert (await shown(venue, sale))["refunds"] == []


async def test_an_event_is_called_off_by_command_and_the_servers_refund_everybody(
    venue: Guest, ann: Guest, sale: Sale, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    await buy(ann, sale, *sale.seats[:2])
    cancel = ("event", "cancel", str(sale.id), "--reason", "storm")
    await command(*cancel)
    assert f"event {sale.id} is called off" in capsys.readouterr().out

    async def is_done() -> bool:
        found = await given(await venue.http.get(f"/events/{sale.id}/cancellation"))
        return bool(found["refunded"] == 1 and found["live"] == found["onTheWay"] == 0)

    await eventually(is_done)
    await command(*cancel)
    assert "0 bookings to end, 0 refunds on the way, 1 done" in capsys.readouterr().out
    acts = [(line["who"], line["act"]) for line in await audit(venue, sale)]
    assert acts.count(("cli", "cancel_event")) == 2  # the event once, and its booking
    refused(await act(venue, sale, "cancel", reason=""), 400, "invalid_request")
    assert (
        await code_of(command, "event", "cancel", str(sale.id), "--reason", "") == "invalid_request"
    )
    assert await code_of(command, "event", "cancel", "99999", "--reason", "x") == "unknown_event"
