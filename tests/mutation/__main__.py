"""Put small faults into the code and see whether the tests notice.

    python -m tests.mutation domain            every mutant of a room
    python -m tests.mutation lua --sample 100 --seed 1

Prints the score and the survivors that `survivors.toml` does not explain. A mutant is put into a copy
of the checkout in memory; the tests of its room run in a fork until one fails.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tests.mutation.mutants import Mutant, mutants_of

CHECKOUT: Final = Path(__file__).resolve().parent.parent.parent
ROOMS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "domain": ("server/houseful/domain/*.py", ("tests/domain", "tests/wire", "tests/words")),
    "lua": ("lua/**/*.lua", ("tests/store",)),
    "store": ("server/houseful/store/*.py", ("tests/store",)),
    "checkout": ("server/houseful/checkout/*.py", ("tests/checkout", "tests/simulation")),
    "ledger": ("server/houseful/ledger/*.py", ("tests/ledger", "tests/checkout")),
    "payments": ("server/houseful/payments/*.py", ("tests/payments",)),
}
"""Room → its files, and the tests that should notice."""

HEAVY: Final = ("pytest", "redis.asyncio", "sqlmodel", "stripe", "structlog")
"""Loaded once, before the forks; no plugin of pytest, which wants to load them itself."""

WITHIN_S: Final = 300.0


def killed(copy: Path, mutant: Mutant, tests: Sequence[str]) -> bool:
    """Whether a test went red, or nothing ended in time."""
    file = copy / mutant.file
    whole = file.read_text(encoding="utf-8")
    file.write_text(mutant.apply(whole), encoding="utf-8")
    try:
        return runs_red(copy, tests)
    finally:
        file.write_text(whole, encoding="utf-8")


def runs_red(copy: Path, tests: Sequence[str]) -> bool:
    child = os.fork()
    if child == 0:
        os.setsid()
        _child(copy, tests)
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _child(copy: Path, tests: Sequence[str]) -> None:
    import pytest

    os.chdir(copy)
    for name in [name for name in sys.modules if name.split(".")[0] in {"tests", "houseful"}]:
        del sys.modules[name]
    sys.path[:0] = [str(copy), str(copy / "server")]
    sys.dont_write_bytecode = True
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    code = 3
    try:
        arguments = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", *tests]
        code = int(pytest.main(arguments))
    finally:
        os._exit(code)


def explained() -> dict[str, str]:
    with (Path(__file__).parent / "survivors.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)
    return {mutant: reason for group in found.values() for mutant, reason in group.items()}


def main() -> int:
    chosen = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    chosen.add_argument("room", choices=ROOMS)
    chosen.add_argument("--sample", type=int, help="this many mutants, drawn by --seed")
    chosen.add_argument("--seed", type=int, default=1)
    chosen.add_argument("--only", default="", help="files with this in their name")
    given = chosen.parse_args()
    pattern, tests = ROOMS[given.room]
    files = [str(path.relative_to(CHECKOUT)) for path in sorted(CHECKOUT.glob(pattern))]
    made = [m for file in files if given.only in file for m in mutants_of(CHECKOUT, file)]
    drawn = made
    if given.sample is not None and given.sample < len(made):
        drawn = random.Random(given.seed).sample(made, given.sample)
    for name in HEAVY:
        __import__(name)
    with tempfile.TemporaryDirectory(prefix="mutation-", dir=memory()) as directory:
        copy = Path(directory) / "checkout"
        for part in ("server", "lua", "tests", "schemas", "static"):
            shutil.copytree(
                CHECKOUT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__")
            )
        for part in ("pyproject.toml", "README.md", "CHANGELOG.md", "Procfile", "LICENSE"):
            shutil.copy(CHECKOUT / part, copy / part)
        if runs_red(copy, tests):
            print("the tests are red without any mutant")
            return 2
        return report(copy, drawn, tests, f"{given.room}: {len(drawn)} of {len(made)} mutants")


def report(copy: Path, drawn: Sequence[Mutant], tests: Sequence[str], title: str) -> int:
    reasons = explained()
    survivors = []
    for mutant in drawn:
        if not killed(copy, mutant, tests):
            survivors.append(mutant.name)
            print(f"survived: {mutant.name}", flush=True)
    unexplained = [name for name in survivors if name not in reasons]
    dead = len(drawn) - len(survivors)
    equivalent = len(survivors) - len(unexplained)
    score = 100 * dead / max(1, len(drawn) - equivalent)
    print(f"{title}, {dead} killed, {equivalent} survivors explained: {score:.1f} %")
    return 1 if unexplained else 0


def memory() -> str | None:
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


if __name__ == "__main__":
    sys.exit(main())
