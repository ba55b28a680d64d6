"""Lets a crowd in one by one, so that those who are inside are served meanwhile.

When thousands come back in the same second, what they cost (a millisecond each) would keep the event
loop from everybody else for as long as it takes to read them all.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Usher:
    """Calls what it is given in order, one in each turn of the event loop."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()

    def admit(self, enter: Callable[[], None]) -> None:
        self._waiting.append(enter)
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        enter = self._waiting.popleft()
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._next)
        enter()
