"""What became of the mutants, and what the survivors' list explains."""

from __future__ import annotations

import os
import time
import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.mutation.mutants import Mutant

KILLED: Final = "killed"
SURVIVED: Final = "survived"
UNREACHED: Final = "unreached"


def explained() -> dict[str, str]:
    with (Path(__file__).parent / "survivors.toml").open("rb") as file:
        found: dict[str, Any] = tomllib.load(file)
    return {mutant: reason for group in found.values() for mutant, reason in group.items()}


class Voice:
    """Speaks to the terminal while all that pytest and the tests say goes nowhere."""

    def __init__(self) -> None:
        self._out, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)

    def __call__(self, line: str) -> None:
        os.write(self._out, f"{line}\n".encode())


class Score:
    """What became of each mutant."""

    def __init__(self, title: str, is_wordy: bool) -> None:
        self._is_wordy = is_wordy
        self.say: Callable[[str], None] = print
        self._title, self._reasons = title, explained()
        self._counts: Counter[str] = Counter()
        self.unexplained = 0
        self._begin = time.monotonic()

    def note(self, mutant: Mutant, outcome: str, seconds: float) -> None:
        is_explained = outcome != KILLED and mutant.name in self._reasons
        self._counts["explained" if is_explained else outcome] += 1
        is_news = outcome != KILLED and not is_explained
        self.unexplained += is_news
        if is_news or self._is_wordy:
            self.say(f"{outcome}: {mutant.name}  (line {mutant.line}, {seconds:.1f} s)")

    def tell(self) -> None:
        tried = self._counts.total()
        counted = max(1, tried - self._counts["explained"])
        rest = ", ".join(f"{count} {word}" for word, count in sorted(self._counts.items()))
        each = (time.monotonic() - self._begin) / max(1, tried)
        score = 100 * self._counts[KILLED] / counted
        self.say(f"{self._title}: {rest}; {score:.1f} % killed; {each:.2f} s a mutant")
