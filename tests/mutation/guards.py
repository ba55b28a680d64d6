"""The named guards of `guards.toml`: each must be noticed by the tests it names."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from tests.mutation.rooms import CHECKOUT

TABLE: Final = Path(__file__).parent / "guards.toml"
WITHIN_S: Final = 300.0


@dataclass(frozen=True)
class Guard:
    """`before` is taken out of the file, `after` put there."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    @property
    def text(self) -> str:
        return (CHECKOUT / self.file).read_text(encoding="utf-8")

    @property
    def line(self) -> int:
        return self.text[: self.text.index(self.before)].count("\n") + 1


def guards() -> list[Guard]:
    with TABLE.open("rb") as file:
        found = tomllib.load(file)
    return [
        Guard(name, row["file"], row["before"], row["after"], tuple(row["tests"]))
        for name, row in found.items()
    ]


def try_all(fresh: Connection, only: str) -> int:
    """Prints one line a guard; how many went unnoticed, or have tests that are red with it too."""
    unnoticed = 0
    for guard in guards():
        if only not in guard.name:
            continue
        without = guard.text.replace(guard.before, guard.after)
        is_noticed = is_red(fresh, guard, without) and not is_red(fresh, guard, guard.text)
        unnoticed += not is_noticed
        word = "noticed" if is_noticed else "UNNOTICED"
        print(f"{word}: {guard.name}  ({guard.file}:{guard.line})", flush=True)
    return unnoticed


def is_red(fresh: Connection, guard: Guard, text: str) -> bool:
    fresh.send((guard.file, text, guard.tests, WITHIN_S))
    found: bool = fresh.recv()
    return found
