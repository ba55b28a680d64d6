"""A chart of rows, tables, boxes and standing areas sold to its last place by 200 buyers at two workers.

pytest -m long -n0 -s tests/chaos/test_last_place.py
With HOUSEFUL_CHARTS, files of seats.io charts with ":" between, these are sold instead.
"""

from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from houseful.domain.plan import Plan
from houseful.domain.units import TableBooking, units
from houseful.plans import reader
from houseful.wire.codec import encode
from tests.chaos.house import House, standing_house
from tests.invariants import broken
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, eventually
from tests.support.table_charts import gala_chart
from tests.support.watcher import world_of

BUYERS = 200
FINAL = frozenset({"booked", "blocked", "area_full"})
"""Refusals after which nobody needs to ask for the same again; what is only held may come back."""


def charts() -> Iterator[tuple[str, bytes]]:
    files = os.environ.get("HOUSEFUL_CHARTS", "")
    if not files:
        yield "gala", encode(gala_chart())
    for file in filter(None, files.split(":")):
        yield Path(file).stem, Path(file).read_bytes()


def things_of(house: dict[str, Any]) -> list[dict[str, Any]]:
    """Requests that together ask for everything: each seat, each whole table, three places of an area."""
    units = house.get("units", [])
    whole = {seat for unit in units for seat in range(unit["id"], unit["id"] + unit["seats"])}
    seats = (seat for section in house["sections"] for seat in section["seats"])
    return [
        *({"units": [{"unitId": unit["id"]}]} for unit in units),
        *(
            {"areas": [{"areaId": area["id"], "quantity": 3, "acceptFewer": True}]}
            for area in house.get("areas", [])
        ),
        *(
            {"seats": [{"seatId": seat["id"], "version": seat["version"]}]}
            for seat in seats
            if seat["id"] not in whole
        ),
    ]


class Crowd:
    """Buyers who each walk through everything that is for sale, from another place, until it is gone."""

    def __init__(self, sale: Sale, things: Sequence[dict[str, Any]]) -> None:
        self.sale = sale
        self.things = things
        self.gone: set[int] = set()
        self.sold: list[int] = []
        self.tickets = 0

    async def buy(self, client: PlainClient, seed: int) -> None:
        order = list(range(len(self.things)))
        random.Random(seed).shuffle(order)
        while left := [number for number in order if number not in self.gone]:
            for number in left:
                if number not in self.gone:
                    await self._try(client, number)

    async def _try(self, client: PlainClient, number: int) -> None:
        path = f"/events/{self.sale.id}/reservations"
        body = {**self.things[number], "sessionId": uuid.uuid4().hex}
        status, answer = await self._ask(client, path, body)
        data = answer["data"]
        if status == 409:
            failed = [*data.get("failedSeats", ()), *data.get("failedAreas", ())]
            if {one["code"] for one in failed} & FINAL:
                self.gone.add(number)
            await asyncio.sleep(0)
            return
        assert status == 201, answer
        seats = data["reservedSeatIds"]
        order = {"eventId": self.sale.id, "seatIds": seats, "paymentMethod": "demo"}
        key = f"Idempotency-Key: booking-{uuid.uuid4()}\r\n"
        status, answer = await self._ask(client, "/bookings", order, key)
        assert status in {200, 201}, answer
        if "areas" not in body:
            self.gone.add(number)
        self.sold += seats
        self.tickets += len(answer["data"]["seats"])

    @staticmethod
    async def _ask(
        client: PlainClient, path: str, body: object, headers: str = ""
    ) -> tuple[int, Any]:
        """The same question again while the server says that it may be asked again as it is."""
        while True:
            status, answer = await client.ask("POST", path, body, headers)
            if not (answer.get("error") or {}).get("retryable"):
                return status, answer
            await asyncio.sleep(0.1)


async def sell_out(house: House, plan: Plan) -> Crowd:
    prices = dict.fromkeys((name for name, _ in plan.seats_by_category), 1_000)
    sale = house.server.add_event(plan, prices=prices)
    clients = [
        PlainClient(house.urls[n % len(house.urls)], house.server.token(f"buyer-{n}"))
        for n in range(BUYERS)
    ]
    try:
        _, answer = await clients[0].ask("GET", f"/events/{sale.id}/seats")
        crowd = Crowd(sale, things_of(answer["data"]))
        await asyncio.gather(*(crowd.buy(client, seed) for seed, client in enumerate(clients)))
    finally:
        await asyncio.gather(*(client.close() for client in clients))
    return crowd


@pytest.mark.long
@pytest.mark.parametrize(("name", "chart"), list(charts()), ids=lambda part: str(part)[:20])
async def test_a_chart_is_sold_to_its_last_place_and_no_further(
    tmp_path: Path, redis_binary: Path | None, name: str, chart: bytes
) -> None:
    plan = reader.read(chart, name=name)
    async with standing_house(
        tmp_path, store="redis", database="sqlite", binary=redis_binary, hold_seconds=600
    ) as house:
        crowd = await sell_out(house, plan)
        unused = sum(unit.size - unit.most for unit in units(plan, TableBooking.INHERIT))
        assert sorted(crowd.sold) == list(crowd.sale.seats)
        assert crowd.tickets == plan.seat_count - unused
        print(f"{name}: {crowd.tickets} tickets")
        async with world_of(house.server) as world:

            async def is_whole() -> bool:
                return not await broken(world)

            assert await eventually(is_whole)
