"""What all viewers and buyers of one client process share: the server's facts, maps, pace, pulse."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from houseful.domain.errors import HousefulError, InvalidRequest, NotFound, Unavailable
from houseful.hammer.client.http_client import HttpClient, Reply
from houseful.hammer.people.identities import Identities, Identity
from houseful.hammer.plan import RunPlan
from houseful.hammer.seat_forms import AreaCounts, SoldUnit, read_areas
from houseful.hammer.verdict.record import Recorder
from houseful.hammer.verdict.seat_map import Node, SeatMaps
from houseful.wire.codec import parse_iso

FETCHERS: Final = 8
"""HTTP connections of one process for status bodies and questions after the run."""

CLOCK_QUESTIONS: Final = 5
PULSE_WITHIN_S: Final = 2.0
CLOSING_S: Final = 0.05
"""Transports close in the loop's next turns; it must have some."""


@dataclass(frozen=True, slots=True)
class SoldArea:
    """A standing area: the id of its first place, and how many places are for sale."""

    id: int
    places: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the server says of itself and the event. `ahead_s`: its clock less ours."""

    event_id: int
    event_name: str
    seats: int
    hold_s: float
    max_seats: int
    gateway: str
    server_version: str
    ahead_s: float
    areas: tuple[SoldArea, ...] = ()
    units: tuple[SoldUnit, ...] = ()


class RunContext:
    """Everything of one process but the people in it."""

    def __init__(self, plan: RunPlan, facts: Facts) -> None:
        self.plan = plan
        self.facts = facts
        self.recorder = Recorder()
        self.maps = SeatMaps()
        self.areas: AreaCounts = {}
        """Standing area → places (free, held, booked), by the last map that was fetched."""
        self._own = (HttpClient(plan.address), HttpClient(plan.address))
        self.identities = Identities(plan, self._own[0])
        self.is_over = asyncio.Event()
        """Set when nothing new is to be begun."""
        self.begun_s = time.time()
        self.late_s = 0.0
        """The longest this process's own loop was held up: nothing can be seen more exactly."""
        self._next_slot = 0.0
        self._clients: asyncio.LifoQueue[HttpClient] = asyncio.LifoQueue()
        for _ in range(FETCHERS):
            self._clients.put_nowait(HttpClient(plan.address))

    async def pace(self) -> None:
        """Wait for the next change's turn."""
        now = asyncio.get_running_loop().time()
        slot = max(now, self._next_slot)
        self._next_slot = slot + 1 / self.plan.changes_per_second
        if slot > now:
            await asyncio.sleep(slot - now)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[HttpClient]:
        """One of a few connections, for a while."""
        client = await self._clients.get()
        try:
            yield client
        finally:
            self._clients.put_nowait(client)

    async def ask(self, identity: Identity, method: str, path: str, body: object = None) -> Reply:
        async with self.client() as client:
            return await client.ask(method, path, token=identity.token, body=body)

    async def status(self, identity: Identity, before: Node | None = None) -> Node:
        """The map of now. Raises OSError while the server does not give it."""
        reply = await self.ask(identity, "GET", f"/events/{self.facts.event_id}/status")
        if reply.status != 200:
            raise ConnectionError(f"status_{reply.status}")
        self.recorder.count("bytes.status", len(reply.body))
        node = self.maps.start(reply.body, before)
        self.areas = read_areas(reply.body)
        return node

    async def watch_loop(self) -> None:
        """Measure how late this process's own loop runs."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + 0.05
            await asyncio.sleep(0.05)
            late_s = loop.time() - due
            self.late_s = max(self.late_s, late_s)
            self.recorder.late(late_s)

    async def watch_pulse(self) -> None:
        """Raises Unavailable when nobody here heard anything for longer than the plan's patience."""
        client, patience_s = self._own[1], self.plan.outage_patience_s
        while True:
            try:
                await client.ask("GET", "/healthz", within_s=min(PULSE_WITHIN_S, patience_s))
                self.recorder.heard_s = time.time()
            except OSError:
                silent_s = time.time() - self.recorder.heard_s
                if silent_s >= patience_s:
                    raise Unavailable(
                        f"the server at {self.plan.address} has not answered for {silent_s:.0f} s"
                    ) from None
            await asyncio.sleep(0.5)

    async def close(self) -> None:
        clients = list(self._own)
        while not self._clients.empty():
            clients.append(self._clients.get_nowait())
        for client in clients:
            client.close()
        await asyncio.sleep(CLOSING_S)


async def examine(plan: RunPlan) -> Facts:
    """The event to hammer and what there is to know. Raises HousefulError in a person's words."""
    http = HttpClient(plan.address)
    identities = Identities(plan, http)
    try:
        config = (await answered(http, "/config", None)).data
        if not isinstance(config, dict) or "holdSeconds" not in config:
            raise Unavailable(f"expected a Houseful at {plan.address}, got something else")
        refuse_real_money(plan, config)
        identity = await identities.next()
        event_id = plan.event_id or await open_event(http, identity)
        event = (await answered(http, f"/events/{event_id}", identity)).data
        if plan.buyers and event["saleState"] != "open":
            raise InvalidRequest(
                f"expected an event on sale, event {event_id} is {event['saleState']}"
            )
        return Facts(
            event_id=event_id,
            event_name=event["name"],
            seats=event["totalSeats"],
            hold_s=event["holdSeconds"],
            max_seats=event["maxSeats"],
            gateway=config["gateway"],
            server_version=str(config.get("version", "")),
            areas=await sold_areas(http, event_id, identity),
            units=tuple(
                SoldUnit(unit["id"], unit["seats"], unit["least"], unit["most"])
                for unit in event.get("units", ())
            ),
            ahead_s=0.0 if plan.address.is_loopback else await clock(http, event_id, identity),
        )
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        raise Unavailable(f"cannot reach {plan.address}: {reason}") from None
    finally:
        http.close()
        await asyncio.sleep(0)


def refuse_real_money(plan: RunPlan, config: dict[str, Any]) -> None:
    live = str(config.get("stripePublishableKey") or "").startswith("pk_live_")
    if live and any(plan.mix.get(fate) for fate in ("pay", "decline", "cancel")):
        raise InvalidRequest(
            "that server takes real money (a live Stripe key): expected --mix without pay, decline"
            " and cancel"
        )


async def answered(http: HttpClient, path: str, identity: Identity | None) -> Reply:
    reply = await http.ask("GET", path, token=identity.token if identity else None)
    if reply.status == 404 and identity:
        raise NotFound(f"there is no {path} at the server")
    if reply.status != 200:
        message = str(reply.json.get("message", ""))
        raise Unavailable(f"GET {path}: expected 200, got {reply.status} {message}".rstrip())
    return reply


async def sold_areas(http: HttpClient, event_id: int, identity: Identity) -> tuple[SoldArea, ...]:
    """The standing areas, with what is for sale in each: what is blocked is not."""
    body = (await answered(http, f"/events/{event_id}/status", identity)).body
    counts = read_areas(body)
    return tuple(SoldArea(area, sum(parts)) for area, parts in sorted(counts.items()))


async def open_event(http: HttpClient, identity: Identity) -> int:
    """The event with the most free seats."""
    events = (await answered(http, "/events", identity)).data
    if not events:
        raise InvalidRequest("the server has no events")
    return int(max(events, key=lambda event: event["availableSeats"])["id"])


async def clock(http: HttpClient, event_id: int, identity: Identity) -> float:
    """How far the server's clock is ahead of ours: by the quickest of a few answers."""
    found = []
    for _ in range(CLOCK_QUESTIONS):
        sent_s = time.time()
        event = (await answered(http, f"/events/{event_id}", identity)).data
        got_s = time.time()
        said_s = parse_iso(event["serverTime"]) / 1000
        found.append((got_s - sent_s, said_s - (sent_s + got_s) / 2))
    return min(found)[1]


def reason_of(error: Exception) -> str:
    """A short word for what went wrong with a connection, to count by."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, HousefulError):
        return error.code
    if isinstance(error, ConnectionError):
        known = type(error) is ConnectionError and str(error)
        return known or type(error).__name__
    return type(error).__name__
