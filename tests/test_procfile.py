"""The Procfile starts a server and the Valkey it shares, under honcho as on a platform."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from honcho.environ import parse_procfile

from tests.support.ports import free_port

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture
def search_path(tmp_path: Path) -> str:
    """PATH with a `houseful` that runs this checkout."""
    directory = tmp_path / "bin"
    directory.mkdir()
    command = directory / "houseful"
    command.write_text(
        f'#!/bin/sh\nPYTHONPATH="{CHECKOUT / "server"}" exec {sys.executable} -m houseful "$@"\n'
    )
    command.chmod(0o755)
    return f"{directory}:{os.environ['PATH']}"


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def test_the_procfile_names_a_web_a_worker_and_a_redis_process() -> None:
    processes = parse_procfile((CHECKOUT / "Procfile").read_text()).processes

    assert list(processes) == ["web", "worker", "redis"]
    assert "houseful serve" in processes["web"]
    assert "houseful work" in processes["worker"]


def test_honcho_starts_all_and_stops_all(tmp_path: Path, search_path: str) -> None:
    data_dir = Path(tempfile.mkdtemp(prefix="houseful-"))  # short: a socket lies in it
    port = free_port()
    procfile = CHECKOUT / "Procfile"
    environment = {
        **os.environ,
        "PATH": search_path,
        "HOST": "127.0.0.1",
        "HOUSEFUL_DATA_DIR": str(data_dir),
        "HOUSEFUL_DEMO_EVENTS": "false",
    }
    with (tmp_path / "log").open("w") as log:
        honcho = subprocess.Popen(
            [sys.executable, "-m", "honcho", "-f", str(procfile), "start", "-p", str(port)],
            env=environment,
            cwd=tmp_path,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        deadline = time.monotonic() + 60
        while not healthy(port):
            said = (tmp_path / "log").read_text()
            assert honcho.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
        while "Houseful works" not in (said := (tmp_path / "log").read_text()):
            assert honcho.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)
    finally:
        honcho.send_signal(signal.SIGTERM)
        honcho.wait(30)

    assert not healthy(port)
    assert not (data_dir / "shared-valkey" / "valkey.sock").exists()
    shutil.rmtree(data_dir)
