"""What `reserve.lua` costs Redis for seats, beside the same script before areas and tables were sold.

    python -m tests.bench script_cost [--quick]

Both run by turns on one Valkey, each on an event of its own, with the text of this checkout and that of
the commit `BEFORE`; a turn is so many buyers who take three seats each. The cost is Redis's own time in
EVALSHA (`INFO commandstats`), the median over the turns.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from redis import Redis

from houseful import paths
from houseful.store.scripts import Script, link
from houseful.store.seats import event_keys
from houseful.valkey.embedded import EmbeddedValkey
from tests.bench.rig import Numbers

BEFORE: Final = "f7ac99b4baef652179336a9c227442759cc301d7"
"""The last commit that sold seats one by one alone."""

BUYERS, SEATS, TURNS, QUICK_TURNS = 100, 3, 400, 20
FIRST, COUNT, BASE = 1, BUYERS * SEATS, 1_000_000


@dataclass(frozen=True)
class Side:
    """The scripts of one version, and how they are asked."""

    event_id: int
    reserve: Script
    open: Script
    opening: tuple[Any, ...]
    asking: tuple[Any, ...]
    """What stands in a reserve between the address limits and the seats."""


@contextmanager
def lua_of(commit: str) -> Iterator[Path]:
    """The scripts as they were at a commit. Needs the repository's history."""
    root = Path(__file__).parents[2]
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["git", "archive", commit, "lua"],
            cwd=root, check=True, capture_output=True,
        )  # fmt: skip
        subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
        yield Path(folder) / "lua"


class Race:
    """Asks both sides by turns and reads what each cost."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._incarnation = str(client.info("server")["run_id"])

    def _run(self, side: Side, script: Script, *args: Any) -> Any:
        keys = event_keys(side.event_id)
        return self._client.evalsha(script.digest, len(keys), *keys, *args, self._incarnation)

    def turn(self, side: Side) -> float:
        """µs of one reserve, the mean over `BUYERS` on a fresh event."""
        client = self._client
        client.flushdb()
        opened = self._run(side, side.open, "", "e", BASE, FIRST, COUNT, 60_000, *side.opening)
        assert opened[0] == b"opened", opened
        client.config_resetstat()
        for buyer in range(BUYERS):
            first = FIRST + buyer * SEATS
            pairs = [number for seat in range(first, first + SEATS) for number in (seat, BASE)]
            given = (f"buyer-{buyer}", "s", 600_000, 10, 1, "", 0, 0, *side.asking, *pairs)
            answer = self._run(side, side.reserve, *given)
            assert answer[0] == b"granted", answer
        return float(client.info("commandstats")["cmdstat_evalsha"]["usec_per_call"])


def measured(turns: int, binary: Path | None = None) -> tuple[float, float]:
    """µs of a reserve (now, before)."""
    with (
        lua_of(BEFORE) as old,
        tempfile.TemporaryDirectory() as folder,
        EmbeddedValkey(Path(folder), binary=binary) as valkey,
        Redis.from_url(valkey.url) as client,
    ):
        sides = (
            Side(
                1, link(paths.LUA, "reserve"), link(paths.LUA, "open"), (0, 0, 0), ("", 0, 0, 0, 0)
            ),
            Side(2, link(old, "reserve"), link(old, "open"), (0,), ()),
        )
        for side in sides:
            for script in (side.reserve, side.open):
                client.script_load(script.text)
        race = Race(client)
        found: tuple[list[float], list[float]] = ([], [])
        for number in range(turns):
            order = (0, 1) if number % 2 else (1, 0)
            for one in order:
                found[one].append(race.turn(sides[one]))
        return median(found[0]), median(found[1])


def run(numbers: Numbers, *, quick: bool, long: bool) -> None:
    now, before = measured(QUICK_TURNS if quick else TURNS)
    numbers.add(
        f"`reserve.lua`, {SEATS} seats, Redis's time",
        f"{now:.1f} µs",
        f"{before:.1f} µs before areas and tables were sold: {now / before - 1:+.1%}",
        "script_cost",
    )
