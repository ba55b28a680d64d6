"""What a command loads: each started server, and each `houseful token`, pays for its imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from houseful.domain.errors import ConfigurationError
from houseful.process.supervisor import Supervisor
from houseful.transport.listening import listen

HEAVY = {
    *("alembic", "sqlalchemy", "sqlmodel", "redis", "rich", "structlog", "stripe", "httpx2"),
    *("uvicorn", "starlette", "segno", "uharfbuzz", "pydyf", "PIL", "zxingcpp", "markdown_it"),
    *("aiosmtplib", "prometheus_client", "email_validator", "asyncpg", "opentelemetry"),
    *("houseful.hammer.run", "houseful.hammer.report"),
}
"""Take 20 ms and more each, or bring in something that does."""


def loaded_by(program: str) -> set[str]:
    """Names of the modules that a new process has when `program` is through."""
    told = f"{program}\nimport json, sys; sys.stderr.write(chr(10) + json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    listed = [line for line in done.stderr.splitlines() if line.startswith('["')]
    return set(json.loads(listed[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["token", "--user", "ada"]])
def test_a_command_that_needs_no_server_loads_none(arguments: list[str], tmp_path: Path) -> None:
    given = [*arguments, "--data-dir", str(tmp_path)] if arguments[0] == "token" else arguments
    loaded = loaded_by(
        f"import sys; sys.argv = ['houseful', *{given!r}]\n"
        "from houseful.cli.commands import main\n"
        "try: main()\n"
        "except SystemExit as ended: assert not ended.code"
    )

    assert "houseful.cli.commands" in loaded
    assert sorted(loaded & HEAVY) == []


SERVE = """
import os, sys
from houseful import lean
lean.load("structlog", without="rich")
from houseful.process import early, supervisor
os.environ["PYTHONPATH"] = os.getcwd()
early.WORKER_MODULE = "tests.support.tiny_worker"
whole = supervisor.Supervisor._start
def start(self):
    whole(self)
    self._stopping.set()
supervisor.Supervisor._start = start
sys.argv = ["houseful", "serve", "--port", "0", "--data-dir", sys.argv[1]]
from houseful.cli.commands import main
try: main()
except SystemExit as ended: assert not ended.code
"""


def test_what_looks_after_the_workers_loads_nothing_that_serves(tmp_path: Path) -> None:
    """All of `houseful serve` but its workers: they see to Redis and the database themselves."""
    loaded = loaded_by(f"import sys; sys.argv[1:] = [{str(tmp_path)!r}]\n{SERVE}")

    assert "houseful.valkey.embedded" in loaded
    assert sorted(loaded & (HEAVY - {"structlog"})) == []


def test_a_worker_loads_nothing_that_a_first_sale_does_not_need() -> None:
    loaded = loaded_by(
        "from houseful import lean\n"
        "lean.load('structlog', without='rich')\n"
        "lean.load('redis', without='opentelemetry')\n"
        "import houseful.app, houseful.process.worker"
    )

    needed = {"redis", "sqlalchemy", "sqlmodel", "structlog", "uvicorn", "starlette"}
    needed |= {"prometheus_client", "aiosmtplib", "segno"}
    assert sorted(loaded & (HEAVY - needed)) == []


def test_a_folder_where_the_server_is_started_is_not_what_its_workers_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for package in ("houseful", "uvicorn"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('foreign code ran')")
    monkeypatch.chdir(tmp_path)
    environment = {"HOUSEFUL_DATA_DIR": str(tmp_path), "HOUSEFUL_PORT": "not a port"}

    with pytest.raises(ConfigurationError, match="HOUSEFUL_PORT"):  # our worker's own refusal of it
        Supervisor(listen("127.0.0.1", 0, 1), 1, environment).run(lambda: None)

    assert "foreign code ran" not in capfd.readouterr().err
