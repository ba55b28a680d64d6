"""A worker is killed while forty people buy standing places: no place is lost and none sold twice.

pytest -m long -n0 tests/chaos/test_killed_areas.py
"""

from __future__ import annotations

import asyncio
import signal
import uuid
from pathlib import Path

import httpx2
import pytest

from tests.chaos.house import House, standing_house
from tests.invariants import broken
from tests.support.seat_plans import with_areas
from tests.support.serving import PATIENCE_S, Sale, eventually, small_plan
from tests.support.watcher import world_of

BUYERS = 40
PIT = 150
KILL_AFTER = 30
"""Purchases before the worker dies."""


class Crowd:
    """Buyers spread over the workers; each buys two places after another until the pit is full."""

    def __init__(self, house: House, sale: Sale) -> None:
        self.house = house
        self.sale = sale
        self.area = sale.seats[80]
        self.bought: list[int] = []
        self.is_killed = asyncio.Event()

    async def kill(self) -> None:
        while len(self.bought) < 2 * KILL_AFTER:
            await asyncio.sleep(0.01)
        await self.house.end_worker(0, signal.SIGKILL, 0)
        self.is_killed.set()
        await self.house.start_worker(0)

    async def buy(self, number: int) -> None:
        path = f"/events/{self.sale.id}/reservations"
        headers = {"Authorization": f"Bearer {self.house.server.token(f'user-{number}')}"}
        async with httpx2.AsyncClient(headers=headers, timeout=PATIENCE_S) as client:
            for turn in range(1_000):
                area = [{"areaId": self.area, "quantity": 2}]
                body = {"areas": area, "sessionId": f"s{turn}"}
                hold = await self._ask(client, number, path, body, {})
                if hold.status_code == 409:
                    (failed,) = hold.json()["data"]["failedAreas"]
                    assert failed["code"] == "area_full"
                    return
                seats = hold.json()["data"]["reservedSeatIds"]
                order = {"eventId": self.sale.id, "seatIds": seats, "paymentMethod": "demo"}
                key = {"Idempotency-Key": f"booking-{uuid.uuid4()}"}
                paid = await self._ask(client, number, "/bookings", order, key)
                assert paid.json()["data"]["status"] == "CONFIRMED", paid.text
                self.bought += seats

    async def _ask(
        self,
        client: httpx2.AsyncClient,
        number: int,
        path: str,
        body: object,
        headers: dict[str, str],
    ) -> httpx2.Response:
        """The same question again, at the other worker, when the one asked has died."""
        for attempt in range(100):
            url = self.house.urls[(number + attempt) % len(self.house.urls)]
            try:
                answer = await client.post(f"{url}{path}", json=body, headers=headers)
            except httpx2.HTTPError:
                await asyncio.sleep(0.1)
                continue
            code = (answer.json().get("error") or {}).get("code")
            if code not in {"in_progress", "unavailable"}:
                return answer
            await asyncio.sleep(0.1)
        raise AssertionError(f"{path} was never answered")


@pytest.mark.long
async def test_a_killed_worker_loses_no_place_and_sells_none_twice(
    tmp_path: Path, redis_binary: Path | None
) -> None:
    async with standing_house(
        tmp_path, store="redis", database="sqlite", binary=redis_binary, hold_seconds=600
    ) as house:
        sale = house.server.add_event(with_areas(small_plan(), pit=PIT))
        crowd = Crowd(house, sale)
        await asyncio.gather(crowd.kill(), *(crowd.buy(number) for number in range(BUYERS)))
        assert crowd.is_killed.is_set()
        assert len(crowd.bought) == len(set(crowd.bought)) == PIT
        async with world_of(house.server) as world:

            async def is_whole() -> bool:
                return not await broken(world)

            assert await eventually(is_whole)
