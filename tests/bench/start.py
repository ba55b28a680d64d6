"""How long `houseful serve` takes until it is ready, what its supervisor keeps, and `houseful token`.

    python -m tests.bench start [--quick]

Each is started several times on a warm disk; the first start of a data directory, which makes the
schema and three events, stands by itself.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass

from tests.bench.rig import CORES, ROOT, Numbers, median, resident_bytes
from tests.support.ports import free_port

COMMAND = "start"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Start:
    """Seconds until `/readyz` says yes, and the supervisor's memory then."""

    seconds: float
    resident_bytes: int


def serve(directory: str) -> Start:
    port = free_port()
    begun = time.monotonic()
    process = subprocess.Popen(
        [*houseful("serve", directory), "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "HOUSEFUL_LOG_LEVEL": "error"},
        stdout=subprocess.DEVNULL,
    )
    try:
        while not is_ready(port):
            assert time.monotonic() < begun + PATIENCE_S, "not ready in time"
            assert process.poll() is None, "it ended"
            time.sleep(0.005)
        return Start(time.monotonic() - begun, resident_bytes(process.pid))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.HTTPError, OSError):
        return False


def token(directory: str) -> float:
    begun = time.monotonic()
    command = [*houseful("token", directory), "--user", "ada"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - begun


def houseful(command: str, directory: str) -> list[str]:
    return [sys.executable, "-m", "houseful", command, "--data-dir", directory]


def run(numbers: Numbers, *, quick: bool, long: bool) -> None:
    times = 2 if quick else 7
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, CORES)  # a start has every core, as for those who run it
    with tempfile.TemporaryDirectory() as directory:
        first = serve(directory)
        starts = [serve(directory) for _ in range(times)]
        tokens = [token(directory) for _ in range(times)]
    numbers.add(
        "`houseful serve` until `/readyz` says yes",
        f"{median([start.seconds for start in starts]):.2f} s",
        f"{first.seconds:.2f} s with a new data directory",
        COMMAND,
    )
    numbers.add(
        "memory of its supervisor",
        f"{median([start.resident_bytes for start in starts]) / 1e6:.0f} MB",
        "",
        COMMAND,
    )
    numbers.add("`houseful token`", f"{median(tokens):.2f} s", "", COMMAND)
