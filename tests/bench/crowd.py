"""Ten thousand viewers in one process, and the hand that changes seats: a library's client costs
more than the server it would measure, so these speak WebSocket in a few lines over epoll.

`crowd` and `changer` are run by `rig.Helper`.
"""

from __future__ import annotations

import asyncio
import os
import select
import socket
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from houseful.domain.seats import Changed
from houseful.redis import connection
from houseful.store.seats import SeatStore

READ_BYTES = 65536
SAMPLES_EVERY = 64
"""Sockets read between two looks at the sampled ones, so that a crowd's own delay stays small."""

AT_ONCE = 200
"""Handshakes under way at any time; the server's accept queue takes 4,096."""

PER_ADDRESS = 5_000
"""Connections from one loopback address: of its 28,000 ports many may still wait for their end, of
this run and of others, and the search for a free one takes milliseconds."""


def walk(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(first byte, payload) of each whole server frame; the rest comes as (0, rest) at the end."""
    place, end = 0, len(data)
    while end - place >= 2:
        size, head = data[place + 1], 2
        if size >= 126:
            head = 4 if size == 126 else 10
            if end - place < head:
                break
            size = int.from_bytes(data[place + 2 : place + head], "big")
        if end - place < head + size:
            break
        yield data[place], data[place + head : place + head + size]
        place += head + size
    yield 0, data[place:]


def masked(payload: bytes, first_byte: int = 0x81) -> bytes:
    """A client's frame; the mask is zero, which is one like any other."""
    size = len(payload)
    head = bytes((first_byte, 0x80 | size)) if size < 126 else bytes((first_byte, 0xFE))
    return head + (size.to_bytes(2, "big") if size >= 126 else b"") + bytes(4) + payload


def ask(sock: socket.socket, path: str, headers: str) -> None:
    """A client's half of the handshake."""
    sock.sendall(
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
        "".encode()
    )


def answered(sock: socket.socket) -> bytes:
    """Wait for the server's half; returns what came behind it. Raises ConnectionError when refused."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = sock.recv(READ_BYTES)
        if not part:
            raise ConnectionError("hung up in the handshake")
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    if b" 101 " not in head[:16]:
        raise ConnectionError(head.decode(errors="replace")[:200])
    return rest


@dataclass
class Counted:
    """What the crowd has seen since it was last asked to forget."""

    frames: int = 0
    bytes: int = 0
    closed: int = 0
    first_s: float = 0.0
    last_s: float = 0.0
    samples: list[tuple[float, int, bytes]] = field(default_factory=list)


class Crowd:
    """`sampled` of the viewers keep each frame with the time it came; the others count theirs."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.epoll = select.epoll()
        self.sampled = select.epoll()
        self.sockets: dict[int, socket.socket] = {}
        self.rest: defaultdict[int, bytes] = defaultdict(bytes)
        self.counted = Counted()
        self.network = 1 + os.getpid() % 254
        self.opened = 0
        self.kept: set[int] = set()
        self.stalled: list[int] = []

    def connect(self, count: int, path: str, headers: Sequence[str], samples: int = 0) -> float:
        """Seconds it took; viewers take turns with the headers (one per user)."""
        begin = time.monotonic()
        every = count // samples if samples else count + 1
        for first in range(0, count, AT_ONCE):
            numbers = range(first, min(count, first + AT_ONCE))
            asked = [self._asking(path, headers[number % len(headers)]) for number in numbers]
            for number, sock in zip(numbers, asked, strict=True):
                self._watch(sock, is_kept=number % every == every - 1)
            self.turn(0)
        return time.monotonic() - begin

    def _asking(self, path: str, headers: str) -> socket.socket:
        sock = socket.socket()
        sock.bind((f"127.{self.network}.{self.opened // PER_ADDRESS}.2", 0))
        self.opened += 1
        sock.connect(("127.0.0.1", self.port))
        ask(sock, path, headers)
        return sock

    def _watch(self, sock: socket.socket, *, is_kept: bool) -> None:
        rest, fd = answered(sock), sock.fileno()
        sock.setblocking(False)
        self.sockets[fd] = sock
        if is_kept:
            self.kept.add(fd)
        (self.sampled if is_kept else self.epoll).register(fd, select.EPOLLIN)
        self._take(fd, rest, time.monotonic(), keep=is_kept)

    def stall(self, count: int) -> None:
        """So many of those who are not sampled stop reading; they stay connected."""
        for fd in [fd for fd in self.sockets if fd not in self.kept][:count]:
            self.epoll.unregister(fd)
            self.stalled.append(fd)

    def gone(self) -> int:
        """How many of the stalled the server has cut: their sockets end in an error or EOF."""
        poll = select.poll()
        for fd in self.stalled:
            poll.register(fd, select.POLLRDHUP | select.POLLERR | select.POLLHUP)
        return len(poll.poll(0))

    def drop(self) -> None:
        """All hang up at once."""
        for fd, sock in self.sockets.items():
            sock.close()
            self.rest.pop(fd, None)
        self.sockets.clear()
        self.kept.clear()
        self.epoll.close()
        self.sampled.close()
        self.epoll, self.sampled = select.epoll(), select.epoll()

    def turn(self, timeout: float) -> None:
        """Read what is there."""
        ready = self.epoll.poll(timeout, SAMPLES_EVERY)
        for fd, _ in self.sampled.poll(0):
            self._read(fd, keep=True)
        for fd, _ in ready:
            self._read(fd, keep=False)

    def _read(self, fd: int, *, keep: bool) -> None:
        try:
            data = self.sockets[fd].recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        now = time.monotonic()
        counted = self.counted
        if not data:
            counted.closed += 1
            (self.sampled if keep else self.epoll).unregister(fd)
            return
        counted.bytes += len(data)
        counted.first_s = counted.first_s or now
        counted.last_s = now
        if not keep and not self.rest[fd] and len(data) == whole(data):
            counted.frames += 1
            return
        self._take(fd, data, now, keep=keep)

    def _take(self, fd: int, data: bytes, now: float, *, keep: bool) -> None:
        counted = self.counted
        for first_byte, payload in walk(self.rest[fd] + data):
            if first_byte == 0:
                self.rest[fd] = payload
                continue
            if first_byte == 0x89:
                self.sockets[fd].send(masked(payload, 0x8A))
                continue
            counted.frames += 1
            if keep:
                counted.samples.append((now, first_byte, payload))


def whole(data: bytes) -> int:
    """The length of the first frame, if it is text or binary."""
    if data[0] not in (0x81, 0x82) or len(data) < 4:
        return -1
    size = data[1]
    return size + 2 if size < 126 else int.from_bytes(data[2:4], "big") + 4 if size == 126 else -1


def crowd(pipe: Connection, port: int) -> None:
    """Serve `connect`, `stall`, `gone`, `drop` and `forget` (answers what was counted) over the pipe."""
    people = Crowd(port)
    pipe_poll = select.poll()
    pipe_poll.register(pipe.fileno(), select.POLLIN)
    while True:
        people.turn(0.002)
        if not pipe_poll.poll(0):
            continue
        name, *given = pipe.recv()
        if name == "forget":
            seen, people.counted = people.counted, Counted()
            pipe.send(seen)
        else:
            act: Callable[..., Any] = getattr(people, name)
            pipe.send(act(*given))


def changer(pipe: Connection, redis_url: str, event_id: int, seats: Sequence[int]) -> None:
    """Each ("run", changes per second, seconds) → [(seat, version, monotonic time of Lua's reply)]."""
    asyncio.run(_change(pipe, redis_url, event_id, seats))


async def _change(pipe: Connection, redis_url: str, event_id: int, seats: Sequence[int]) -> None:
    client = connection.connect(redis_url)
    hand = Hand(SeatStore(client), event_id, seats)
    try:
        while True:
            _, rate, seconds = await asyncio.to_thread(pipe.recv)
            pipe.send(await hand.run(rate, seconds))
    finally:
        await client.aclose()


@dataclass
class Hand:
    """Blocks and frees one seat after the other."""

    store: SeatStore
    event_id: int
    seats: Sequence[int]
    versions: dict[int, int] = field(default_factory=dict)
    nth: int = 0

    async def run(self, rate: float, seconds: float) -> list[tuple[int, int, float]]:
        if not self.versions:
            base = (await self.store.snapshot(self.event_id)).version_base
            self.versions = dict.fromkeys(self.seats, base)
        done: list[tuple[int, int, float]] = []
        begin = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for turn in range(round(rate * seconds)):
                wait = begin + turn / rate - time.monotonic()
                if wait > 0:
                    await asyncio.sleep(wait)
                group.create_task(self._change(self.seats[self.nth % len(self.seats)], done))
                self.nth += 1
        return done

    async def _change(self, seat: int, done: list[tuple[int, int, float]]) -> None:
        move = self.store.unblock if self.versions[seat] % 2 else self.store.block
        answer = await move(self.event_id, [seat])
        assert isinstance(answer, Changed), answer
        self.versions[seat] += 1
        done.append((seat, self.versions[seat], time.monotonic()))
