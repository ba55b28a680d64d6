"""`houseful serve --workers 2` is told to replace its workers while buyers pay: every purchase ends well."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from houseful.settings import Settings
from houseful.valkey.embedded import find_running
from tests.chaos.buyers import Board, Buyer, Tally
from tests.support.plain_http import PlainClient
from tests.support.serving import Sale, Server, eventually, small_plan

BUYERS = 6
PATIENCE_S = 40.0
SECRET = "a secret of the rolling restart test"
CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture
def served(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """(the supervisor, its address, its log)."""
    log = data_dir.with_suffix(".log")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HOUSEFUL_")},
        "HOUSEFUL_DATA_DIR": str(data_dir),
        "HOUSEFUL_JWT_SECRET": SECRET,
        "HOUSEFUL_DEMO_EVENTS": "false",
        "HOUSEFUL_RESERVATIONS_PER_MINUTE": "1000000",
        "HOUSEFUL_DEMO_PAYMENT_DELAY_MS": "150",
        "HOUSEFUL_LOG_LEVEL": "info",
    }
    with log.open("w") as errors:
        process = subprocess.Popen(
            [*(sys.executable, "-m", "houseful", "serve", "--workers", "2", "--port", "0")],
            env=environment,
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, log.read_text()
        yield process, found[0], log
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0, log.read_text()


async def test_no_purchase_fails_while_the_workers_are_replaced(
    served: tuple[subprocess.Popen[str], str, Path], data_dir: Path
) -> None:
    process, url, log = served
    redis_url = find_running(data_dir)
    assert redis_url is not None
    settings = Settings(data_dir=data_dir, jwt_secret=SecretStr(SECRET))
    server = Server(url, settings, redis_url, None, lambda: None)
    sale, tally, stop = server.add_event(small_plan(rows=8, seats=30)), Tally(), asyncio.Event()
    before = workers_of(process.pid)
    assert len(before) == 2
    client = PlainClient(url, server.token("board"))
    board = Board([client], [sale])
    looking = asyncio.create_task(board.run())
    codes: list[int] = []
    seated = asyncio.Event()
    watcher = asyncio.create_task(sent_away(server, sale, codes, seated))
    crowd = [
        asyncio.create_task(Buyer(f"buyer-{n}", server, [url], board, tally, n).run([sale], stop))
        for n in range(BUYERS)
    ]
    try:
        await eventually(lambda: have_sold(tally, 5), PATIENCE_S)
        await asyncio.wait_for(seated.wait(), PATIENCE_S)
        process.send_signal(signal.SIGUSR1)
        await eventually(lambda: are_replaced(process.pid, before), PATIENCE_S)
        sold = tally.sold
        await eventually(lambda: have_sold(tally, sold + 5), PATIENCE_S)
    finally:
        stop.set()
        await asyncio.gather(*crowd)
        looking.cancel()
        watcher.cancel()
        ended = await asyncio.gather(looking, watcher, return_exceptions=True)
        await client.close()
    print(tally.answers)
    assert [error for error in ended if not isinstance(error, asyncio.CancelledError)] == []
    assert tally.wrong == []
    assert not [name for name in tally.answers if name.startswith("lost")]
    assert tally.answers["503"] == 0
    assert codes
    assert all(4000 <= code <= 4004 for code in codes)
    assert "Traceback" not in log.read_text()


async def sent_away(server: Server, sale: Sale, codes: list[int], seated: asyncio.Event) -> None:
    """A viewer that notes with which code it is closed, and comes back.

    It never leaves by itself: one that did could go from a worker yet to be replaced to one that was.
    """
    async with server.user("viewer") as viewer:
        while True:
            try:
                async with viewer.live(sale) as live:
                    await live.next("hello")
                    seated.set()
                    codes.append(await live.close_code(within_s=None))
            except OSError:
                await asyncio.sleep(0.05)


async def have_sold(tally: Tally, count: int) -> bool:
    return tally.sold >= count


async def are_replaced(supervisor: int, before: set[int]) -> bool:
    now = workers_of(supervisor)
    return len(now) == 2 and not now & before


def workers_of(supervisor: int) -> set[int]:
    """Process ids of the workers below a supervisor."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if int(fields[1]) == supervisor and b"houseful.process" in command:
            found.add(int(entry.name))
    return found
