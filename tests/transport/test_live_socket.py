"""A socket without a task: what its listener hears, in which order, and that it hears the end once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from houseful.transport.connection_limiter import ConnectionLimiter
from houseful.transport.keepalive import Keepalive
from houseful.transport.live_socket import LiveSocket
from houseful.transport.protocol import EXTENSION, HandshakeProtocol

PATIENCE_S = 5.0


class Ear:
    """Notes what it hears, and is busy with each message until it may go on."""

    def __init__(self, live: LiveSocket) -> None:
        self.live = live
        self.ends_at = asyncio.get_running_loop().time() + 3600
        self.heard: list[str | bytes] = []
        self.at_once = 0
        self.times_left = 0
        self.may_go_on = asyncio.Event()

    async def hear(self, message: str | bytes) -> None:
        self.at_once += 1
        assert self.at_once == 1, "a message came while another was dealt with"
        self.heard.append(message)
        await self.may_go_on.wait()
        self.at_once -= 1

    def end(self) -> None:
        self.live.close(4501, "time is up")

    def left(self) -> None:
        self.times_left += 1


class Hall:
    """A server whose application returns at once; `ears` are those of its sockets, in order."""

    def __init__(self) -> None:
        self.ears: list[Ear] = []
        self.door = ConnectionLimiter(lambda status, code, message: b"", most=1)
        self.listens = True
        self.seconds_each = 3600.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        live: LiveSocket = scope["extensions"][EXTENSION]()
        if self.listens:
            ear = Ear(live)
            ear.ends_at = asyncio.get_running_loop().time() + self.seconds_each
            self.ears.append(ear)
            await live.serve(ear)


@asynccontextmanager
async def serving(hall: Hall) -> AsyncIterator[tuple[str, uvicorn.Server]]:
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        hall,
        ws=partial(HandshakeProtocol, hall.door, Keepalive(20, 20)),
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve([listening]))
    await eventually(lambda: server.started)
    try:
        yield f"ws://127.0.0.1:{listening.getsockname()[1]}", server
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def opened(hall: Hall) -> AsyncIterator[tuple[ClientConnection, Ear, uvicorn.Server]]:
    async with (
        serving(hall) as (url, server),
        connect(url, proxy=None, close_timeout=0.2) as client,
    ):
        await eventually(lambda: len(hall.ears) == 1)
        yield client, hall.ears[0], server


async def eventually(check: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not check():
            await asyncio.sleep(0.005)


async def close_code(client: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as ended:
        await asyncio.wait_for(client.recv(), PATIENCE_S)
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code


async def test_messages_are_heard_in_order_one_at_a_time() -> None:
    async with opened(Hall()) as (client, ear, server):
        sent = [str(number) for number in range(50)]
        for message in sent:
            await client.send(message)
        await eventually(lambda: ear.heard == ["0"])
        ear.may_go_on.set()
        await eventually(lambda: ear.heard == sent)
        await eventually(lambda: not server.server_state.tasks)  # idle: no task is kept
        await client.send(b"\x00")
        await eventually(lambda: ear.heard[-1] == b"\x00")


async def test_what_was_said_before_the_peer_closed_is_heard_and_then_the_end_once() -> None:
    async with opened(Hall()) as (client, ear, _):
        for message in ("first", "second", "third"):
            await client.send(message)
        await eventually(lambda: ear.heard == ["first"])
        closing = asyncio.create_task(client.close())
        assert ear.times_left == 0
        ear.may_go_on.set()
        await closing
        await eventually(lambda: ear.times_left == 1)
        assert ear.heard == ["first", "second", "third"]
    assert ear.times_left == 1


async def test_after_our_goodbye_nothing_more_is_heard() -> None:
    async with opened(Hall()) as (client, ear, _):
        for message in ("first", "second"):
            await client.send(message)
        await eventually(lambda: ear.heard == ["first"])
        ear.live.close(4008, "too slow")
        assert ear.times_left == 0, "a message is being dealt with"
        assert await close_code(client) == 4008
        ear.may_go_on.set()
        await eventually(lambda: ear.times_left == 1)
        assert ear.heard == ["first"]


@pytest.mark.parametrize("end", ["abort", "vanish", "ours", "theirs"])
async def test_however_it_ends_the_end_is_heard_once_and_the_place_is_free(end: str) -> None:
    hall = Hall()
    assert hall.door.enter("127.0.0.1")
    assert not hall.door.enter("127.0.0.1")
    async with opened(hall) as (client, ear, server):
        match end:
            case "abort":
                ear.live.abort()
            case "vanish":
                client.transport.abort()
            case "ours":
                ear.live.close(4000, "bye")
                ear.live.close(4008, "again")
                assert await close_code(client) == 4000
            case "theirs":
                await client.close()
        await eventually(lambda: not server.server_state.connections)
        ear.live.write(b"\x81\x00")  # to nobody, without a word
        ear.live.close(4000, "bye")
        assert ear.times_left == 1
        assert hall.door.enter("127.0.0.1")


async def test_a_listener_is_told_when_its_time_is_up() -> None:
    hall = Hall()
    hall.seconds_each = 0.05
    async with opened(hall) as (client, ear, _):
        assert await close_code(client) == 4501
        assert ear.times_left == 1


async def test_an_application_that_returns_without_listening_ends_the_socket() -> None:
    hall = Hall()
    hall.listens = False
    async with serving(hall) as (url, _), connect(url, proxy=None, close_timeout=0.2) as client:
        assert await close_code(client) == 1011


async def test_a_server_that_stops_says_when_to_come_back() -> None:
    async with opened(Hall()) as (client, ear, server):
        server.should_exit = True
        assert 4000 <= await close_code(client) <= 4004
        await eventually(lambda: ear.times_left == 1)


async def test_who_does_not_read_gives_its_descriptor_up_and_is_cut_by_abort() -> None:
    async with opened(Hall()) as (client, ear, server):
        assert ear.live.descriptor() is not None
        client.transport.pause_reading()
        piece = b"\x82\x7e\xff\xff" + bytes(0xFFFF)
        for _ in range(400):
            ear.live.write(piece)
        await eventually(lambda: ear.live.buffered() > 0)
        assert ear.live.descriptor() is None
        ear.live.abort()
        await eventually(lambda: not server.server_state.connections)
        assert ear.times_left == 1
