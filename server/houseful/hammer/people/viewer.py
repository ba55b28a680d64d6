"""One viewer: a live socket whose frames are folded into a map, and that comes back where it was."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any, Final

from houseful.domain.errors import HousefulError, told_of
from houseful.hammer.client.live_socket import (
    ABNORMAL,
    BINARY,
    ClientSocket,
    message_of,
    open_socket,
    payload_of,
)
from houseful.hammer.people.identities import Identity
from houseful.hammer.run_context import RunContext, reason_of
from houseful.hammer.seat_forms import AreaCounts, areas_of, is_seats, read_binary_areas, read_seats
from houseful.hammer.verdict import verdict
from houseful.hammer.verdict.seat_map import Node

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 2.0
DO_NOT_COME_BACK: Final = 4500
STALLS_S, READ_S = (5.0, 8.0, 20.0), 4.0
"""How long a slow reader reads nothing, and then everything; over 10 s the server may close it."""

SMALL_BUFFER: Final = 8 * 1024
"""A slow reader's receive buffer: the kernel must not read in its place."""

FETCH_TRIES: Final = 5


class VirtualViewer:
    """Watches until cancelled. `node` is its map; it is current while `in_sync` is set."""

    def __init__(
        self,
        hall: RunContext,
        identity: Identity,
        *,
        by_ticket: bool = False,
        is_slow: bool = False,
        is_binary: bool = False,
    ) -> None:
        self.node: Node | None = None
        self.in_sync = asyncio.Event()
        self.since_s = 0.0
        """Since when it is in sync, if it is."""
        self.gone = ""
        """Why it may not come back; empty while it may."""
        self._hall = hall
        self._identity = identity
        self._by_ticket = by_ticket
        self._is_slow = is_slow
        self._is_binary = is_binary
        self._socket: ClientSocket | None = None
        self._early: list[bytes] | None = []
        """Frames that came before the map they belong on; None once it is there."""
        self._replayed = 0
        """Frames up to this seq were sent again after a resume: their arrival is no push."""
        self._lost_s: float | None = None
        self._ended = asyncio.Event()
        self._fetching: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Come, watch, come back when sent away."""
        pause_s = FIRST_PAUSE_S
        try:
            while not self.gone:
                begun_s = time.time()
                try:
                    await self._visit()
                except (OSError, HousefulError) as error:
                    self._hall.recorder.error(f"viewer.{reason_of(error)}")
                lasted = time.time() - begun_s > LONGEST_PAUSE_S
                pause_s = FIRST_PAUSE_S if lasted else min(2 * pause_s, LONGEST_PAUSE_S)
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
        finally:
            self._forget()
            if self._socket is not None:
                self._socket.close()

    def drop(self) -> None:
        """Cut the connection, as a network that fails does."""
        if self._socket is not None:
            self._socket.abort()

    async def _visit(self) -> None:
        self._early, self._ended = [], asyncio.Event()
        begin = time.perf_counter()
        ticket = await self._ticket() if self._by_ticket else ""
        node = self.node
        self._socket = await open_socket(
            self._hall.plan.address,
            self._hall.facts.event_id,
            self,
            token=self._identity.token,
            ticket=ticket,
            since=(node.house.epoch, node.seq) if node else None,
            is_binary=self._is_binary,
            receive_buffer=SMALL_BUFFER if self._is_slow else 0,
        )
        self._hall.recorder.latency("connect", time.perf_counter() - begin)
        stalling = (
            asyncio.create_task(self._stall(self._socket.transport)) if self._is_slow else None
        )
        try:
            await self._ended.wait()
        finally:
            self._forget()
            if stalling:
                stalling.cancel()

    async def _ticket(self) -> str:
        reply = await self._hall.ask(self._identity, "POST", "/ws-tickets")
        if reply.status != 201:
            raise ConnectionError(f"ticket_{reply.status}")
        return str(reply.data["ticket"])

    async def _stall(self, transport: asyncio.Transport) -> None:
        """Stop reading, read again, until the run is over."""
        while not self._hall.is_over.is_set() and not transport.is_closing():
            transport.pause_reading()
            self._hall.recorder.count("viewers.stalls")
            await self._over_within(random.choice(STALLS_S))
            if not transport.is_closing():
                transport.resume_reading()
            await self._over_within(READ_S)

    async def _over_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._hall.is_over.wait()
        except TimeoutError:
            return

    def got(self, frame: bytes) -> None:
        node = self.node
        if node is not None and self._early is None:
            after = node.after.get(frame)
            if after is not None:
                self.node = after
                self._arrived(frame, after)
                return
        try:
            if is_seats(frame):
                self._fold(frame)
            elif frame[0] == BINARY:
                self._count_areas(read_binary_areas(payload_of(frame)))
            else:
                self._understand(message_of(frame))
        except (HousefulError, KeyError, TypeError, ValueError) as error:
            self._hall.recorder.fault("maps", f"a frame cannot be understood: {told_of(error)}")

    def closed(self, code: int, reason: str) -> None:
        if self.in_sync.is_set():
            self._lost_s = time.time()
        self.in_sync.clear()
        if code != ABNORMAL:
            self._hall.recorder.error(f"viewer.closed_{code}")
        if code >= DO_NOT_COME_BACK:
            self.gone = f"{code} {reason}"
        self._ended.set()

    def _understand(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "hello":
            self._hall.recorder.count("viewers.hellos")
            if message["resumed"] and self.node is not None:
                self._replayed = message["seq"]
                self._hall.recorder.count("viewers.resumed")
                self._is_current()
            else:
                self._fetch(message["seq"])
        elif kind == "resync":
            self._hall.recorder.count("viewers.resyncs")
            self._fetch(message["seq"])

        elif kind == "areas":
            self._count_areas(areas_of(message))

    def _count_areas(self, counts: AreaCounts) -> None:
        """At every moment the places of an area are free, held or booked, and no more are there."""
        self._hall.recorder.count("frames.areas")
        places = {one.id: one.places for one in self._hall.facts.areas if one.id in counts}
        for fault in verdict.miscounted(places, counts, ()):
            self._hall.recorder.fault("areas", fault)

    def _fold(self, frame: bytes) -> None:
        """One that nobody folded from here yet."""
        if self._early is not None:
            self._early.append(frame)
            return
        before = self.node
        after = self._hall.maps.fold(before, frame) if before else None
        if after is None:
            self._fetch(0)
        elif after is not before:
            self.node = after
            self._arrived(frame, after)

    def _arrived(self, frame: bytes, after: Node) -> None:
        recorder = self._hall.recorder
        recorder.batch.counts["frames"] += 1
        if self._is_slow or after.seq <= self._replayed:
            return
        now_s = time.time()
        if not recorder.arrived(frame, now_s):
            _, changes = read_seats(frame, after.house) or (0, [])
            recorder.opened(frame, tuple(changes), now_s)

    def _fetch(self, at_least: int) -> None:
        self._forget()
        self.in_sync.clear()
        self._early = []
        self._fetching = asyncio.create_task(self._refetch(at_least))

    async def _refetch(self, at_least: int) -> None:
        """The whole map, then what came meanwhile. When it cannot be had, begin anew."""
        try:
            for _ in range(FETCH_TRIES):
                node = await self._hall.status(self._identity, self.node)
                self.node = node
                if node.seq >= at_least:
                    break
                self._hall.recorder.error("viewer.status_is_behind_hello")
                await asyncio.sleep(0.05)
        except (OSError, HousefulError) as error:
            self._hall.recorder.error(f"viewer.{reason_of(error)}")
            self.drop()
            return
        self._replayed = self.node.seq if self.node else 0
        early, self._early = self._early or [], None
        self._is_current()
        for frame in early:
            self.got(frame)

    def _is_current(self) -> None:
        self._early = None
        if self._lost_s is not None:
            self._hall.recorder.latency("resync", time.time() - self._lost_s)
            self._lost_s = None
        if not self.in_sync.is_set():
            self.since_s = time.time()
        self.in_sync.set()

    def _forget(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            self._fetching = None
