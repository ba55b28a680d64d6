"""One seed: people, faults, quiet, and what is then true.

`simulate(seed)` is the whole of it; the same seed gives the same `Report`, to the byte.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text

from houseful.ledger.catalog import discounts
from houseful.ledger.catalog.events import EventRecord
from houseful.sql.database import Database
from tests.invariants import World, broken
from tests.ledger.halls import add_event, small_hall
from tests.simulation.database import ReadOnlyDatabase
from tests.simulation.faults import Faults, Service
from tests.simulation.gateway import at_once
from tests.simulation.house import House, virtual
from tests.simulation.loop import VirtualLoop
from tests.simulation.observer import Observer
from tests.simulation.people import Crowd
from tests.simulation.seat_server import DirectClient, SeatServer
from tests.support.databases import fresh_sqlite
from tests.support.sessions import writing

STORM_S: Final = (3.0, 8.0)
QUIET_S: Final = 60.0
"""How long the house may take until everything promised is done."""

FOREIGN: Final = "another-house"


@dataclass
class Report:
    """What became of a seed. `problems` is empty when everything held."""

    seed: int
    problems: list[str] = field(default_factory=list)
    trace: str = ""
    lines: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """How to see it again."""
        return f"python -m tests.simulation --seed {self.seed}"


def untouched(_: House) -> Any:
    return nullcontext()


class Simulation:
    """Runs seeds one after another on one Valkey. `lua`: scripts with a guard taken out, by file."""

    def __init__(self, socket: Path, lua: dict[str, str] | None = None) -> None:
        self.server = SeatServer(str(socket), lua)
        self._made = tempfile.TemporaryDirectory(prefix="simulation-")
        self.directory = Path(self._made.name)
        self.template = template()

    def close(self) -> None:
        self.server.close()
        self._made.cleanup()

    def run(
        self, seed: int, *, trace: bool = False, hurt: Callable[[House], Any] = untouched
    ) -> Report:
        """`hurt` takes something out of a house for as long as its context lasts."""
        loop = VirtualLoop()
        dice = random.Random(seed)
        faults = Faults(loop, dice, lines=[] if trace else None)
        self.server.reset()
        report = Report(seed)
        crashes: list[str] = []
        with virtual(loop, seed, crashes):
            house = House(loop, dice, faults, self.server, self.directory, self.template)
            try:
                with hurt(house):
                    loop.run_until_complete(Story(house, report).tell())
            finally:
                _end(loop)
        report.problems += crashes[:3]
        report.trace = faults.digest.hexdigest()
        report.lines = faults.lines or []
        return report


def _end(loop: VirtualLoop) -> None:
    for _ in range(5):
        left = asyncio.all_tasks(loop)
        if not left:
            break
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


class Story:
    """A storm of people and faults, then quiet."""

    def __init__(self, house: House, report: Report) -> None:
        self._house, self._report = house, report
        self._dice, self._faults = house.dice, house.faults
        self._crowd = Crowd(house, house.dice)
        self._observer = Observer(house)

    async def tell(self) -> None:
        house, dice, report = self._house, self._dice, self._report
        loop = house.loop
        for _ in range(dice.choice([1, 1, 1, 2])):
            house.start_process()
        if dice.random() < 0.2:
            house.account.stray(FOREIGN, 1, loop.wall_ms())
        for service in Service:
            self._faults.faulty[service] = dice.choice([0, 0, 0.01, 0.05])
        people = [
            loop.create_task(self._crowd.buyer(f"user{n}")) for n in range(dice.randrange(2, 6))
        ]
        if dice.random() < 0.3:
            people.append(loop.create_task(self._crowd.staff()))
        watch = loop.create_task(self._observer.run())
        storm = loop.create_task(self._storm(dice.uniform(*STORM_S)))
        await storm
        await asyncio.wait(people, timeout=8)
        for person in people:
            person.cancel()
        await asyncio.gather(*people, return_exceptions=True)
        await self._quiet()
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        report.problems += self._observer.problems + self._crowd.problems
        report.counts = {"journal": len(house.server.journal), "answers": len(self._crowd.answers)}

    async def _storm(self, seconds: float) -> None:
        loop, dice = self._house.loop, self._dice
        end = loop.time() + seconds
        while loop.time() < end:
            await asyncio.sleep(dice.uniform(0.3, 3))
            name = dice.choices(list(FAULTS), list(FAULTS.values()))[0]
            self._faults.note("fault", name)
            self._faults.fault()
            await getattr(self, f"_{name}")()
        self._faults.clear()
        self._house.server.is_readonly = False
        while len(self._house.alive) < 1:
            self._house.start_process()

    async def _kill(self) -> None:
        if self._house.alive:
            self._house.kill(self._dice.choice(self._house.alive))
        await asyncio.sleep(self._dice.uniform(0, 2))
        self._house.start_process()

    async def _restart_seats(self) -> None:
        self._house.server.restart()

    async def _wipe_seats(self) -> None:
        self._house.server.restart(0)

    async def _lose_power(self) -> None:
        """Worker and Redis at once; Redis lacks a part of its last second."""
        house, dice = self._house, self._dice
        for process in house.alive:
            house.kill(process)
        journal, now = house.server.journal, house.loop.wall_ms()
        cut_ms = now - dice.randrange(0, 1_000)
        house.server.restart(sum(at_ms <= cut_ms for at_ms, _ in journal))
        await asyncio.sleep(dice.uniform(0, 1.5))
        house.start_process()

    async def _roll_back_seats(self) -> None:
        """A replica that lacked the last writes took over; the processes live on."""
        server, dice = self._house.server, self._dice
        server.restart(max(0, len(server.journal) - dice.randrange(1, 30)))

    async def _refuse_writes(self) -> None:
        self._house.server.is_readonly = True
        await asyncio.sleep(self._dice.uniform(0.2, 2.5))
        self._house.server.is_readonly = False
        self._faults.fault()

    async def _go_away(self) -> None:
        service = self._dice.choice(list(Service))
        seconds = self._dice.uniform(0.2, 4)
        self._faults.away[service] = self._house.loop.time() + seconds
        self._faults.note(service, "away", f"{seconds:.3f}")
        await asyncio.sleep(seconds)
        self._faults.fault()

    async def _back_up(self) -> None:
        self._house.back_up()

    async def _restore(self) -> None:
        if await self._house.restore():
            self._crowd.answers.clear()
            self._observer.begin_anew()
            self._house.start_process()

    async def _quiet(self) -> None:
        """Everything promised is done within `QUIET_S`; later every hold has ended."""
        loop = self._house.loop
        end = loop.time() + QUIET_S
        problems = ["never looked"]
        while problems and loop.time() < end:
            await asyncio.sleep(3)
            problems = await self._problems()
        if not problems:
            loop.elapsed_s += 600
            self._faults.fault()
            await asyncio.sleep(5)
            problems = self._observer.held() + await self._problems()
            problems += await self._observer.unsent(self._world())
        await self._crowd.leave()
        for process in self._house.alive:
            self._house.kill(process)
        await self._house.bury()
        self._report.problems += problems

    async def _problems(self) -> list[str]:
        world = self._world()
        return await broken(world) + await self._observer.at_rest(world)

    def _world(self) -> World:
        house = self._house
        straight = DirectClient(house.server, house.loop)
        account = at_once(house.account.gateway.list_since(0))
        return World(ReadOnlyDatabase(house.file), straight, account, dict(self._crowd.answers))  # type: ignore[arg-type]


FAULTS: Final = {
    "kill": 4,
    "restart_seats": 2,
    "wipe_seats": 1,
    "lose_power": 3,
    "roll_back_seats": 2,
    "refuse_writes": 2,
    "go_away": 4,
    "back_up": 3,
    "restore": 3,
}
"""Fault → how often, beside the others."""


@cache
def template() -> tuple[Path, EventRecord, str]:
    """A migrated database with one small event on sale, the same in every process."""
    directory = Path(tempfile.mkdtemp(prefix="simulation-template-"))
    url = fresh_sqlite(directory)

    async def fill() -> EventRecord:
        database = Database(url)
        event = await add_event(database, small_hall(rows=1, seats=6))
        async with writing(database) as session:
            await discounts.add(session, code="SAVE", percent=10, max_uses=3)
            await session.execute(text("UPDATE house SET house_id = 'this-house'"))
        await database.close()
        return event

    event = asyncio.run(fill())
    return directory / "houseful.db", event, "this-house"
