"""What is installed is whole: the wheel carries the files that the server reads at run time."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from houseful import __version__, paths

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from this checkout."""
    return built(CHECKOUT, tmp_path_factory.mktemp("wheel"))


def built(source: Path, place: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(place)],
        cwd=source,
        check=True,
        capture_output=True,
    )
    return next(place.glob("*.whl"))


def files_below(directory: Path) -> set[str]:
    return {
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_a_checkout_uses_its_own_folders() -> None:
    assert paths.LUA == CHECKOUT / "lua"
    assert paths.SCHEMAS == CHECKOUT / "schemas"
    assert paths.STATIC == CHECKOUT / "static"
    assert files_below(paths.LUA)


def test_an_installed_server_finds_the_same_files_as_the_checkout(
    wheel: Path, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel],
        check=True,
        capture_output=True,
    )
    found = subprocess.run(
        [
            python,
            "-I",
            "-c",
            "from houseful.paths import *; print(LUA, SCHEMAS, STATIC, sep='\\n')",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    ).stdout.splitlines()

    for installed, here in zip(found, (paths.LUA, paths.SCHEMAS, paths.STATIC), strict=True):
        assert Path(installed).is_relative_to(tmp_path / "venv")
        assert files_below(Path(installed)) == files_below(here)
    assert (tmp_path / "venv" / "bin" / "houseful").exists()


def test_the_wheel_holds_the_package_and_nothing_beside_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}

    assert tops == {"houseful", f"houseful-{__version__}.dist-info"}
    assert "houseful/py.typed" in names, "type checkers of others read our types"


def test_the_load_test_is_a_wheel_of_its_own(wheel: Path, tmp_path: Path) -> None:
    """What the extra `hammer` brings: the one package that a server's wheel leaves out."""
    place = CHECKOUT / "server" / "houseful" / "hammer"
    modules = {f"houseful/hammer/{name}" for name in files_below(place) if name.endswith(".py")}
    brought = {name for name in names_in(built(place, tmp_path)) if ".dist-info/" not in name}

    assert brought == modules
    assert not names_in(wheel) & modules


def names_in(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def imported_packages() -> set[str]:
    """Every package that a module of the server imports, but the standard library's and our own."""
    found: set[str] = set()
    for path in (CHECKOUT / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - sys.stdlib_module_names - {"houseful"}


def test_every_package_that_the_server_imports_is_declared() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    declared = {
        re.split(r"[^\w.-]", line, maxsplit=1)[0].lower().replace("_", "-")
        for line in [*project["dependencies"], *project["optional-dependencies"]["otel"]]
    }
    makers = packages_distributions()
    # pydantic_core comes with pydantic and has its version from there; the font is data.
    for package in (imported_packages() | {"font_source_sans_pro"}) - {"pydantic_core"}:
        names = {name.lower().replace("_", "-") for name in makers.get(package, [package])}
        assert names & declared, f"{package} is imported and not among the dependencies"
