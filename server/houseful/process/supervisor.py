"""Keeps the workers and the embedded Valkey running, and ends them together.

Owns: child processes, the order of start and stop, restarts.
Never: serves a request.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import structlog

from houseful.domain.errors import ConfigurationError, HousefulError
from houseful.process.early import EarlyWorker, command
from houseful.telemetry import shared_metrics
from houseful.transport.listening import GRACEFUL_SHUTDOWN_S, renewed

if TYPE_CHECKING:
    from houseful.valkey.embedded import EmbeddedValkey

log = structlog.get_logger(__name__)

LOOK_INTERVAL_S: Final = 0.2
READY_TIMEOUT_S: Final = 60.0
KILL_AFTER_S: Final = GRACEFUL_SHUTDOWN_S + 5.0
SLOWEST_RESTART_S: Final = 5.0
"""A worker that dies at once is started after 0.1 s, then 0.2 s … but at least this often."""

REFUSAL_BYTES: Final = 16 * 1024
"""Of the sentence why a worker cannot serve."""

STEADY_AFTER_S: Final = 30.0
"""A worker that ran this long did not die of how it was started."""


class WorkerProcess:
    """One worker process, started again when it dies, and the socket it listens on."""

    def __init__(
        self,
        listening: socket.socket,
        environment: Mapping[str, str],
        early: EarlyWorker | None = None,
    ) -> None:
        """`early` is the process of the first start; later ones are started anew."""
        self._early = early
        self.listening = listening
        self._environment = dict(environment)
        self._failures = 0
        self._started_at = 0.0
        self._ready_fd = -1
        self._is_mourned = False
        self._process: subprocess.Popen[bytes] | None = None
        self.refusal = ""

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    @property
    def exit_code(self) -> int | None:
        return self._process.poll() if self._process else 1

    def start(self, *, waits: bool = False) -> None:
        """Begin to load, and serve; one that `waits` reaches Redis when `go` tells it to."""
        ready_fd, told_fd = os.pipe()
        descriptors = [self.listening.fileno(), told_fd]
        try:
            if self._early is not None:
                self._process = self._early.hand_over(descriptors, self._environment)
                self._early = None
            else:
                self._process = subprocess.Popen(
                    command(*descriptors),
                    stdin=subprocess.PIPE,
                    pass_fds=descriptors,
                    env=self._environment,
                    start_new_session=True,  # Ctrl+C is for the supervisor, which then tells us
                )
        finally:
            os.close(told_fd)
        self._close_ready()
        self._ready_fd = ready_fd
        self._is_mourned = False
        self._started_at = time.monotonic()
        if not waits:
            self.go()

    def go(self, *, prepares: bool = False) -> None:
        """Serve; with `prepares` see to Redis and the database before."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):  # it died; `is_ready` says so
                self._process.stdin.write(b"p" if prepares else b"s")
                self._process.stdin.flush()

    def is_ready(self, within_s: float) -> bool:
        """Wait for the first of: it serves, it died, time is up."""
        ready, _, _ = select.select([self._ready_fd], [], [], max(0.0, within_s))
        said = os.read(self._ready_fd, REFUSAL_BYTES) if ready else b""
        self.refusal = "" if said == b"ready" else said.decode(errors="replace")
        return said == b"ready"

    def restart_if_due(self) -> None:
        """Start a worker that died, at once or, after repeated failures, a little later."""
        if not self._is_mourned:
            self._is_mourned = True
            self.listening = renewed(self.listening)
        lived_s = time.monotonic() - self._started_at
        if lived_s > STEADY_AFTER_S:
            self._failures = 0
        if lived_s < min(SLOWEST_RESTART_S, 0.1 * 2**self._failures):
            return
        self._failures += 1
        log.error("worker_died", worker_pid=self.pid, exit_code=self.exit_code)
        if shared_metrics.SHARED in self._environment:
            shared_metrics.forget(Path(self._environment[shared_metrics.SHARED]), self.pid)
        self._forget()
        self.start()

    def replacement(self) -> WorkerProcess:
        """Another on the same socket, to take over once it serves."""
        return WorkerProcess(self.listening, self._environment)

    def tell(self, signal_number: int) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal_number)

    def end(self, deadline: float) -> None:
        """Wait for it to end by itself until `deadline`, then kill it."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("worker_killed", worker_pid=self.pid)
            self._process.kill()
            self._process.wait()
        self._forget()

    def _forget(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with suppress(BrokenPipeError):  # what it died too soon to be told
                self._process.stdin.close()
        self._process = None
        self._close_ready()

    def _close_ready(self) -> None:
        if self._ready_fd >= 0:
            os.close(self._ready_fd)
            self._ready_fd = -1


class Supervisor:
    """Runs one worker per listening socket or `count` on a single one, until SIGTERM or Ctrl+C.

    SIGUSR1 replaces the workers one after another, for a new version or new certificates: the next
    serves on the same socket before the one before it leaves, so that nobody is turned away.
    """

    def __init__(
        self,
        sockets: list[socket.socket],
        count: int,
        environment: Mapping[str, str],
        *,
        valkey: EmbeddedValkey | None = None,
        early: EarlyWorker | None = None,
    ) -> None:
        """`valkey` may be starting still; the environment names its address. `early` is the first
        worker, if it loads already."""
        self._valkey = valkey
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._replacing = threading.Event()
        self.workers = [
            WorkerProcess(
                sockets[number % len(sockets)], environment, early if number == 0 else None
            )
            for number in range(count)
        ]

    def run(self, on_ready: Callable[[], None]) -> None:
        """Start all, call `on_ready` once they serve, and look after them until told to stop.

        Raises ConfigurationError if Valkey or a worker cannot start at all. Valkey is the caller's to
        stop.
        """
        with self._told_by_signals():
            try:
                self._start()
                if not self._stopping.is_set():
                    on_ready()
                while not self._stopping.is_set():
                    self._woken.wait(LOOK_INTERVAL_S)
                    self._woken.clear()
                    self._look()
                    if self._replacing.is_set():
                        self._replacing.clear()
                        self._replace_in_turn()
            finally:
                self._stop()

    def _start(self) -> None:
        """All load at once, while Valkey starts; the first makes everything ready for the others."""
        for worker in self.workers:
            worker.start(waits=True)
        if self._valkey is not None:
            self._valkey.wait_until_ready()
        deadline = time.monotonic() + READY_TIMEOUT_S
        first, *others = self.workers
        first.go(prepares=True)
        self._require_ready(first, deadline)
        for worker in others:
            worker.go()
        for worker in others:
            self._require_ready(worker, deadline)

    def _require_ready(self, worker: WorkerProcess, deadline: float) -> None:
        if not worker.is_ready(deadline - time.monotonic()) and not self._stopping.is_set():
            raise ConfigurationError(
                worker.refusal or f"worker {worker.pid} did not start; what it said stands above"
            )

    def _look(self) -> None:
        if self._valkey is not None and not self._valkey.is_running:
            log.error("valkey_died")
            try:
                self._valkey.start()
            except HousefulError as error:
                log.error("valkey_does_not_start", error=error.told)
        for worker in self.workers:
            if worker.exit_code is not None:
                worker.restart_if_due()

    def _replace_in_turn(self) -> None:
        """Rolling restart: each worker ends once its replacement serves; stops at the first that fails."""
        for number, worker in enumerate(self.workers):
            log.info("replacing_worker", worker_pid=worker.pid)
            replacement = worker.replacement()
            replacement.start()
            if not self._is_ready_in_time(replacement):
                if not self._stopping.is_set():
                    log.error(
                        "worker_does_not_serve",
                        worker_pid=replacement.pid,
                        error=replacement.refusal,
                    )
                replacement.tell(signal.SIGKILL)
                replacement.end(time.monotonic() + KILL_AFTER_S)
                return
            self.workers[number] = replacement
            worker.tell(signal.SIGTERM)
            worker.end(time.monotonic() + KILL_AFTER_S)

    def _is_ready_in_time(self, worker: WorkerProcess) -> bool:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline and not self._stopping.is_set():
            if worker.is_ready(LOOK_INTERVAL_S):
                return True
            if worker.exit_code is not None:
                return False
        return False

    def _stop(self) -> None:
        for worker in self.workers:
            worker.listening.close()  # nobody new waits on a socket that no worker will serve
            worker.tell(signal.SIGTERM)
        deadline = time.monotonic() + KILL_AFTER_S
        for worker in self.workers:
            worker.end(deadline)

    @contextmanager
    def _told_by_signals(self) -> Iterator[None]:
        """The first SIGTERM or Ctrl+C stops in good order; a second one kills the workers."""

        def on_signal(_number: int, _frame: FrameType | None) -> None:
            if self._stopping.is_set():
                for worker in self.workers:
                    worker.tell(signal.SIGKILL)
            self._stopping.set()
            self._woken.set()

        def on_replace(_number: int, _frame: FrameType | None) -> None:
            self._replacing.set()
            self._woken.set()

        def on_death(_number: int, _frame: FrameType | None) -> None:
            self._woken.set()

        handlers = {
            signal.SIGTERM: on_signal,
            signal.SIGINT: on_signal,
            signal.SIGUSR1: on_replace,
            signal.SIGCHLD: on_death,
        }
        before = {number: signal.signal(number, do) for number, do in handlers.items()}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
