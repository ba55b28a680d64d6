"""Which test reaches which line: made once, and anew for what changed since.

Kept in `.pytest_cache/mutation.json`: test → its seconds, the lines it reached by file, and the digests
of the files that this depends on. A Lua script is reached as a whole, with what it includes.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from types import CodeType, FrameType
from typing import Any, Final
from unittest import mock

from tests.mutation.rooms import CHECKOUT

KEPT: Final = CHECKOUT / ".pytest_cache" / "mutation.json"
ROOT: Final = f"{CHECKOUT}/"
PLACES: Final = tuple(
    f"{CHECKOUT}/server/houseful/{room}/"
    for room in ("domain", "store", "checkout", "ledger", "payments")
)


ENOUGH: Final = 50
"""How often a function's lines are looked at in one test: a test that runs it thousands of times would
take minutes."""


@dataclass
class Reach:
    """Of one test that passed."""

    seconds: float
    lines: dict[str, list[int]] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def is_fresh(self) -> bool:
        return all(digest(file) == before for file, before in self.digests.items())


@cache
def digest(file: str) -> str:
    path = CHECKOUT / file
    return hashlib.sha1(path.read_bytes()).hexdigest()[:12] if path.exists() else ""


def load() -> dict[str, Reach]:
    if not KEPT.exists():
        return {}
    return {test: Reach(**reach) for test, reach in json.loads(KEPT.read_text()).items()}


def save(reached: dict[str, Reach]) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({test: asdict(reach) for test, reach in reached.items()}))


@contextmanager
def recorded() -> Iterator[dict[str, set[int]]]:
    """The lines that run inside the block, of all threads that it starts."""
    from houseful.store.scripts import Scripts

    found: dict[str, set[int]] = {}
    entered: Counter[CodeType] = Counter()

    def enter(frame: FrameType, _event: str, _argument: Any) -> Any:
        file = frame.f_code.co_filename
        if not file.startswith(PLACES):
            return None
        lines = found.setdefault(file.removeprefix(ROOT), set())
        lines.add(frame.f_lineno)
        entered[frame.f_code] += 1
        if entered[frame.f_code] > ENOUGH:
            return None

        def step(inner: FrameType, event: str, _: Any) -> Any:
            if event == "line":
                lines.add(inner.f_lineno)
            return step

        return step

    run = Scripts.run

    def noted(self: Scripts, name: str, *rest: Any, **named: Any) -> Any:
        for file in included(f"{name}.lua"):
            found.setdefault(file, set())
        return run(self, name, *rest, **named)

    with mock.patch.object(Scripts, "run", noted):
        threading.settrace(enter)
        sys.settrace(enter)
        try:
            yield found
        finally:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type]


@cache
def included(name: str) -> frozenset[str]:
    from houseful.store.scripts import INCLUDE

    path = CHECKOUT / "lua" / name
    if not path.exists():
        return frozenset()
    inner = (included(match["path"]) for match in INCLUDE.finditer(path.read_text()))
    return frozenset({f"lua/{name}"}).union(*inner)
