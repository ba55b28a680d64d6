"""The generator's own HTTP and WebSocket ends, byte by byte."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from houseful.hammer.client import address
from houseful.hammer.client.http_client import ANSWER_WITHIN_S, parse_reply
from houseful.hammer.client.live_socket import GUID, ClientSocket, frame_length, payload_of
from houseful.hammer.client.transports import OverSocket
from houseful.hammer.people.identities import Identity
from houseful.hammer.plan import RunPlan
from houseful.hammer.run_context import Facts, RunContext, reason_of
from houseful.wire import frames

PLAIN = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"data": "x"}'


@dataclass
class Ear:
    """Keeps what a socket said."""

    heard: list[bytes] = field(default_factory=list)
    ended: list[tuple[int, str]] = field(default_factory=list)

    def got(self, frame: bytes) -> None:
        self.heard.append(frame)

    def closed(self, code: int, reason: str) -> None:
        self.ended.append((code, reason))


class Line(asyncio.Transport):
    """Where a protocol writes to; keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.is_over = False

    def write(self, data: Any) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return self.is_over

    def close(self) -> None:
        self.is_over = True

    def abort(self) -> None:
        self.is_over = True


def opened() -> tuple[ClientSocket, Ear, Line]:
    ear, line = Ear(), Line()
    socket = ClientSocket(ear)
    socket.connection_made(line)
    return socket, ear, line


def unmasked(sent: bytes) -> bytes:
    """The payload of one short frame from a client."""
    size, mask = sent[1] & 0x7F, sent[2:6]
    assert sent[1] & 0x80, "a client must mask"
    return bytes(byte ^ mask[at % 4] for at, byte in enumerate(sent[6 : 6 + size]))


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_frame_of_any_length_is_understood(size: int) -> None:
    frame = frames.prepare(b"x" * size)
    assert frame_length(frame, 0) == len(frame)
    assert payload_of(frame) == b"x" * size
    assert frame_length(frame[:1], 0) == 0


def test_frames_are_whole_however_they_are_cut() -> None:
    told = [frames.prepare(b"a" * size) for size in (0, 5, 126, 70_000, 3)]
    stream, dice = b"".join(told), random.Random(5)
    for _ in range(20):
        socket, ear, _ = opened()
        at = 0
        while at < len(stream):
            step = dice.choice((1, 2, 50, 40_000))
            socket.data_received(stream[at : at + step])
            at += step
        assert ear.heard == told


def test_a_ping_is_answered_and_a_close_is_returned_with_its_code() -> None:
    socket, ear, line = opened()
    socket.data_received(frames.prepare(b"hi", 0x89))
    assert (line.sent[0], unmasked(line.sent)) == (0x8A, b"hi")
    line.sent = b""
    socket.data_received(frames.prepare((4008).to_bytes(2, "big") + b"too slow", frames.CLOSE))
    assert unmasked(line.sent) == (4008).to_bytes(2, "big")
    assert ear.ended == [(4008, "too slow")]  # while the connection still has things to send
    socket.connection_lost(None)
    assert len(ear.ended) == 1


class Venue:
    """A server whose first sockets end as told, and whose later ones answer."""

    def __init__(self, *endings: str) -> None:
        self.endings = list(endings)
        self.heard = 0
        self.calls: list[asyncio.Task[None]] = []

    def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls.append(asyncio.create_task(self._call(reader, writer)))

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = re.search(r"Sec-WebSocket-Key: (\S+)", request)
        assert key is not None
        accept = base64.b64encode(hashlib.sha1(key[1].encode() + GUID).digest())
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        while len(head := await reader.read(2)) == 2:
            payload = await reader.readexactly(4 + (head[1] & 0x7F))
            if head[0] != 0x81:
                continue
            self.heard += 1
            ending = self.endings.pop(0) if self.endings else "answers"
            if ending.startswith("answers"):
                ref = json.loads(unmasked(head + payload))["ref"]
                message = {"type": "ok", "ref": ref, "data": {"heard": self.heard}}
                writer.write(frames.prepare(json.dumps(message).encode()))
            if ending.endswith("closes"):  # and leaves the connection as it is
                writer.write(frames.prepare((1012).to_bytes(2, "big"), frames.CLOSE))
            if ending == "hangs up":
                return


@asynccontextmanager
async def speaking_with(venue: Venue) -> AsyncIterator[OverSocket]:
    server = await asyncio.start_server(venue.answer, "127.0.0.1", 0)
    plan = RunPlan(address.parse(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"))
    way = OverSocket(RunContext(plan, Facts(1, "", 1, 600, 10, "demo", "", 0)))
    try:
        await way.open(Identity("ada", "token"))
        async with asyncio.timeout(ANSWER_WITHIN_S / 4):  # no test waits for what never comes
            yield way
    finally:
        way.close()
        server.close()
        await asyncio.gather(*venue.calls)


@pytest.mark.parametrize(
    ("ending", "counted"), [("closes", "closed_1012"), ("hangs up", "closed_1006")]
)
async def test_a_socket_that_closes_under_a_command_is_counted_as_that_at_once(
    ending: str, counted: str
) -> None:
    venue = Venue(ending)
    async with speaking_with(venue) as way:
        with pytest.raises(ConnectionError) as caught:
            await way.take("reserve", {"seats": []}, "s")
        assert reason_of(caught.value) == counted
        assert (await way.take("reserve", {"seats": []}, "s")).data == {"heard": 2}


async def test_a_socket_that_closed_between_two_commands_is_not_waited_for() -> None:
    """The buyer's pause is when servers close; the second command goes over a new socket."""
    venue = Venue("answers and closes")
    async with speaking_with(venue) as way:
        assert (await way.take("reserve", {"seats": []}, "s")).data == {"heard": 1}
        assert (await way.release(1, [1])).data == {"heard": 2}


def test_an_answer_is_taken_when_it_is_whole() -> None:
    whole = PLAIN.replace(b"12", b"13")
    for end in range(len(whole)):
        assert parse_reply(whole[:end]) is None
    found = parse_reply(whole)
    assert found is not None
    assert (found[0].status, found[0].data, found[1]) == (201, "x", True)


def test_a_chunked_answer_of_a_proxy_is_put_together() -> None:
    head = b"HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    whole = head + b'12\r\n{"error": {"code":\r\n5\r\n "x"}\r\n1\r\n}\r\n0\r\n\r\n'
    found = parse_reply(whole)
    assert found is not None
    assert found[0].code == "x"
    assert parse_reply(whole[:-9]) is None


@pytest.mark.parametrize("junk", [b"SSH-2.0\r\n\r\n", PLAIN + b"", b"x" * 70_000])
def test_what_is_no_answer_is_an_error(junk: bytes) -> None:
    with pytest.raises(ValueError):
        parse_reply(junk)
