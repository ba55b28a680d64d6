"""What a live socket was told, folded by the hammer and held against the server's own books."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from houseful.hammer.client import address
from houseful.hammer.client.http_client import HttpClient
from houseful.hammer.client.live_socket import message_of, open_socket
from houseful.hammer.seat_forms import STATUSES
from houseful.hammer.verdict.seat_map import replay
from houseful.hammer.verdict.verdict import unlike
from houseful.redis import connection
from houseful.sql.database import Database
from tests.invariants import Sight, World, i4_booked_seats_are_sold, i6_every_map_is_the_truth
from tests.support.serving import PATIENCE_S, Sale, Server, running_server


@dataclass
class Ear:
    """Keeps what a live socket says, and can wait for it."""

    heard: list[bytes] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def got(self, frame: bytes) -> None:
        self.heard.append(frame)

    def closed(self, code: int, reason: str) -> None:
        self.ended.set()

    async def until(self, word: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not any(word in str(message_of(frame)) for frame in self.heard):
                await asyncio.sleep(0.01)


async def status_of(server: Server, sale: Sale) -> bytes:
    client = HttpClient(address.parse(server.url))
    try:
        token = server.token("auditor")
        return (await client.ask("GET", f"/events/{sale.id}/status", token=token)).body
    finally:
        client.close()


def sight(sale: Sale, status: bytes, told: Sequence[bytes]) -> Sight:
    """The map of one socket, as the invariants take it."""
    node, faults = replay(status, told)
    assert faults == []
    folded = {seat: (STATUSES[node.status(seat)], node.version(seat)) for seat in sale.seats}
    booked = frozenset(seat for seat, (status, _) in folded.items() if status == "BOOKED")
    return Sight("viewer", sale.id, folded, booked)


async def test_a_map_folded_by_the_hammer_is_what_redis_and_sql_say(tmp_path: Path) -> None:
    with running_server(tmp_path) as server:
        sale, ear = server.add_event(), Ear()
        token = server.token("viewer")
        socket = await open_socket(address.parse(server.url), sale.id, ear, token=token)
        first = await status_of(server, sale)
        async with server.user("ann") as ann:
            await ann.bought(sale, sale.seats[3])
        await ear.until("BOOKED")
        whole, (now, _) = sight(sale, first, ear.heard), replay(await status_of(server, sale), ())
        assert whole.booked == {sale.seats[3]}
        assert not list(unlike(replay(first, ear.heard)[0], now, now))
        assert list(unlike(replay(first, ear.heard[:-1])[0], now, now))

        database = Database(server.settings.sql_url())
        redis = connection.connect(server.redis_url)
        world = World(database, redis, seen=[whole])
        cut = World(database, redis, seen=[sight(sale, first, ear.heard[:-1])])
        try:
            assert await i4_booked_seats_are_sold(world) == []
            assert await i6_every_map_is_the_truth(world) == []
            assert await i6_every_map_is_the_truth(cut) != []
        finally:
            await redis.aclose()
            await database.close()
        socket.close()
        await asyncio.wait_for(ear.ended.wait(), PATIENCE_S)
