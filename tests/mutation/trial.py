"""Runs tests against mutants in forks: of a pytest session that has collected all, or of a fresh process.

`Bench` is a pytest plugin: it stands in the place of the loop that runs the tests.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

import pytest

from tests.mutation import live
from tests.mutation.mutants import Mutant
from tests.mutation.reached import Reach, digest, load, recorded, save
from tests.mutation.rooms import CHECKOUT, LEFT_OUT, LONGEST_TEST_S
from tests.mutation.score import KILLED, SURVIVED, UNREACHED, Score

WARM: Final = frozenset({"redis_client", "database", "shop"})
"""Fixtures whose first use is slow, and which leave no thread behind."""

FOREIGN: Final = frozenset({"stripe_double", "server", "postgres", "brief_holds", "pair", "town"})


def in_fork(act: Callable[[], bool], within_s: float) -> bool:
    """Whether `act` says yes in a fork of this process, or does not end in time."""
    child = os.fork()
    if child == 0:
        answer = True
        try:
            os.setsid()
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            answer = act()
        finally:
            os._exit(1 if answer else 0)
    deadline = time.monotonic() + within_s
    status = None
    while status is None and time.monotonic() < deadline:
        done, ended = os.waitpid(child, os.WNOHANG)
        status = ended if done else None
        time.sleep(0 if done else 0.005)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what it started, and itself if it is late
    if status is None:
        os.waitpid(child, 0)
        return True
    return os.waitstatus_to_exitcode(status) != 0


def serve_fresh(orders: Connection) -> None:
    """For mutants in what runs at import: forks of a process that has not loaded our code yet.

    Takes (file, its text, tests, seconds); answers whether one was red.
    """
    import redis.asyncio  # noqa: F401 - loaded once, before the forks
    import sqlmodel  # noqa: F401
    import stripe  # noqa: F401
    import structlog  # noqa: F401

    while True:
        try:
            file, text, tests, within_s = orders.recv()
        except EOFError:
            return
        place = tempfile.mkdtemp(prefix="mutation-", dir="/dev/shm")
        os.environ["TMPDIR"] = place
        tempfile.tempdir = None
        orders.send(in_fork(lambda: _fresh_run(file, text, tests), within_s))  # noqa: B023
        shutil.rmtree(place, ignore_errors=True)


def _fresh_run(file: str, text: str, tests: Sequence[str]) -> bool:
    from importlib.machinery import SourceFileLoader

    path, read = str(CHECKOUT / file), SourceFileLoader.get_code
    if file.endswith(".lua"):
        put_script_in(file, text)

    def code(self: SourceFileLoader, name: str) -> Any:
        return compile(text, path, "exec") if self.path == path else read(self, name)

    SourceFileLoader.get_code = code  # type: ignore[method-assign]
    return bool(pytest.main([*PYTEST, "-x", *tests]))


PYTEST: Final = (
    *("-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "-o", "addopts="),
    *("-m", "not long and not chaos", "-o", "tmp_path_retention_policy=none"),
)


class Bench:
    """Learns what each test reaches, then tries each mutant on the tests that reach it."""

    def __init__(
        self, mutants: Sequence[Mutant], fresh: Connection, budget_s: float, score: Score
    ) -> None:
        self._mutants, self._fresh, self._budget_s = mutants, fresh, budget_s
        self._score = score
        self._items: dict[str, pytest.Item] = {}
        self._reached: dict[str, Reach] = {}
        self._kills: Counter[tuple[str, str]] = Counter()
        self._is_red = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._is_red |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = [i for i in session.items if not any(word in i.nodeid for word in LEFT_OUT)]
        self._items = {item.nodeid: item for item in items}
        self._learn(items)
        self._warm_up(items)
        functions = live.loaded()
        for mutant in self._mutants:
            begin = time.monotonic()
            outcome = self._try(mutant, functions)
            self._score.note(mutant, outcome, time.monotonic() - begin)
        self._score.tell()
        signal.signal(signal.SIGALRM, lambda *_: os._exit(self._score.unexplained > 0))
        signal.alarm(30)  # threads of what was started in this process may not end
        session._setupstate.teardown_exact(None)
        return True

    def _learn(self, items: Sequence[pytest.Item]) -> None:
        kept = load()
        stale = [i for i in items if i.nodeid not in kept or not kept[i.nodeid].is_fresh]
        if stale:
            self._score.say(f"{len(stale)} tests run once, to see what they reach")
        for item, after in zip(stale, [*stale[1:], None], strict=True):
            begin, self._is_red = time.monotonic(), False
            with recorded() as lines:
                self._run(item, after)
            kept.pop(item.nodeid, None)
            if self._is_red:
                self._score.say(f"red without a mutant, not asked: {item.nodeid}")
            else:
                files = {file: sorted(found) for file, found in lines.items()}
                own = item.nodeid.split("::")[0]
                known = {file: digest(file) for file in (own, *files)}
                kept[item.nodeid] = Reach(time.monotonic() - begin, files, known)
        if stale:
            save(kept)
        self._reached = {i.nodeid: kept[i.nodeid] for i in items if i.nodeid in kept}

    def _run(self, item: pytest.Item, after: pytest.Item | None) -> None:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def _warm_up(self, items: Sequence[pytest.Item]) -> None:
        """Start what all tests share before the forks."""
        names = [(item, set(getattr(item, "fixturenames", ()))) for item in items]
        for fixture in WARM:
            fitting = [i for i, has in names if fixture in has and not has & FOREIGN]
            if fitting:
                self._run(fitting[0], fitting[0])

    def chosen(self, mutant: Mutant) -> list[str]:
        """Tests that reach it: first those that noticed others in its file, then the quickest."""
        reaching = [
            test
            for test, reach in self._reached.items()
            if reach.seconds <= LONGEST_TEST_S and mutant.is_reached(reach.lines.get(mutant.file))
        ]
        reaching.sort(
            key=lambda test: (-self._kills[mutant.place, test], self._reached[test].seconds)
        )
        taken, seconds = [], 0.0
        for test in reaching:
            seconds += self._reached[test].seconds
            if taken and seconds > self._budget_s:
                break
            taken.append(test)
        return taken

    def _try(self, mutant: Mutant, functions: live.Functions) -> str:
        tests = self.chosen(mutant)
        if not tests:
            return UNREACHED
        whole = (CHECKOUT / mutant.file).read_text(encoding="utf-8")
        expected_s = sum(self._reached[test].seconds for test in tests)
        reader, writer = os.pipe()

        def trial() -> bool:
            place = Path(tempfile.mkdtemp(prefix="mutant-"))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            try:
                put_in(functions, mutant, whole)
            except live.NotInAFunction:
                os.write(writer, b"fresh")
                return False
            except SyntaxError:
                os.write(writer, b"broken")
                return True
            items = [self._items[test] for test in tests]
            items[0].config._tmp_path_factory._basetemp = place  # type: ignore[attr-defined]
            for item in items:
                self._is_red = False
                signal.alarm(int(10 + 5 * self._reached[item.nodeid].seconds))
                os.write(writer, f"{item.nodeid}\n".encode())
                self._run(item, item)
                if self._is_red:
                    return True
            shutil.rmtree(place, ignore_errors=True)
            return False

        is_killed = in_fork(trial, 15 + 5 * expected_s)
        os.close(writer)
        with os.fdopen(reader) as said:
            last = (said.read().splitlines() or [""])[-1]
        if last == "fresh":
            self._fresh.send((mutant.file, mutant.apply(whole), tests, 30 + 5 * expected_s))
            is_killed = self._fresh.recv()
        elif is_killed:
            self._kills[mutant.place, last] += 1
        return KILLED if is_killed else SURVIVED


def put_in(functions: live.Functions, mutant: Mutant, whole: str) -> None:
    if not mutant.file.endswith(".lua"):
        return live.put_in(functions, mutant.file, whole, mutant.apply(whole))
    return put_script_in(mutant.file, mutant.apply(whole))


def put_script_in(file: str, text: str) -> None:
    from functools import cache

    from houseful.store import scripts

    name = file.removeprefix("lua/")
    scripts.linked = cache(  # type: ignore[assignment]
        lambda root: scripts.link_all(root, {name: text})
    )


if sys.platform == "darwin":
    raise SystemExit("forks of a process with threads are not safe there")
