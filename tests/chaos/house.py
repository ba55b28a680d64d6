"""Two real worker processes on a Redis and a database that can be hurt: what the chaos runs on."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from houseful.domain.errors import ConfigurationError
from houseful.process import restoring
from houseful.process.supervisor import WorkerProcess
from houseful.settings import Settings
from houseful.transport.listening import address_of, listen
from houseful.valkey.embedded import find_binary
from tests.support.databases import fresh_postgresql, fresh_sqlite, shared_postgres
from tests.support.fault_proxy import FaultProxy
from tests.support.redis_cluster import (
    Node,
    RedisCluster,
    Sentinels,
    running_cluster,
    running_sentinels,
)
from tests.support.serving import Server

CHECKOUT = Path(__file__).resolve().parent.parent.parent
WORKERS = 2
START_WITHIN_S = 30.0
SECRET = "a secret that only the chaos knows"
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("not-installed"))
"""The one for threads: the other makes each step between threads ten times as slow."""

Store = Node | RedisCluster | Sentinels


@dataclass
class House:
    """Everything that can be hurt, and the ways into it."""

    settings: Settings
    environment: dict[str, str]
    store: Store
    redis_proxy: FaultProxy | None
    sql_proxy: FaultProxy | None
    hold_seconds: int = 5
    workers: list[WorkerProcess] = field(default_factory=list)
    sockets: list[object] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    store_url: str = ""

    @property
    def server(self) -> Server:
        """The first worker, as other tests know a server."""
        return Server(self.urls[0], self.settings, self.store_url, None, lambda: None)

    @property
    def nodes(self) -> list[Node]:
        """The data nodes."""
        if isinstance(self.store, Node):
            return [self.store]
        if isinstance(self.store, Sentinels):
            return [self.store.primary, self.store.replica]
        return self.store.nodes

    async def start_worker(self, number: int, extra: Mapping[str, str] | None = None) -> None:
        """Start it (anew) and wait until it serves."""
        worker = WorkerProcess(self.sockets[number], {**self.environment, **(extra or {})})  # type: ignore[arg-type]
        self.workers[number] = worker
        worker.start()
        deadline = time.monotonic() + START_WITHIN_S
        while not await asyncio.to_thread(worker.is_ready, 0.2):
            assert time.monotonic() < deadline, f"worker {number} did not come up"
            if (
                worker.exit_code is not None
            ):  # what it stands on may be away: as the supervisor does
                worker.end(0)
                worker.start()

    def back_up(self, file: Path) -> None:
        """`houseful backup`, while everything goes on."""
        restoring.back_up(self._plainly(), file)

    async def restore(self, file: Path) -> None:
        """`houseful restore`: no worker runs meanwhile; what was sold since is forgotten."""
        for number in range(WORKERS):
            await self.end_worker(number, signal.SIGTERM)
        deadline = time.monotonic() + START_WITHIN_S
        while True:
            try:
                await asyncio.to_thread(restoring.restore, self._plainly(), file, replace=True)
                break
            except ConfigurationError:  # their beats are young still
                assert time.monotonic() < deadline
                await asyncio.sleep(0.5)
        for number in range(WORKERS):
            await self.start_worker(number)

    def _plainly(self) -> Settings:
        """With Redis as it is reached without a proxy."""
        return self.settings.model_copy(update={"redis_url": SecretStr(self.store_url)})

    async def end_worker(self, number: int, how: int, within_s: float = 20.0) -> None:
        worker = self.workers[number]
        worker.tell(how)
        await asyncio.to_thread(worker.end, time.monotonic() + within_s)


@contextmanager
def running_store(kind: str, directory: Path, binary: Path | None) -> Iterator[Store]:
    """`redis`, `cluster` or `sentinel`; each keeps what it has over a kill."""
    if kind == "cluster":
        options = {"appendonly": "yes"}
        with running_cluster(directory, replicas=1, binary=binary, **options) as cluster:
            yield cluster
    elif kind == "sentinel":
        with running_sentinels(directory, binary) as trio:
            yield trio
    else:
        node = Node(directory / "redis", {}, binary or find_binary())
        node.start()
        try:
            yield node
        finally:
            node.kill()


@asynccontextmanager
async def standing_house(
    directory: Path,
    *,
    store: str,
    database: str,
    binary: Path | None = None,
    seed: int = 0,
    hold_seconds: int = 5,
) -> AsyncIterator[House]:
    """Two workers, up; everything is taken down at the end."""
    with running_store(store, directory / "store", binary) as running:
        if database == "postgresql":
            sql_url = await asyncio.to_thread(lambda: fresh_postgresql(shared_postgres()))
        else:
            sql_url = fresh_sqlite(directory)
        settings = Settings(
            data_dir=directory / "data",
            database_url=SecretStr(sql_url),
            jwt_secret=SecretStr(SECRET),
            max_seats=10,
        )
        house = House(settings, {}, running, None, None, hold_seconds)
        house.store_url = (
            f"redis://127.0.0.1:{running.port}" if isinstance(running, Node) else running.url
        )
        try:
            await _open(house, seed)
            yield house
        finally:
            await _close(house)


async def _open(house: House, seed: int) -> None:
    redis_url, sql_url = house.store_url, house.settings.sql_url()
    if isinstance(house.store, Node):
        house.redis_proxy = FaultProxy("127.0.0.1", house.store.port, seed=seed)
        await house.redis_proxy.__aenter__()
        redis_url = f"redis://127.0.0.1:{house.redis_proxy.port}"
    if sql_url.startswith("postgresql"):
        port = shared_postgres().port
        house.sql_proxy = FaultProxy("127.0.0.1", port, seed=seed)
        await house.sql_proxy.__aenter__()
        sql_url = sql_url.replace(f":{port}/", f":{house.sql_proxy.port}/")
    house.environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOUSEFUL_")},
        "PYTHONPATH": str(CHECKOUT),
        "REDIS_URL": redis_url,
        "DATABASE_URL": sql_url,
        "HOUSEFUL_DATA_DIR": str(house.settings.data_dir),
        "HOUSEFUL_JWT_SECRET": SECRET,
        "HOUSEFUL_HOLD_SECONDS": str(house.hold_seconds),
        "HOUSEFUL_MAX_SEATS": "10",
        "HOUSEFUL_WORKERS": str(WORKERS),
        "HOUSEFUL_RESERVATIONS_PER_MINUTE": "1000000",
        "HOUSEFUL_DEMO_PAYMENT_DELAY_MS": "20",
        "HOUSEFUL_LOG_LEVEL": "error",
    }
    for number in range(WORKERS):
        (listening,) = listen("127.0.0.1", 0, 1)
        house.sockets.append(listening)
        house.urls.append(address_of(listening))
        house.workers.append(WorkerProcess(listening, {}))
        await house.start_worker(number)


async def _close(house: House) -> None:
    for worker in house.workers:
        if worker.exit_code is None:
            worker.tell(signal.SIGCONT)
            worker.tell(signal.SIGKILL)
        worker.end(0)
    for proxy in (house.redis_proxy, house.sql_proxy):
        if proxy is not None:
            await proxy.__aexit__()
    for listening in house.sockets:
        listening.close()  # type: ignore[attr-defined]


def copy_of(node: Node, name: str) -> Path:
    """Copy the append-only files as they are, a prefix of what the server wrote."""
    target = node.directory.with_name(f"{node.directory.name}-{name}")
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(node.directory / "appendonlydir", target)
    return target


def put_back(node: Node, files: Path | None) -> None:
    """Instead of what a stopped server has: older files, or none."""
    place = node.directory / "appendonlydir"
    shutil.rmtree(place, ignore_errors=True)
    if files is not None:
        shutil.copytree(files, place)
