"""What the whole suite stands on: a real Valkey of its own, and a fresh data directory per test.

`HOUSEFUL_TEST_REDIS_SERVER=/usr/bin/redis-server pytest …` runs everything on that server instead.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from houseful.redis.connection import connect
from houseful.valkey.embedded import EmbeddedValkey
from tests.support.logs import to_standard_error
from tests.support.statements import share_compiled

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 1024**3


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' databases in memory where there is room: every commit waits for its disk.

    What is written and in which order stays the same; no test cuts the machine's power.
    """
    to_standard_error()
    share_compiled()
    if sys.dont_write_bytecode and not hasattr(config, "workerinput"):
        keep_bytecode(config)
    has_choice = config.option.basetemp or os.environ.get("TMPDIR")
    if has_choice or hasattr(config, "workerinput") or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free > ROOM_BYTES:
        place = MEMORY / f"{os.getpid():x}"  # short: the path of a socket may have 107 bytes
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o711)  # PostgreSQL runs as a user of its own
        os.environ["TMPDIR"] = str(place)
        tempfile.tempdir = None  # look at the variable again
        config.add_cleanup(partial(shutil.rmtree, place, ignore_errors=True))


def keep_bytecode(config: pytest.Config) -> None:
    """Let the processes that tests start share what is compiled, out of sight of the checkout.

    Where PYTHONDONTWRITEBYTECODE is set, each of some two hundred compiles all it loads: up to 5 s.
    """
    cache = getattr(config, "cache", None)
    place = cache.mkdir("bytecode") if cache else Path(tempfile.mkdtemp(prefix="bytecode-"))
    if not cache:
        config.add_cleanup(partial(shutil.rmtree, place, ignore_errors=True))
    del os.environ["PYTHONDONTWRITEBYTECODE"]
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(place))


@pytest.fixture(scope="session")
def redis_binary() -> Path | None:
    """The server under test; None means the one that comes with Houseful."""
    chosen = os.environ.get("HOUSEFUL_TEST_REDIS_SERVER")
    return Path(chosen) if chosen else None


@pytest.fixture(scope="session")
def valkey(redis_binary: Path | None) -> Iterator[EmbeddedValkey]:
    """One real server for the session; each pytest-xdist worker has its own."""
    with (
        tempfile.TemporaryDirectory(prefix="houseful-test-") as directory,
        EmbeddedValkey(Path(directory), binary=redis_binary) as running,
    ):
        yield running


@pytest_asyncio.fixture
async def redis_client(valkey: EmbeddedValkey) -> AsyncIterator[Redis]:
    """A client on an empty database; what the test leaves is thrown away with the next FLUSHALL."""
    client = connect(valkey.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Where a server under test may write; new for each test."""
    return tmp_path / "data"


LONGEST = (
    *("test_simulation.py", "test_schemathesis.py", "test_chaos.py", "test_power_loss.py"),
    *("test_contention.py", "test_rolling_restart.py", "test_seats_machine.py"),
    *("test_packaging.py", "test_static_modules.py", "test_failover.py", "test_commands.py"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.path.name not in LONGEST)
