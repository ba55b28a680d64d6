"""Runs one embedded Valkey and never lets it outlive its server.

    python guardian.py COMMAND…

Standard input is a pipe whose other end the server holds and never writes to. The kernel closes it
when the server ends, by `kill -9` too; then the child is asked to stop, which makes it flush its
append-only file, and after `GRACE_S` it is killed. Should the guardian itself be killed, Linux
hands the child a SIGTERM. Runs by path, isolated: nothing but the standard library.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from types import FrameType

GRACE_S = 10.0
"""Flushing takes milliseconds; a disk that hangs must not keep the guardian for ever."""

PR_SET_PDEATHSIG = 1
"""From Linux <sys/prctl.h>: the signal this process gets when its parent dies."""


def main(command: list[str]) -> int:
    """Run `command` until it ends or the pipe closes; returns its exit code."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        close_fds=False,  # the lock on the data directory travels on to the child
        preexec_fn=_end_with_parent(os.getpid()),
    )

    def on_terminate(_signal: int, _frame: FrameType | None) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, on_terminate)
    threading.Thread(target=_stop_when_closed, args=(child,), daemon=True).start()
    return child.wait()


def _stop_when_closed(child: subprocess.Popen[bytes]) -> None:
    os.read(sys.stdin.fileno(), 1)  # returns when the other end closes
    child.terminate()
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()


def _end_with_parent(parent_pid: int) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)  # loaded before the fork: nothing may allocate after it

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent_pid:  # the parent died before the request was made
            os._exit(1)

    return ask


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
