"""What every benchmark stands on: processes on cores of their own, and time that a busy machine cannot blur.

The server has the first core, everything that loads it the last, Valkey among it. Costs are told in
CPU seconds of the server process beside wall time: on a shared machine the ratio of the former stays
put. `Ratio` runs what is measured and its reference in turns (A B A B) and compares medians.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from houseful.process.worker import READY, SERVE
from houseful.settings import Settings
from houseful.transport.listening import listen
from houseful.valkey.embedded import EmbeddedValkey
from tests.support.databases import fresh_sqlite
from tests.support.serving import Server, in_thread

ROOT = Path(__file__).parent.parent.parent
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
SERVER_CORE, LOAD_CORE = CORES[0], CORES[-1]


def pin(core: int, pid: int = 0) -> None:
    """This process, or all threads of another, to one core, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        return
    threads = [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()] if pid else [0]
    for thread in threads:
        os.sched_setaffinity(thread, {core})


def cpu_seconds(pid: int) -> float:
    """What all threads of a process have run for, user and kernel, by the scheduler's own count."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Process:
    """A server under test."""

    url: str
    pid: int

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def worker(module: str, environment: dict[str, str] | None = None) -> Iterator[Process]:
    """`module` as the supervisor starts a worker: `python -m module SOCKET_FD READY_FD`."""
    listening = listen("127.0.0.1", 0, 1)[0]
    ready, tell = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(listening.fileno()), str(tell)],
        stdin=subprocess.PIPE,
        env={**os.environ, "HOUSEFUL_LOG_LEVEL": "info", **(environment or {})},
        cwd=ROOT,
        pass_fds=[listening.fileno(), tell],
        preexec_fn=lambda: pin(SERVER_CORE),
    )
    os.close(tell)
    assert process.stdin is not None
    try:
        process.stdin.write(SERVE)
        process.stdin.flush()
        assert os.read(ready, 16) == READY, "the server did not start"
        yield Process(f"http://127.0.0.1:{listening.getsockname()[1]}", process.pid)
    finally:
        os.close(ready)
        listening.close()
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass
class Stage:
    """Houseful on one core, its Valkey and whoever asks on the other. Settings by name."""

    module: str
    given: dict[str, Any]
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Stage:
        directory = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        valkey = self.stack.enter_context(EmbeddedValkey(directory))
        pin(LOAD_CORE, valkey.pid)
        settings = Settings(
            data_dir=directory, redis_url=SecretStr(valkey.url), demo_events=False, **self.given
        )
        fresh_sqlite(directory)
        given = {
            name.upper() if name == "database_url" else f"HOUSEFUL_{name.upper()}": str(value)
            for name, value in self.given.items()
        }
        environment = {
            "REDIS_URL": valkey.url,
            "HOUSEFUL_DATA_DIR": str(directory),
            "HOUSEFUL_DEMO_EVENTS": "false",
            **given,
        }
        self.process = self.stack.enter_context(worker(self.module, environment))
        self.valkey = valkey
        self.server = Server(self.process.url, settings, valkey.url, valkey, lambda: None)
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def open_event(self, event_id: int) -> None:
        """In Redis, as its first reader would."""

        async def opened() -> None:
            async with self.server.catalog() as catalog:
                await catalog.open_event(event_id)

        in_thread(opened())


def stage(module: str = "houseful.process", **given: Any) -> Stage:
    return Stage(module, given)


class Helper:
    """A function in a process of its own on the load's core, asked over a pipe.

    The function gets its end of the pipe and serves requests until the other end closes.
    """

    def __init__(self, work: Callable[..., None], *given: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_helped, args=(work, theirs, self.pipe.fileno(), given), daemon=True
        )
        self.process.start()
        theirs.close()

    def __enter__(self) -> Helper:
        return self

    def __exit__(self, *_: object) -> None:
        self.pipe.close()
        self.process.join(10)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()

    def ask(self, *question: Any, patience_s: float = 180.0) -> Any:
        self.pipe.send(question)
        assert self.pipe.poll(patience_s), f"no answer to {question[:1]}"
        answer = self.pipe.recv()
        if isinstance(answer, Exception):
            raise answer
        return answer


def _helped(work: Callable[..., None], pipe: Connection, _: int, given: Sequence[Any]) -> None:
    pin(LOAD_CORE)
    try:
        work(pipe, *given)
    except (EOFError, BrokenPipeError):
        return
    except Exception as error:
        pipe.send(error)
        raise


@dataclass
class Numbers:
    """What one benchmark found; `rows` are of the README's table."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, what: str, here: str, beside: str, command: str) -> None:
        self.rows.append((what, here, beside, f"`python -m tests.bench {command}`"))
        print(json.dumps({"what": what, "here": here, "beside": beside}, ensure_ascii=False))


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def at(share: float, values: Sequence[float]) -> float:
    """The value below which `share` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %"
