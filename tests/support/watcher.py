"""A viewer as a page is one: fetches the map once, folds every frame into it, comes back with its
position, refetches when that is of no use any more."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from houseful.ledger.demo_charges import SqlDemoCharges
from houseful.payments.demo import DemoGateway
from houseful.payments.gateway import Gateway
from houseful.redis import connection
from houseful.sql.database import Database
from tests.invariants import Sight, World
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, Server

Folded = dict[int, tuple[str, int]]
"""Seat id → (status, version)."""


@dataclass
class Watcher:
    """One viewer. `seen_at` is when each (seat, version) first showed, in wall-clock ms."""

    url: str
    token: str
    sale: Sale
    folded: Folded = field(default_factory=dict)
    epoch: str = ""
    seq: int = 0
    refetched: int = 0
    seen_at: dict[tuple[int, int], float] = field(default_factory=dict)
    went_back: list[int] = field(default_factory=list)
    booked: set[int] = field(default_factory=set)
    shown: set[tuple[str, object]] = field(default_factory=set)
    user: str = ""

    def sight(self) -> Sight:
        """What this viewer saw, for `tests.invariants`."""
        return Sight(
            self.user,
            self.sale.id,
            dict(self.folded),
            frozenset(self.booked),
            tuple(self.went_back),
            frozenset(self.shown),
        )

    async def run(self) -> None:
        """Watch until cancelled; comes back when sent away."""
        while True:
            host = self.url.removeprefix("http://")
            headers = {"Authorization": f"Bearer {self.token}"}
            position = f"?epoch={self.epoch}&since={self.seq}" if self.refetched else ""
            try:
                async with connect(
                    f"ws://{host}/events/{self.sale.id}/live{position}",
                    subprotocols=["houseful.v1"],  # type: ignore[list-item]
                    additional_headers=headers,
                    proxy=None,
                ) as socket:
                    await self._follow(socket)
            except (OSError, EOFError, WebSocketException):
                await asyncio.sleep(0.1)  # cut off, or nobody there yet: come back

    async def _follow(self, socket: ClientConnection) -> None:
        async for message in socket:
            frame = json.loads(message)
            if frame["type"] == "resync" or (frame["type"] == "hello" and not frame["resumed"]):
                await self.refetch(frame)
            elif frame["type"] == "reservation":
                self.shown.add(("reservation", frame["id"]))
            elif frame["type"] == "seats":
                if frame["epoch"] != self.epoch:
                    await self.refetch(frame)
                now_ms = time.time() * 1000
                for seat, status, version, _ in frame["changes"]:
                    self._take(seat, status, version, now_ms)
                self.seq = frame["seq"]

    async def refetch(self, frame: dict[str, Any]) -> None:
        """The whole map over HTTP, which is at least as new as `frame`."""
        client = PlainClient(self.url, self.token)
        try:
            for seat, (status, version) in (await truth(client, self.sale)).items():
                self._take(seat, status, version, 0)
        finally:
            await client.close()
        self.epoch, self.seq = frame["epoch"], frame["seq"]
        self.refetched += 1

    def _take(self, seat: int, status: str, version: int, now_ms: float) -> None:
        known = self.folded.get(seat, ("", -1))[1]
        if version < known and now_ms == 0:
            self.went_back.append(seat)
        if version > known:
            self.folded[seat] = (status, version)
            if status == "BOOKED":
                self.booked.add(seat)
            if now_ms:
                self.seen_at[seat, version] = now_ms


async def truth(client: PlainClient, sale: Sale) -> Folded:
    """What the server says now; waits while it says 503."""
    while True:
        status, body = await client.ask("GET", f"/events/{sale.id}/seats")
        if status == 200:
            sections = body["data"]["sections"]
            return {
                s["id"]: (s["status"], s["version"]) for part in sections for s in part["seats"]
            }
        assert status == 503, body
        await asyncio.sleep(0.05)


@asynccontextmanager
async def watching(server: Server, sale: Sale, count: int) -> AsyncIterator[Sequence[Watcher]]:
    """So many viewers, each with the whole map."""
    names = [f"viewer-{n}" for n in range(count)]
    watchers = [Watcher(server.url, server.token(name), sale, user=name) for name in names]
    tasks = [asyncio.create_task(watcher.run()) for watcher in watchers]
    async with AsyncExitStack() as stack:
        stack.push_async_callback(stop, tasks)
        async with asyncio.timeout(30):
            while not all(watcher.refetched for watcher in watchers):
                await asyncio.sleep(0.02)
        yield watchers


async def stop(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def converged(watchers: Sequence[Watcher], server: Server, sale: Sale) -> float:
    """Seconds until every viewer's map is the server's; fails after ten."""
    client = PlainClient(server.url, server.token("auditor"))
    begin = time.monotonic()
    try:
        async with asyncio.timeout(10):
            while True:
                expected = await truth(client, sale)
                if all(watcher.folded == expected for watcher in watchers):
                    return time.monotonic() - begin
                await asyncio.sleep(0.02)
    finally:
        await client.close()


@asynccontextmanager
async def world_of(
    server: Server, seen: Sequence[Sight] = (), gateway: Gateway | None = None
) -> AsyncIterator[World]:
    """The books behind a server, for `tests.invariants.broken`; `gateway` None: the demo's."""
    database = Database(server.settings.sql_url())
    client = connection.connect(server.redis_url)
    try:
        till = gateway or DemoGateway(SqlDemoCharges(database))
        yield World(database, client, await till.list_since(0), seen=seen)
    finally:
        await client.aclose()
        await database.close()
