"""A taken port is known first, and a peer that stops reading costs little and not for ever."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator

import pytest

from houseful.domain.errors import ConfigurationError
from houseful.transport.listening import SEND_BUFFER_BYTES, USER_TIMEOUT_MS, address_of, listen

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's options are Linux's")


@pytest.fixture
def sockets() -> Iterator[list[socket.socket]]:
    """Whatever a test puts in is closed after it."""
    opened: list[socket.socket] = []
    yield opened
    for each in opened:
        each.close()


@linux
def test_an_accepted_connection_inherits_the_limits(sockets: list[socket.socket]) -> None:
    sockets += listen("127.0.0.1", 0, 1)
    sockets.append(socket.create_connection(sockets[0].getsockname()))
    accepted, _ = sockets[0].accept()
    sockets.append(accepted)

    assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * SEND_BUFFER_BYTES
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == USER_TIMEOUT_MS
    assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@linux
def test_a_peer_that_does_not_read_holds_little_in_the_kernel(
    sockets: list[socket.socket],
) -> None:
    def taken_by_a_stalled_peer(listening: socket.socket) -> int:
        sockets.append(socket.create_connection(listening.getsockname()))
        accepted, _ = listening.accept()
        sockets.append(accepted)
        accepted.setblocking(False)
        sent = 0
        try:
            while True:
                sent += accepted.send(b"x" * 65536)
        except BlockingIOError:
            return sent

    sockets += listen("127.0.0.1", 0, 1)
    plain = socket.create_server(("127.0.0.1", 0))
    sockets.append(plain)

    assert taken_by_a_stalled_peer(sockets[0]) < 1_000_000 < taken_by_a_stalled_peer(plain)


@linux
def test_each_worker_gets_a_socket_on_the_same_port(sockets: list[socket.socket]) -> None:
    sockets += listen("127.0.0.1", 0, 3)

    assert len(sockets) == 3
    assert len({each.getsockname() for each in sockets}) == 1


@pytest.mark.parametrize("count", [1, 2])
def test_a_port_that_workers_of_another_server_share_is_taken_too(
    sockets: list[socket.socket], count: int
) -> None:
    sockets += listen("127.0.0.1", 0, 2)
    with pytest.raises(ConfigurationError, match=r"port \d+ on 127\.0\.0\.1 is taken"):
        listen("127.0.0.1", sockets[0].getsockname()[1], count)


def test_a_name_that_leads_nowhere_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"cannot listen on nowhere\.invalid"):
        listen("nowhere.invalid", 0, 1)


def test_the_address_is_one_that_a_person_can_open(sockets: list[socket.socket]) -> None:
    sockets += listen("0.0.0.0", 0, 1)
    port = sockets[0].getsockname()[1]

    assert address_of(sockets[0]) == f"http://localhost:{port}"
