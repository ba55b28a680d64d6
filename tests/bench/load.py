"""Clients of a few lines for HTTP, live sockets and Redis, many in one process over epoll.

A client is a generator: it yields the bytes of a request and is sent the answer's. `load` is run by
`rig.Helper` and drives them, as fast as they go or at a given rate.
"""

from __future__ import annotations

import heapq
import json
import select
import socket
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from tests.bench.crowd import answered, ask, masked, walk

PING, PONG = b"\x89", 0x8A
IDLE_S = 0.25

Talk = Generator[bytes, bytes, None]
Cut = Callable[[bytes], tuple[bytes | None, bytes]]
"""Bytes received → (the answer or None while it is not whole, what is left)."""


def cut_http(data: bytes) -> tuple[bytes | None, bytes]:
    head = data.find(b"\r\n\r\n")
    if head < 0:
        return None, data
    place = data.find(b"content-length: ", 0, head)
    end = head + 4
    if place >= 0:
        end += int(data[place + 16 : data.index(b"\r", place)])
    return (data[:end], data[end:]) if len(data) >= end else (None, data)


def cut_socket(data: bytes) -> tuple[bytes | None, bytes]:
    """The next `ok` or `refused`; what is pushed is passed over."""
    answer = None
    rest = b""
    for first_byte, payload in walk(data):
        if first_byte == 0:
            rest = payload
        elif payload.startswith((b'{"type":"ok"', b'{"type":"refused"')):
            answer = payload
    return answer, rest


def cut_resp(data: bytes) -> tuple[bytes | None, bytes]:
    end = resp_end(data, 0)
    return (data[:end], data[end:]) if end else (None, data)


def resp_end(data: bytes, place: int) -> int:
    """Where the RESP value at `place` ends; 0 while it is not whole."""
    line = data.find(b"\r\n", place)
    if line < 0:
        return 0
    kind, end = data[place : place + 1], line + 2
    if kind == b"$":
        size = int(data[place + 1 : line])
        end = end + size + 2 if size >= 0 else end
        return end if end <= len(data) else 0
    if kind == b"*":
        for _ in range(int(data[place + 1 : line])):
            end = resp_end(data, end)
            if not end:
                return 0
    return end


@dataclass(frozen=True)
class Target:
    """Where clients connect and how answers are told apart; `given` goes to each talk."""

    address: Any
    kind: str  # "http", "socket" or "redis"
    path: str = ""
    headers: Sequence[str] = ()


CUTS: dict[str, Cut] = {"http": cut_http, "socket": cut_socket, "redis": cut_resp}


@dataclass
class Client:
    sock: socket.socket
    talk: Talk
    cut: Cut
    asked_at: float = 0.0
    rest: bytes = b""
    request: bytes = b""

    def ask(self, planned_at: float) -> None:
        self.asked_at = planned_at
        self.sock.sendall(self.request)

    def answered(self) -> bool:
        """Read; True when the answer is whole and the next request is ready."""
        answer = self.read()
        if answer is None:
            return False
        self.request = self.talk.send(answer)
        return True

    def read(self) -> bytes | None:
        """The next answer, if it is whole; pings are answered."""
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        whole = self.rest + data
        if self.cut is cut_socket and PING[0] in whole:
            for first_byte, payload in walk(whole):
                if first_byte == PING[0]:
                    self.sock.sendall(masked(payload, PONG))
        answer, self.rest = self.cut(whole)
        return answer


@dataclass
class Load:
    """`run` → latencies in seconds, from when a request was due."""

    clients: list[Client] = field(default_factory=list)
    poll: Any = field(default_factory=select.epoll)

    def open(self, target: Target, talks: Sequence[Talk]) -> None:
        for number, talk in enumerate(talks):
            family = socket.AF_UNIX if isinstance(target.address, str) else socket.AF_INET
            sock = socket.socket(family)
            if family == socket.AF_INET:  # as browsers do: a pong must not hold back a command
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(target.address)
            rest = b""
            if target.kind == "socket":
                ask(sock, target.path, target.headers[number])
                rest = answered(sock)
            client = Client(sock, talk, CUTS[target.kind], rest=rest)
            client.request = next(talk)
            self.clients.append(client)
            self.poll.register(sock.fileno(), select.EPOLLIN)

    def idle(self) -> None:
        """Read what is pushed meanwhile, and answer pings, or the server would let us go."""
        by_fd = {client.sock.fileno(): client for client in self.clients}
        for fd, _ in self.poll.poll(0, len(by_fd)):
            by_fd[fd].read()

    def run(self, seconds: float, rate: float | None = None) -> list[float]:
        by_fd = {client.sock.fileno(): client for client in self.clients}
        begin = time.monotonic()
        end, late, busy = begin + seconds, [], 0
        due: list[tuple[float, int]] = []  # (when, fd) of clients that wait for their turn
        for nth, fd in enumerate(by_fd):
            heapq.heappush(due, (begin + (nth / rate if rate else 0), fd))
        step = len(by_fd) / rate if rate else 0.0
        while due or busy:
            now = time.monotonic()
            while due and due[0][0] <= now:
                when, fd = heapq.heappop(due)
                if when < end:
                    by_fd[fd].ask(when if rate else now)
                    busy += 1
            wait = max(0.0, due[0][0] - now) if due else 1.0
            for fd, _ in self.poll.poll(wait, 256):
                client = by_fd[fd]
                if not client.asked_at:
                    client.read()
                    continue
                if client.answered():
                    now = time.monotonic()
                    late.append(now - client.asked_at)
                    when = client.asked_at + step if rate else now
                    client.asked_at = 0.0
                    busy -= 1
                    heapq.heappush(due, (when, fd))
        return late


def load(pipe: Connection, target: Target, make: Callable[..., Talk], given: Sequence[Any]) -> None:
    """Open a client per item of `given`; each (seconds, rate or None) is answered with latencies."""
    work = Load()
    work.open(target, [make(*each) for each in given])
    while True:
        while not pipe.poll(IDLE_S):
            work.idle()
        seconds, rate = pipe.recv()
        pipe.send(work.run(seconds, rate))


def http_request(method: str, path: str, head: str, body: object = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{head}Content-Type: application/json\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode() + content


def same(request: bytes) -> Talk:
    """The same again and again; only a good answer counts."""
    while True:
        answer = yield request
        assert answer.startswith((b"HTTP/1.1 2", b"HTTP/1.1 304")), answer[:200]


def http_buyer(event_id: int, token: str, seats: Sequence[int], version: int) -> Talk:
    """Reserves its own seats and gives them back, for ever."""
    path = f"/events/{event_id}/reservations"
    head = f"Authorization: Bearer {token}\r\n"
    while True:
        wanted = [{"seatId": seat, "version": version} for seat in seats]
        answer = yield http_request("POST", path, head, {"seats": wanted, "sessionId": "s"})
        assert b" 201 " in answer[:16], answer
        reservation = json.loads(answer[answer.index(b"\r\n\r\n") :])["data"]["id"]
        answer = yield http_request("DELETE", f"{path}/{reservation}", head)
        assert b" 200 " in answer[:16], answer
        version += 2


def socket_buyer(_: int, __: str, seats: Sequence[int], version: int) -> Talk:
    while True:
        wanted = [{"seatId": seat, "version": version} for seat in seats]
        for command in (
            {"type": "reserve", "ref": 1, "seats": wanted, "sessionId": "s"},
            {"type": "release", "ref": 2, "seatIds": list(seats)},
        ):
            answer = yield masked(json.dumps(command).encode())
            assert answer.startswith(b'{"type":"ok"'), answer
        version += 2


def script_buyer(
    digests: tuple[str, str],
    keys: Sequence[str],
    user: str,
    seats: Sequence[int],
    version: int,
    incarnation: str,
) -> Talk:
    """The same two moves as bare EVALSHA."""
    while True:
        pairs = [part for seat in seats for part in (seat, version)]
        answer = yield resp(
            "EVALSHA",
            digests[0],
            5,
            *keys,
            user,
            "s",
            600_000,
            10,
            0,
            "",
            0,
            0,
            *pairs,
            incarnation,
        )
        assert b"granted" in answer, answer
        answer = yield resp(
            "EVALSHA", digests[1], 5, *keys, user, 0, "released", *seats, incarnation
        )
        assert b"released" in answer, answer
        version += 2


def resp(*parts: object) -> bytes:
    texts = [str(part).encode() for part in parts]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%b\r\n" % (len(t), t) for t in texts)
