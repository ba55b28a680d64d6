"""A primary dies while selling, and the replica that takes over lacks its last writes.

Acknowledged writes are lost for real: the primary stops replicating, goes on selling, and is killed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from houseful.redis.connection import connect
from houseful.store.seats import SeatStore
from tests.support.redis_cluster import (
    Node,
    RedisCluster,
    Sentinels,
    running_cluster,
    running_sentinels,
)
from tests.support.serving import Guest, Sale, eventually, running_server
from tests.support.watcher import converged, watching

GREEN_WITHIN_S = 5.0


@dataclass
class Redundant:
    """Something with a spare, behind a URL."""

    setup: RedisCluster | Sentinels

    @property
    def url(self) -> str:
        return self.setup.url

    def primary_of(self, event: int) -> Node:
        if isinstance(self.setup, RedisCluster):
            return self.setup.owner_of(f"seat:{{{event}}}:meta")
        return self.setup.primary


@contextmanager
def redundant(kind: str, directory: Path, binary: Path | None) -> Iterator[Redundant]:
    if kind == "sentinel":
        with running_sentinels(directory, binary) as trio:
            yield Redundant(trio)
    else:
        with running_cluster(directory, replicas=1, binary=binary) as cluster:
            yield Redundant(cluster)


@pytest.mark.parametrize("kind", ["sentinel", "cluster"])
async def test_what_a_failover_lost_is_sold_still_and_selling_goes_on(
    kind: str, tmp_path: Path, redis_binary: Path | None
) -> None:
    with (
        redundant(kind, tmp_path / "redis", redis_binary) as redis,
        running_server(tmp_path, redis_url=redis.url, reservations_per_minute=100_000) as server,
    ):
        sale, unwatched = server.add_event(), server.add_event()
        async with (
            server.user("ann") as ann,
            server.user("bob") as bob,
            watching(server, sale, 5) as watchers,
        ):
            await ann.bought(sale, *sale.seats[:2])
            await ann.bought(unwatched, unwatched.seats[0])
            await converged(watchers, server, sale)
            for event in (sale, unwatched):
                redis.primary_of(event.id).stop_replicating()
            lost, lost_unwatched = sale.seats[2], unwatched.seats[2]
            await ann.bought(sale, lost)
            await ann.bought(unwatched, lost_unwatched)
            await ann.held(sale, sale.seats[5])
            await converged(watchers, server, sale)

            epoch = watchers[0].epoch

            async def seen_by_all() -> bool:
                return all(watcher.epoch != epoch for watcher in watchers)

            redis.primary_of(sale.id).kill()
            killed_at = time.monotonic()
            green = await green_after(bob, sale, killed_at)
            print(f"{kind}: selling again {green:.1f} s after the primary was killed")
            assert green < GREEN_WITHIN_S

            await eventually(seen_by_all)  # that writes were lost
            await converged(watchers, server, sale)
            found = await bob.seats(sale)
            assert {found[seat]["status"] for seat in (*sale.seats[:2], lost)} == {"BOOKED"}
            assert (await bob.reserve(sale, lost)).status_code == 409
            await loses_before_paying(bob, unwatched, lost_unwatched)
            await eventually(lambda: is_booked(redis.url, unwatched, lost_unwatched), 5)
            await ann.bought(sale, sale.seats[6])


async def green_after(buyer: Guest, sale: Sale, since: float) -> float:
    """Seconds until a new purchase of a free seat goes through.

    Until then: 503s, and holds that were lost with the primary before they could be paid for (409).
    """
    seat = sale.seats[20]
    while True:
        versions = {s["id"]: s["version"] for s in await current(buyer, sale)}
        if seat in versions:
            answer = await buyer.reserve(sale, seat, versions=versions)
            if answer.status_code in (201, 409):  # held now, or by an answer that did not arrive
                answer = await buyer.pay(sale, seat)
            if answer.status_code == 201:
                return time.monotonic() - since
            assert answer.status_code in (409, 503), answer.text
            if answer.status_code == 503:
                assert answer.json()["error"]["retryable"]
                assert "Retry-After" in answer.headers
        assert time.monotonic() - since < 20
        await asyncio.sleep(0.05)


async def current(buyer: Guest, sale: Sale) -> list[dict[str, int]]:
    answer = await buyer.http.get(f"/events/{sale.id}/seats")
    if answer.status_code == 503:
        return []
    sections = answer.json()["data"]["sections"]
    return [seat for section in sections for seat in section["seats"]]


async def loses_before_paying(buyer: Guest, sale: Sale, seat: int) -> None:
    """The sold seat cannot be had: at the latest the claim says so, and no money moves."""
    answer = await buyer.reserve(sale, seat)
    if answer.status_code == 201:
        paid = await buyer.pay(sale, seat)
        assert paid.status_code == 409, paid.text
    mine = (await buyer.http.get("/bookings")).json()["data"]
    assert seat not in [held for booking in mine for held in booking["seatIds"]]


async def is_booked(url: str, sale: Sale, seat: int) -> bool:
    """What Redis has, past the server: nobody watches this event."""
    client = connect(url)
    try:
        records = (await SeatStore(client).snapshot(sale.id)).records
        return any(record.seat_id == seat and record.status == "B" for record in records)
    finally:
        await client.aclose()
