"""Lets a crowd in a few at a time, so that those who are inside are served meanwhile.

When thousands come back in the same second, what they cost (a millisecond each) would keep the event
loop from everybody else for as long as it takes to read them all.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

SPEND_S: Final = 0.002
"""In each turn of the event loop. In a quiet house a turn is a part of a millisecond, and one by one
would do; in a busy one it is a round of frames, and a crowd would stand at the door for a minute."""


class AdmissionQueue:
    """Calls what it is given in order, at least one in each turn of the event loop."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._is_due = False

    def admit(self, enter: Callable[[], None]) -> None:
        self._waiting.append(enter)
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        until = time.monotonic() + SPEND_S  # the loop's own clock stands still within a turn
        try:
            while self._waiting:
                self._waiting.popleft()()
                if time.monotonic() >= until:
                    break
        finally:
            self._is_due = bool(self._waiting)
            if self._is_due:
                asyncio.get_running_loop().call_soon(self._next)
