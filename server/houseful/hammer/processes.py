"""Client processes: spawned, told when to go on, listened to."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from houseful.domain.errors import HousefulError, Unavailable
from houseful.hammer.aggregator import Aggregator
from houseful.hammer.open_files import make_room
from houseful.hammer.plan import RunPlan
from houseful.hammer.run_context import Facts, reason_of
from houseful.hammer.verdict.record import Batch
from houseful.hammer.worker import work

END_WITHIN_S = 5.0


async def run(
    plan: RunPlan, facts: Facts, gathering: Aggregator, on_progress: Callable[[Aggregator], None]
) -> None:
    """All of them, to the end. Raises Unavailable with the first one's reason to give up."""
    context = multiprocessing.get_context("spawn")
    children: list[tuple[BaseProcess, Connection]] = []
    try:
        for number in range(plan.processes):
            ours, theirs = context.Pipe()
            child = context.Process(
                target=_main, args=(plan.share(number), facts, theirs), daemon=True
            )
            child.start()
            theirs.close()
            children.append((child, ours))
        await _conduct(children, gathering, on_progress)
    finally:
        await asyncio.to_thread(_end, children)


async def _conduct(
    children: list[tuple[BaseProcess, Connection]],
    gathering: Aggregator,
    on_progress: Callable[[Aggregator], None],
) -> None:
    """Hear what they say; those who come to a place wait there for the others."""
    heard: asyncio.Queue[tuple[int, str, Any]] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    for number, (_, connection) in enumerate(children):
        attend(connection, partial(_hear, number, connection, heard))
    waiting: list[int] = []
    done = 0
    try:
        while done < len(children):
            number, kind, content = await heard.get()
            if kind == "batch":
                gathering.add(number, content)
            elif kind == "meet":
                waiting.append(number)
                if len(waiting) == len(children):
                    waiting.clear()
                    gathering.reach(content)
                    for _, connection in children:
                        connection.send("go on")
            elif kind == "done":
                done += 1
                loop.remove_reader(children[number][1].fileno())
            else:
                raise Unavailable(content or await asyncio.to_thread(_last_word, number, children))
            on_progress(gathering)
    finally:
        for _, connection in children:
            loop.remove_reader(connection.fileno())


def attend(connection: Connection, hear: Callable[[], None]) -> None:
    """Call `hear` whenever there is something to receive.

    libuv makes what it polls non-blocking, which would end a message larger than the socket's buffer
    in the middle, on both ways.
    """
    asyncio.get_running_loop().add_reader(connection.fileno(), hear)
    os.set_blocking(connection.fileno(), True)


def _hear(number: int, connection: Connection, heard: asyncio.Queue[tuple[int, str, Any]]) -> None:
    try:
        kind, content = connection.recv()
    except (EOFError, OSError):
        asyncio.get_running_loop().remove_reader(connection.fileno())
        kind, content = "ended", ""
    heard.put_nowait((number, kind, content))


def _last_word(number: int, children: list[tuple[BaseProcess, Connection]]) -> str:
    """About a process whose pipe brings nothing more."""
    child, _ = children[number]
    child.join(END_WITHIN_S)
    if child.exitcode is None:
        return f"client process {number + 1} runs, and is heard no more"
    return f"client process {number + 1} ended by itself (exit code {child.exitcode})"


def _end(children: list[tuple[BaseProcess, Connection]]) -> None:
    for _, connection in children:
        connection.close()
    for child, _ in children:
        child.join(END_WITHIN_S)
        if child.is_alive():
            child.kill()
            child.join()


class PipeLink:
    """To the parent. A thread writes, so that a full pipe holds up nobody."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writer = ThreadPoolExecutor(1)
        self._told = asyncio.Event()
        attend(connection, self._hear)

    def send(self, batch: Batch) -> None:
        self.say("batch", batch)

    def say(self, kind: str, content: object) -> None:
        self._writer.submit(self._connection.send, (kind, content))

    async def meet(self, place: str) -> None:
        self._told.clear()
        self.say("meet", place)
        await self._told.wait()

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._connection.fileno())
        self._writer.shutdown()

    def _hear(self) -> None:
        try:
            self._connection.recv()
        except (EOFError, OSError):
            os._exit(0)  # nobody is there any more to hear of it
        self._told.set()


async def _work(plan: RunPlan, facts: Facts, connection: Connection) -> None:
    link = PipeLink(connection)
    try:
        await work(plan, facts, link)
        link.say("done", None)
    except HousefulError as error:
        link.say("failed", error.message)
    except OSError as error:
        link.say("failed", f"a connection to {plan.address} failed: {reason_of(error)}")
    finally:
        link.close()


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The fastest loop there is; None means asyncio's own, where uvloop has no wheels."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _main(plan: RunPlan, facts: Facts, connection: Connection) -> None:
    """One process. Ctrl+C is the parent's to understand."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    make_room(plan.sockets)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(_work(plan, facts, connection))
