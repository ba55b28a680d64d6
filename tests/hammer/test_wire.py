"""The generator's own HTTP and WebSocket ends, byte by byte."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from houseful.hammer.client.http_client import parse_reply
from houseful.hammer.client.live_socket import ClientSocket, frame_length, payload_of
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
    socket.connection_lost(None)
    assert ear.ended == [(4008, "too slow")]


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
