"""A worker dies while it sells; the other one finishes, and the buyer's repeated request is answered."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import httpx2
import pytest

from tests.invariants import broken
from tests.support.server_process import server_process
from tests.support.serving import PATIENCE_S, running_server
from tests.support.watcher import world_of


@pytest.mark.parametrize(
    "point",
    [
        pytest.param("after_T1", marks=pytest.mark.long),
        "after_S2",
        pytest.param("after_T3", marks=pytest.mark.long),
    ],
)
async def test_another_worker_finishes_what_a_killed_one_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, redis_binary: Path | None, point: str
) -> None:
    with running_server(tmp_path, valkey_binary=redis_binary) as server:
        sale = server.add_event()
        async with server.user("ada") as ada:
            seats = (await ada.held(sale, *sale.seats[:2]))["reservedSeatIds"]
            request = {"eventId": sale.id, "seatIds": seats, "paymentMethod": "demo"}
            headers = {
                "Idempotency-Key": f"booking-{uuid.uuid4()}",
                "Authorization": f"Bearer {ada.token}",
            }
            monkeypatch.setenv("HOUSEFUL_TEST_CRASH_AT", point)
            with server_process(server.settings) as url:
                async with httpx2.AsyncClient(timeout=PATIENCE_S) as client:
                    with pytest.raises(httpx2.HTTPError):
                        await client.post(f"{url}/bookings", json=request, headers=headers)
            monkeypatch.delenv("HOUSEFUL_TEST_CRASH_AT")
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    answer = await ada.http.post("/bookings", json=request, headers=headers)
                    if answer.status_code in {200, 201}:
                        break
                    assert answer.json()["error"]["code"] == "in_progress"
                    await asyncio.sleep(0.1)
            assert answer.json()["data"]["status"] == "CONFIRMED"
            async with asyncio.timeout(PATIENCE_S):
                while {(await ada.seats(sale))[seat]["status"] for seat in seats} != {"BOOKED"}:
                    await asyncio.sleep(0.1)
        async with world_of(server) as world, asyncio.timeout(PATIENCE_S):
            assert len(world.payments) == 1
            while await broken(world):
                await asyncio.sleep(0.1)
