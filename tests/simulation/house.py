"""A house of one event and up to two processes of the real product, over stores that outlive them.

Owns: starting and killing processes, power cuts, restores, and the scaled times. A process that is
killed runs no `finally` that reaches a store: its calls never land, but for those under way.
"""

from __future__ import annotations

import asyncio
import copy
import random
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from unittest import mock

import structlog

from houseful.checkout import checkout as checkout_module
from houseful.checkout import reconciler
from houseful.checkout.checkout import Checkout
from houseful.checkout.checkout_context import CheckoutContext, Terms
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.upkeep import history
from houseful.realtime.live_event import LiveEvent
from houseful.sales import catalog as catalog_module
from houseful.sales import deadlines as deadlines_module
from houseful.sales.catalog import Catalog
from houseful.sales.deadlines import Deadlines
from houseful.sql.session import run
from houseful.staff import blocking as blocking_module
from houseful.staff.blocking import Blocking
from houseful.store.deadline_index import DeadlineIndex
from houseful.store.scripts import Scripts
from houseful.store.seats import SeatStore
from houseful.store.staff_events import StaffEventStore
from tests.simulation.database import SimulatedDatabase, engine_of, put_in_place
from tests.simulation.faults import Faults
from tests.simulation.gateway import GatewayAccount, GatewayClient
from tests.simulation.loop import OWNER, Tasks, VirtualLoop
from tests.simulation.seat_server import SeatServer, SimulatedRouter

TERMS: Final = Terms(
    pay_ms=6_000, action_ms=5_000, lease_ms=4_000, answer_within_s=4.0, max_seats=4
)
HOLD_MS: Final = 8_000
SCALED: Final = {
    (checkout_module, "POLL_S"): 2.3,
    (checkout_module, "TURNS_EVERY_S"): 4.0,
    (reconciler, "SEATS_EVERY_MS"): 4_000,
    (reconciler, "MONEY_EVERY_MS"): 5_000,
    (reconciler, "YOUNG_MS"): 2_000,
    (reconciler, "OVERLAP_MS"): 3_000,
    (deadlines_module, "LOOK_S"): 0.9,
}
"""The product's slow clocks, so that minutes of it are seconds here."""

LOOK_S: Final = 1.3
"""How often a viewer's event is rung though no bell was heard."""

CRASHES: Final = frozenset(
    "checkout_cannot_go_on promise_failed background_work_failed sweep_crashed".split()
)
"""Log lines of supervisors that caught a bug."""


@dataclass(eq=False)
class Process:
    """One worker: the product's own objects, wired as `houseful.app` wires them."""

    house: House
    name: str
    skew_ms: int
    calls: dict[asyncio.TimerHandle, None] = field(default_factory=dict)
    tasks: Tasks = field(default_factory=dict)
    is_alive: bool = True

    def __post_init__(self) -> None:
        house = self.house
        faults = house.faults
        self.router = SimulatedRouter(house.server, faults, self)
        scripts = house.scripts_on(self.router)
        self.database = SimulatedDatabase(house.file, faults, self)
        self.seats = SeatStore(None, scripts=scripts)  # type: ignore[arg-type]
        self.catalog = Catalog(self.database, self.seats)
        self.checkout = Checkout(
            CheckoutContext(
                self.database,
                self.seats,
                GatewayClient(house.account, faults, self),
                open_event=self.catalog.open_event,
                terms=TERMS,
                now_ms=self.now_ms,
                record=lambda what, facts: None,
            ),
            {"email": self._mail, "notice": self._mail},
        )
        self.catalog.doubted = self.checkout.compare_soon
        self.deadlines = Deadlines(
            self.seats,
            DeadlineIndex(None, scripts=scripts),  # type: ignore[arg-type]
            self.database,
            self.now_ms,
            lapsed=self.checkout.lapsed,
            renew=self.catalog.renew_event,
        )
        self.router.other_server = self.deadlines.survey_soon
        self.blocking = Blocking(self.database, self.seats, self.catalog)
        self.live: LiveEvent | None = None

    def now_ms(self) -> int:
        return self.house.loop.wall_ms() + self.skew_ms

    async def _mail(self, job: Any, booking: Any) -> None:
        await asyncio.sleep(self.house.dice.uniform(0.01, 0.3))
        self.house.mails.append((booking.reference, job.payload.get("about")))

    def start(self) -> None:
        for work in (
            self.deadlines.run,
            self.deadlines.run_surveys,
            self.checkout.run_completer,
            self.checkout.run_outbox,
            self.checkout.run_reconciler,
            self._watch,
        ):
            self.spawn(work())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """A task that dies with this process."""
        before = OWNER.set(self.tasks)
        try:
            return asyncio.get_running_loop().create_task(work)
        finally:
            OWNER.reset(before)

    async def _watch(self) -> None:
        event_seats = await self._patiently(lambda: self.catalog.house(self.house.event.id))
        staff_events = StaffEventStore.__new__(StaffEventStore)
        live = LiveEvent(
            event_seats,
            self.seats,
            self.catalog,
            staff_events,
            frame_interval_s=0.025,
            clock=self.now_ms,
        )
        self.live = live
        self.spawn(live.run())
        while True:
            await asyncio.sleep(LOOK_S)
            live.ring()

    async def _patiently(self, work: Callable[[], Awaitable[Any]]) -> Any:
        while True:
            try:
                return await work()
            except Exception:  # noqa: BLE001 - SQL may be away at a start
                await asyncio.sleep(0.3)

    def kill(self) -> None:
        """As SIGKILL: what was on its way may arrive, or not."""
        self.is_alive = False
        for call in list(self.calls):
            if self.house.dice.random() < 0.5:
                call.cancel()
                self.house.faults.note(self.name, "call dies")
        self.calls.clear()
        self.router.send = self.database.transact = self.database.query = _dead  # type: ignore[assignment,method-assign]
        for task in list(self.tasks):
            task.cancel()
        self.house.dying.append(self)


async def _dead(*_: Any, **__: Any) -> Any:
    raise asyncio.CancelledError


class House:
    """Everything that outlives a process."""

    def __init__(
        self,
        loop: VirtualLoop,
        dice: random.Random,
        faults: Faults,
        server: SeatServer,
        directory: Path,
        template: tuple[Path, EventRecord, str],
    ) -> None:
        self.loop, self.dice, self.faults, self.server = loop, dice, faults, server
        self.directory = directory
        self.file = directory / "books.db"
        source, self.event, self.house_id = template
        put_in_place(source, self.file)
        self.account = GatewayAccount(loop.wall_ms)
        self.mails: list[tuple[str, str | None]] = []
        self.processes: list[Process] = []
        self.dying: list[Process] = []
        self.crashes: list[str] = []
        self.restores = 0
        self._count = 0
        self._backup: Path | None = None
        server.bell = self._ring

    def _ring(self) -> None:
        """One notification in five is lost."""
        for process in self.alive:
            if process.live is not None and self.dice.random() < 0.8:
                self.loop.call_later(self.dice.uniform(0.002, 0.05), process.live.ring)

    def scripts_on(self, router: SimulatedRouter) -> Scripts:
        scripts = copy.copy(self.server.scripts)
        scripts.router = router  # type: ignore[assignment]
        return scripts

    @property
    def alive(self) -> list[Process]:
        return [process for process in self.processes if process.is_alive]

    def start_process(self) -> Process:
        self._count += 1
        skew_ms = self.dice.choice([0, 0, 0, -700, 900])
        process = Process(self, f"w{self._count}", skew_ms)
        self.processes.append(process)
        self.faults.note(process.name, "starts", skew_ms)
        process.start()
        return process

    def kill(self, process: Process) -> None:
        self.faults.note(process.name, "killed")
        self.faults.fault()
        self.processes.remove(process)
        process.kill()

    async def bury(self) -> None:
        """Let the tasks of the dead end, so that none outlives the run."""
        for process in self.dying:
            while process.tasks:
                for task in list(process.tasks):
                    task.cancel()
                await asyncio.sleep(0)
        self.dying.clear()

    def back_up(self) -> None:
        """As `houseful backup`, between two transactions."""
        self._backup = self.directory / "backup.db"
        self._backup.unlink(missing_ok=True)
        connection = engine_of(self.file).raw_connection()
        connection.cursor().execute("VACUUM INTO ?", (str(self._backup),))
        self.faults.note("backup")

    async def restore(self) -> bool:
        """As `houseful restore`: nothing runs, the older books are put in place, Redis is emptied."""
        if self._backup is None:
            return False
        for process in self.alive:
            self.kill(process)
        await self.bury()
        put_in_place(self._backup, self.file)
        with engine_of(self.file).begin() as connection:
            run(history.renew, connection)
        self.server.reset()
        self.restores += 1
        self.faults.note("restored")
        self.faults.fault()
        return True


@contextmanager
def virtual(loop: VirtualLoop, seed: int, crashes: list[str]) -> Iterator[None]:
    """Every clock, every random value and every slow pace of the product, for one run."""
    dice = random.Random(f"secrets {seed}")

    def hexadecimal(size: int = 32) -> str:
        return dice.randbytes(size).hex()

    def hear(_: object, method: str, entry: dict[str, Any]) -> Any:
        if entry.get("event") in CRASHES:
            crashes.append(f"{entry['event']}: {entry.get('exc_info') or entry}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[_with_exception, hear],
        wrapper_class=structlog.BoundLogger,
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=False,
    )
    random.seed(seed)
    patches = [mock.patch.object(*place, value) for place, value in SCALED.items()]
    patches += [
        mock.patch("secrets.token_hex", hexadecimal),
        mock.patch.object(deadlines_module, "monotonic", loop.time),
        mock.patch.object(catalog_module, "monotonic", loop.time),
        mock.patch.object(blocking_module, "clock_ms", loop.wall_ms),
    ]
    for patch in patches:
        patch.start()
    try:
        yield
    finally:
        for patch in patches:
            patch.stop()
        structlog.configure(**before)


def _with_exception(_: object, method: str, entry: dict[str, Any]) -> Any:
    if entry.get("exc_info"):
        entry["exc_info"] = traceback.format_exc()
    return entry
