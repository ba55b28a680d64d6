"""A worker that loads its application while the command still reads its settings.

Owns: the process until it is handed over. It is given its sockets and variables through a socket of
its own, and ends by itself when that closes before.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

WORKER_MODULE = "houseful.process"
"""What a worker process runs."""

MESSAGE_BYTES: Final = 64 * 1024
"""Of the variables that are handed over: those that differ from the command's own."""


def command(*descriptors: int) -> list[str]:
    """-P: a folder `houseful` where the server was started is not what the worker imports."""
    return [sys.executable, "-P", "-m", WORKER_MODULE, *map(str, descriptors)]


class EarlyWorker:
    """Begins to load at once."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command(theirs.fileno()),
                stdin=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl+C is for the supervisor, which then tells us
            )
        self._is_handed_over = False

    def hand_over(
        self, descriptors: Sequence[int], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """The process, which is the caller's from now on."""
        differing = {
            name: value for name, value in environment.items() if os.environ.get(name) != value
        }
        message = json.dumps(differing).encode()
        with self._control, suppress(OSError):  # it died: nobody will say that it is ready
            socket.send_fds(self._control, [message], descriptors)
        self._is_handed_over = True
        return self._process

    def end(self) -> None:
        """If nobody took it."""
        if not self._is_handed_over:
            self._control.close()
            self._process.kill()
            self._process.communicate()


def received(control_fd: int) -> list[int]:
    """In the worker: the descriptors that were handed over, its variables set; none if it is not wanted."""
    with socket.socket(fileno=control_fd) as control:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 2)
    os.environ.update(json.loads(message or b"{}"))
    return list(descriptors)
