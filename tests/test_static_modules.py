"""The browser's modules, checked without a browser: types, lint, format and unit tests by Deno."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CONFIG = ROOT / "tests" / "static" / "deno.json"
TIMEOUT_S = 180


def find_deno() -> str | None:
    """Deno from PyPI, which lies beside the interpreter; it has no build for every platform."""
    return shutil.which("deno", path=str(Path(sys.executable).parent)) or shutil.which("deno")


DENO = find_deno()
pytestmark = pytest.mark.skipif(DENO is None, reason="needs deno (pip install deno)")


def run_deno(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    assert DENO is not None
    environment = {**os.environ, "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"}
    return subprocess.run(
        [DENO, *arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def passes(*arguments: str) -> None:
    done = run_deno(*arguments)
    assert done.returncode == 0, f"deno {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"


def modules() -> list[str]:
    folders = (ROOT / "static", ROOT / "tests" / "static", ROOT / "tests" / "bench")
    found = sorted(path for folder in folders for path in folder.rglob("*.js"))
    return [str(path.relative_to(ROOT)) for path in found]


def test_every_module_passes_the_strict_type_check() -> None:
    passes("check", "--config", str(CONFIG), *modules())


def test_the_type_check_catches_a_wrong_type(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.js"
    wrong.write_text("// @ts-check\n/** @type {number} */\nexport const seats = 'twelve';\n")
    done = run_deno("check", "--config", str(CONFIG), str(wrong))
    assert done.returncode != 0
    assert "TS2322" in done.stdout + done.stderr


def test_every_module_asks_for_the_type_check() -> None:
    silent = [name for name in modules() if "// @ts-check" not in (ROOT / name).read_text()[:200]]
    assert silent == []


def test_every_module_is_clean_and_formatted() -> None:
    passes("lint", "--config", str(CONFIG), *modules())
    passes("fmt", "--check", "--config", str(CONFIG), *modules())


def test_the_modules_do_what_their_tests_say() -> None:
    passes("test", "--config", str(CONFIG), "--no-check", "--allow-read", "tests/static")
