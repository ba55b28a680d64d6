"""The end of a run: what is still held is given back, and what was left must end by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, Final

from houseful.hammer.people.buyer import Buyer
from houseful.hammer.people.identities import Identity
from houseful.hammer.people.viewer import VirtualViewer
from houseful.hammer.run_context import RunContext, reason_of
from houseful.hammer.verdict.record import RecordedHold
from houseful.hammer.verdict.seat_map import Node

AT_ONCE: Final = 8
LOOK_EVERY_S: Final = 0.1


class Settling:
    """First everything is given back, then nobody may hold anything."""

    def __init__(self, hall: RunContext, scout: VirtualViewer, buyers: Sequence[Buyer]) -> None:
        self._hall = hall
        self._scout = scout
        self._buyers = buyers

    async def give_back(self) -> None:
        """What was kept, what nobody is sure of, and what would end too late to be waited for."""
        kept = [pair for buyer in self._buyers for pair in buyer.kept]
        left = [pair for buyer in self._buyers for pair in buyer.left]
        patience_s = self._hall.plan.expiry_patience_s
        too_long = [pair for pair in left if pair[1].deadline_s - time.time() > patience_s]
        waiting = [pair[1] for pair in left if pair[1].deadline_s - time.time() <= patience_s]
        self._hall.recorder.count("holds.left_too_long_to_wait", len(too_long))
        await self._each(self._give_back, [*kept, *too_long])
        for _, hold in kept:
            self._hall.recorder.batch.holds.append(hold)
        await self._each(self._give_all_back, ((who,) for who in self._unsure().values()))
        await self._see_them_end(waiting)

    async def expect_nothing(self) -> None:
        """Ask as everyone who left or kept something, or may have."""
        holders = self._unsure()
        for buyer in self._buyers:
            holders.update((who.user, who) for who, _ in (*buyer.kept, *buyer.left))
        await self._each(self._expect_nothing_held, ((who,) for who in holders.values()))

    def _unsure(self) -> dict[str, Identity]:
        return {who.user: who for buyer in self._buyers for who in buyer.unsure}

    async def _see_them_end(self, holds: Sequence[RecordedHold]) -> None:
        """Until they are gone from the map, or `watch_deadlines` has said that they are not."""
        last_s = max((hold.deadline_s for hold in holds), default=0.0)
        await asyncio.sleep(max(0.0, last_s - time.time()))
        given_up_s = last_s + self._hall.plan.late_s + self._hall.late_s + 2 * LOOK_EVERY_S
        while time.time() < given_up_s:
            node = self._scout.node
            if node is not None and not any(True for hold in holds for _ in overdue(hold, node)):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _each(
        self, act: Callable[..., Awaitable[None]], asked: Iterable[tuple[Any, ...]]
    ) -> None:
        """`act` with each of these, a few at once."""
        todo = list(asked)

        async def some() -> None:
            while todo:
                try:
                    await act(*todo.pop())
                except OSError as error:
                    self._hall.recorder.error(f"settle.{reason_of(error)}")

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))

    async def _give_back(self, who: Identity, hold: RecordedHold) -> None:
        hold.ended_s = min(time.time(), hold.deadline_s)
        reply = await self._hall.ask(who, "DELETE", f"{self._path}/{hold.reservation_id}")
        if reply.status >= 300 and reply.code not in ("expired", "released"):
            self._hall.recorder.error(f"release.{reply.code}")

    async def _give_all_back(self, who: Identity) -> None:
        for reservation in await self._held(who):
            if reservation["status"] == "ACTIVE":
                await self._hall.ask(who, "DELETE", f"{self._path}/{reservation['id']}")

    async def _expect_nothing_held(self, who: Identity) -> None:
        for reservation in await self._held(who):
            self._hall.recorder.fault(
                "holds",
                f"{who.user} still has reservation {reservation['id']}"
                f" ({reservation['status']}, seats {reservation['seatIds']})",
            )

    async def _held(self, who: Identity) -> list[dict[str, Any]]:
        reply = await self._hall.ask(who, "GET", self._path)
        if reply.status != 200:
            raise ConnectionError(f"reservations_{reply.status}")
        return [item for item in reply.data if item["status"] in ("ACTIVE", "PAYING")]

    @property
    def _path(self) -> str:
        return f"/events/{self._hall.facts.event_id}/reservations"


async def watch_deadlines(hall: RunContext, scout: VirtualViewer, buyers: Sequence[Buyer]) -> None:
    """See that each abandoned hold is gone from the map a second after its deadline.

    While the scout is cut off nothing is to be seen, and a server that has just come back has to
    clear up first: the look is put off.
    """
    looked = [0] * len(buyers)
    waiting: list[tuple[float, int, RecordedHold]] = []
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        for number, buyer in enumerate(buyers):
            for _, hold in buyer.left[looked[number] :]:
                heappush(waiting, (hold.deadline_s, id(hold), hold))
            looked[number] = len(buyer.left)
        due_s = time.time() - hall.plan.late_s - hall.late_s
        if scout.node is None or not scout.in_sync.is_set() or scout.since_s > due_s:
            continue
        while waiting and waiting[0][0] < due_s:
            for fault in overdue(heappop(waiting)[2], scout.node):
                hall.recorder.fault("holds", fault)


def overdue(hold: RecordedHold, node: Node) -> Iterator[str]:
    """Seats that still show this hold. Redis that lost its data (a new epoch) has lost it too."""
    if hold.ended_s is None and hold.epoch == node.house.epoch:
        late_s = time.time() - hold.deadline_s
        for seat, version in hold.seats:
            if node.version(seat) == version:
                yield f"seat {seat} is still held {late_s:.1f} s after its deadline"
