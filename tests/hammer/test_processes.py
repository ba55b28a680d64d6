"""What client processes say arrives whole, however much it is and however slowly it is read."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import struct
import threading
import time
from functools import partial
from multiprocessing.connection import Connection
from typing import Any

from houseful.hammer import processes
from houseful.hammer.processes import PipeLink, loop_factory

LARGE = bytes(8 * 1024 * 1024)
"""Many times what a socket buffers."""


def in_the_hammer_s_loop(work: Any) -> Any:
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(work)


async def heard_of(theirs: Connection, ours: Connection) -> Any:
    """What the parent hears of a child that stops for a moment in the middle of its message."""
    heard: asyncio.Queue[tuple[int, str, Any]] = asyncio.Queue()
    processes.attend(ours, partial(processes._hear, 0, ours, heard))
    writer = threading.Thread(target=write_slowly, args=(theirs, ("batch", b"halves")))
    writer.start()
    _, kind, content = await heard.get()
    await asyncio.to_thread(writer.join)
    return kind, content


def write_slowly(connection: Connection, message: object) -> None:
    content = pickle.dumps(message)
    raw = struct.pack("!i", len(content)) + content
    os.write(connection.fileno(), raw[:10])
    time.sleep(0.2)
    os.write(connection.fileno(), raw[10:])


async def received(theirs: Connection, ours: Connection) -> Any:
    """What a parent that is slow to read receives of a child's `LARGE`."""
    link = PipeLink(theirs)
    link.say("batch", LARGE)
    await asyncio.sleep(0.2)
    found: list[Any] = []
    reader = threading.Thread(target=lambda: found.append(ours.recv()), daemon=True)
    reader.start()
    await asyncio.to_thread(reader.join, 5.0)
    link.close()
    return found[0] if found else "the rest never came"


def test_a_message_that_comes_in_pieces_is_read_whole() -> None:
    theirs, ours = multiprocessing.Pipe()
    assert in_the_hammer_s_loop(heard_of(theirs, ours)) == ("batch", b"halves")


def test_a_large_batch_is_written_whole_to_a_parent_that_is_slow() -> None:
    theirs, ours = multiprocessing.Pipe()
    assert in_the_hammer_s_loop(received(theirs, ours)) == ("batch", LARGE)
    ours.close()
