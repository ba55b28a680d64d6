"""What staff's tests share: signing in, and asking for things the short way."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.support.serving import Guest, Sale


def refused(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """Expect this refusal; returns its `error`."""
    body = answer.json()
    assert (answer.status_code, body["error"]["code"]) == (status, code), body
    error: dict[str, Any] = body["error"]
    return error


async def given(answer: httpx2.Response, status: int = 200) -> Any:
    """Expect a success; returns its `data`."""
    assert answer.status_code == status, answer.text
    return answer.json()["data"]


async def act(venue: Guest, sale: Sale, path: str, **body: Any) -> httpx2.Response:
    """POST something staff do to an event, with a reason unless told otherwise."""
    return await venue.http.post(f"/events/{sale.id}/{path}", json={"reason": "because", **body})


async def audit(venue: Guest, sale: Sale) -> list[dict[str, Any]]:
    """The event's audit log, newest first."""
    found: list[dict[str, Any]] = await given(await venue.http.get(f"/events/{sale.id}/audit"))
    return found


async def statuses(guest: Guest, sale: Sale, *seat_ids: int) -> list[str]:
    seats = await guest.seats(sale)
    return [seats[seat_id]["status"] for seat_id in seat_ids]
