"""One client process's part of a run: people come, act, settle, and are looked at.

`work` is the same alone in the caller's loop and in a process of its own; `Link` is how it speaks
with the process that planned the run.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Coroutine
from typing import Any, Final, Protocol

from houseful.domain.errors import Unavailable
from houseful.hammer.people.buyer import Buyer, Wishes
from houseful.hammer.people.identities import Identity
from houseful.hammer.people.viewer import VirtualViewer
from houseful.hammer.plan import RunPlan
from houseful.hammer.run_context import Facts, RunContext
from houseful.hammer.seat_forms import ChartSeats
from houseful.hammer.verdict.audit import Audit
from houseful.hammer.verdict.record import Batch
from houseful.hammer.verdict.settling import Settling, watch_deadlines

VIEWERS_PER_IDENTITY: Final = 10
"""The server takes 20 sockets of one user on one event and worker."""

COME_WITHIN_S: Final = 30.0
BATCH_EVERY_S: Final = 1.0


class Link(Protocol):
    """To the one who gathers what the processes find."""

    def send(self, batch: Batch) -> None:
        """Hand on what happened."""

    async def meet(self, place: str) -> None:
        """Wait until every process has come to this place."""


class Crowd:
    """Everyone of one process."""

    def __init__(self, hall: RunContext) -> None:
        self.hall = hall
        self.viewers: list[VirtualViewer] = []
        self.buyers: list[Buyer] = []

    async def assemble(self) -> VirtualViewer:
        """Who will watch; gives the scout, whose map the buyers look at and who is never slow and
        never cut off on purpose. Raises NoIdentity, OSError."""
        hall, plan = self.hall, self.hall.plan
        dice = random.Random(plan.seed)
        scout = VirtualViewer(hall, await hall.identities.next())
        who: Identity | None = None
        for number in range(plan.viewers):
            if who is None or number % VIEWERS_PER_IDENTITY == 0:
                who = await hall.identities.next()
            is_slow = number < plan.slow_readers
            by_ticket = dice.random() < plan.ticket_share
            is_binary = dice.random() < plan.binary_share
            self.viewers.append(
                VirtualViewer(hall, who, by_ticket=by_ticket, is_slow=is_slow, is_binary=is_binary)
            )
        return scout

    def admit_buyers(self, scout: VirtualViewer, house: ChartSeats) -> None:
        hall, plan = self.hall, self.hall.plan
        wishes = Wishes(house.first_seat_id, house.count, plan.seed // 64)
        for number in range(plan.buyers):
            dice = random.Random(f"{plan.seed} {number}")
            over_socket = number < round(plan.buyers * plan.socket_share)
            self.buyers.append(Buyer(hall, scout, wishes, dice, over_socket=over_socket))

    def watching(self) -> int:
        return sum(viewer.in_sync.is_set() for viewer in self.viewers)


async def work(plan: RunPlan, facts: Facts, link: Link) -> None:
    """A whole run of one process. Raises HousefulError when it cannot go on."""
    hall = RunContext(plan, facts)
    crowd = Crowd(hall)
    background: list[Coroutine[Any, Any, None]] = [
        hall.watch_loop(),
        hall.watch_pulse(),
        report_loop(crowd, link),
    ]
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(job) for job in background]
            await perform(crowd, link, group, tasks)
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as errors:
        raise first_of(errors) from None
    finally:
        link.send(hall.recorder.take(everything=True))
        await hall.close()


async def perform(
    crowd: Crowd, link: Link, group: asyncio.TaskGroup, tasks: list[asyncio.Task[None]]
) -> None:
    """The acts, in order."""
    hall, plan = crowd.hall, crowd.hall.plan
    scout = await crowd.assemble()
    tasks.append(group.create_task(scout.run()))
    crowd.admit_buyers(scout, await first_map(scout))
    await link.meet("ready")
    begin = asyncio.get_running_loop().time()
    for number, viewer in enumerate(crowd.viewers):
        wait_s = plan.ramp_s * number / len(crowd.viewers)
        tasks.append(group.create_task(later(wait_s, viewer.run())))
    shopping = [
        group.create_task(later(plan.ramp_s * number / len(crowd.buyers), buyer.run()))
        for number, buyer in enumerate(crowd.buyers)
    ]
    tasks.append(group.create_task(watch_deadlines(hall, scout, crowd.buyers)))
    if plan.storm_every_s:
        tasks.append(group.create_task(storms(crowd)))
    await asyncio.sleep(max(0.0, begin + plan.duration_s - asyncio.get_running_loop().time()))
    hall.is_over.set()
    await asyncio.gather(*shopping)
    await link.meet("quiet")
    settling = Settling(hall, scout, crowd.buyers)
    await settling.give_back()
    await link.meet("given back")
    await settling.expect_nothing()
    await link.meet("settled")
    await Audit(hall, [*crowd.viewers, scout], crowd.buyers).examine()
    await link.meet("examined")


async def first_map(scout: VirtualViewer) -> ChartSeats:
    """Which seats there are, once the scout knows. Raises Unavailable."""
    deadline = asyncio.get_running_loop().time() + COME_WITHIN_S
    while scout.node is None or not scout.in_sync.is_set():
        if scout.gone or asyncio.get_running_loop().time() > deadline:
            raise Unavailable(f"no live socket to watch the event: {scout.gone or 'no hello'}")
        await asyncio.sleep(0.02)
    return scout.node.house


async def later(wait_s: float, work: Awaitable[None]) -> None:
    await asyncio.sleep(wait_s)
    await work


async def storms(crowd: Crowd) -> None:
    """Cut a share of the viewers off, all at once, again and again."""
    hall, plan = crowd.hall, crowd.hall.plan
    dice = random.Random(plan.seed)
    while True:
        await asyncio.sleep(plan.storm_every_s)
        if hall.is_over.is_set():
            return
        hall.recorder.count("storms")
        for viewer in crowd.viewers:
            if dice.random() < plan.storm_share:
                viewer.drop()


async def report_loop(crowd: Crowd, link: Link) -> None:
    while True:
        await asyncio.sleep(BATCH_EVERY_S)
        crowd.hall.recorder.batch.watching = crowd.watching()
        link.send(crowd.hall.recorder.take())


def first_of(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    found: BaseException = errors
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
