"""A PostgreSQL of our own for tests: a direct child, so that a killed one can be waited for."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.support.ports import free_port

DEADLINE_S = 20


def binaries() -> Path | None:
    """The newest installed server's directory, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


class Postgres:
    """One server with its own data directory and port, run as user `postgres` when we are root."""

    def __init__(self) -> None:
        directory = binaries()
        assert directory is not None
        self._bin = directory
        self.home = Path(tempfile.mkdtemp(prefix="houseful-pg-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.home, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.port = free_port()
        self._databases = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._run("initdb", "-A", "trust", "-U", "houseful", "-N", "-D", f"{self.home}/data")

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self._bin / name, *arguments],
            check=True, capture_output=True, cwd=self.home, **self._as,
        )  # fmt: skip

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                self._bin / "postgres", "-D", f"{self.home}/data", "-p", str(self.port),
                "-c", "listen_addresses=127.0.0.1", "-k", str(self.home),
                "-c", "max_connections=200",
            ],
            cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._as,
        )  # fmt: skip
        deadline = time.monotonic() + DEADLINE_S
        ready = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            assert self._process.poll() is None, "PostgreSQL ended at its start"
            assert time.monotonic() < deadline, "PostgreSQL did not come up"
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """End it and wait; SIGQUIT is an immediate shutdown, as a crash would be."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(DEADLINE_S)
            self._process = None

    def new_database(self, template: str = "template1") -> str:
        """The URL of a fresh database, empty or a copy of another."""
        self._databases += 1
        name = f"test{self._databases}"
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "houseful")
        self._run("createdb", *where, "-T", template, name)
        return f"postgresql://houseful@127.0.0.1:{self.port}/{name}"

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)
