"""An event loop whose time is counted, not waited for: it jumps to the next timer.

Owns: virtual time, who started which task. Never: threads, sockets or processes; nothing here waits
for the machine, so the order of everything follows from the program alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Any, Final

BEGIN_MS: Final = 1_800_000_000_000
"""What wall clocks say at virtual time 0."""

Tasks = dict[asyncio.Task[Any], None]
"""In the order they were begun: a set has them in that of their addresses, which no seed decides."""

OWNER: Final[ContextVar[Tasks | None]] = ContextVar("OWNER", default=None)
"""The tasks of the process that the code running now belongs to."""


class Jump:
    """In the place of a selector: waiting is counting."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nothing is left that could ever happen")
        self._loop.elapsed_s += timeout
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """Single-threaded and deterministic; work for threads runs at once, in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed_s = 0.0
        self._selector = Jump(self)
        self.set_task_factory(_owned)

    def time(self) -> float:
        return self.elapsed_s

    def wall_ms(self) -> int:
        return BEGIN_MS + round(self.elapsed_s * 1000)

    def run_in_executor(  # type: ignore[override]
        self, executor: object, work: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(work(*args))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            done.set_exception(error)
        return done

    def _process_events(self, events: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


def _owned(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **more: Any
) -> asyncio.Task[Any]:
    task = asyncio.Task(coroutine, loop=loop, **more)
    tasks = OWNER.get()
    if tasks is not None:
        tasks[task] = None
        task.add_done_callback(lambda done: tasks.pop(done, None))
    return task
