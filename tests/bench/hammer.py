"""Is the hammer itself the limit? Frames a second that its viewers fold, on one core.

    python -m tests.bench.hammer [sockets]

A process that does nothing but write the same prepared frames to all its sockets stands in for the
server. Beside it, in the same run: the `websockets` library with a JSON parse and a dictionary per
viewer, as one would write a load test by hand.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import multiprocessing
import struct
import sys
import time
from multiprocessing.connection import Connection
from typing import Any, Final, cast

import uvloop
from websockets.asyncio.client import connect

from houseful.hammer.client.address import parse
from houseful.hammer.client.live_socket import GUID
from houseful.hammer.people.identities import Identity
from houseful.hammer.people.viewer import VirtualViewer
from houseful.hammer.plan import RunPlan
from houseful.hammer.run_context import Facts, RunContext
from houseful.wire import frames
from houseful.wire.codec import encode

FRAMES: Final = 300
SEATS: Final = 50_000
CHANGES: Final = 3
"""In one frame: some 200 bytes."""

HEADER = encode({"epoch": "e", "seq": 0, "versionBase": 0, "firstSeatId": 1, "count": SEATS})
STATUS = b"HFS1" + struct.pack("<I", len(HEADER)) + HEADER + bytes(2 * SEATS)
HELLO = frames.hello(1, "e", 0, 0, resumed=False, viewers=1)


def told(seq: int) -> bytes:
    changes = [[1 + (seq * 7 + k) % SEATS, "RESERVED", seq, None] for k in range(CHANGES)]
    return frames.seats("e", seq, changes)


class Blaster(asyncio.Protocol):
    """Answers a status request or a handshake; then it is told when to write."""

    everyone: Final[list[asyncio.Transport]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if b"Upgrade: websocket" not in data and not data.startswith(b"GET"):
            return
        _, found, rest = data.partition(b"Sec-WebSocket-Key: ")
        if not found:
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(STATUS)}\r\n\r\n"
            self.transport.write(head.encode() + STATUS)
            return
        key = rest.split(b"\r\n")[0]
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        self.transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: houseful.v1\r\n\r\n".encode()
            + HELLO
        )
        Blaster.everyone.append(self.transport)


def blast(connection: Connection) -> None:
    """The other process: says its port, then writes everything to all whenever it is told to."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Blaster, "127.0.0.1", 0, backlog=5_000)
        connection.send(server.sockets[0].getsockname()[1])
        ready = asyncio.Event()
        loop.add_reader(connection.fileno(), lambda: (connection.recv(), ready.set()))
        while True:
            await ready.wait()
            ready.clear()
            everyone = [one for one in Blaster.everyone if not one.is_closing()]
            for seq in range(1, FRAMES + 1):
                frame = told(seq)
                for transport in everyone:
                    transport.write(frame)
                while sum(t.get_write_buffer_size() for t in everyone[::50]) > 50_000:
                    await asyncio.sleep(0.001)
                await asyncio.sleep(0)

    uvloop.run(serve())


async def by_hammer(port: int, sockets: int, connection: Connection) -> float:
    """Frames a second."""
    plan = RunPlan(parse(f"http://127.0.0.1:{port}"), viewers=sockets)
    hall = RunContext(plan, Facts(1, "", SEATS, 600, 10, "demo", "", 0))
    viewers = [VirtualViewer(hall, Identity("u", "t")) for _ in range(sockets)]
    tasks = [asyncio.create_task(viewer.run()) for viewer in viewers]
    while not all(viewer.in_sync.is_set() for viewer in viewers):
        await asyncio.sleep(0.01)
    connection.send("go")
    begin, cpu = time.perf_counter(), time.process_time()
    while not all(viewer.node and viewer.node.seq == FRAMES for viewer in viewers):
        await asyncio.sleep(0.005)
    seconds, busy = time.perf_counter() - begin, time.process_time() - cpu
    report("hammer", sockets, seconds, busy)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await hall.close()
    return sockets * FRAMES / busy


async def by_library(port: int, sockets: int, connection: Connection) -> float:
    """The same with `websockets` and plain dictionaries."""
    opened = [
        await connect(f"ws://127.0.0.1:{port}/", subprotocols=["houseful.v1"], proxy=None)  # type: ignore[list-item]
        for _ in range(sockets)
    ]

    async def watch(socket: Any) -> None:
        seats: dict[int, tuple[str, int]] = {}
        async for message in socket:
            frame = json.loads(message)
            if frame["type"] == "seats":
                for seat, status, version, _ in frame["changes"]:
                    if version > seats.get(seat, ("", 0))[1]:
                        seats[seat] = (status, version)
                if frame["seq"] == FRAMES:
                    return

    connection.send("go")
    begin, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(watch(socket) for socket in opened))
    seconds, busy = time.perf_counter() - begin, time.process_time() - cpu
    report("websockets + json", sockets, seconds, busy)
    for socket in opened:
        socket.transport.abort()
    return sockets * FRAMES / busy


def report(name: str, sockets: int, seconds: float, busy: float) -> None:
    count = sockets * FRAMES
    print(
        f"{name:<18} {sockets:>5} sockets  {count / seconds:>9,.0f} frames/s,"
        f" {count / busy:>9,.0f} for each second of its own CPU"
    )


def main() -> None:
    sockets = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=blast, args=(theirs,), daemon=True)
    process.start()
    try:
        port = ours.recv()
        hammer = uvloop.run(by_hammer(port, sockets, ours))
        library = uvloop.run(by_library(port, sockets, ours))
        print(f"ratio {hammer / library:.1f}")
    finally:
        process.kill()
        process.join()


if __name__ == "__main__":
    main()
