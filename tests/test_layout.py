"""The tests mirror the server, so that the test of a module is found without looking."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BESIDE_THE_MIRROR = {
    *("support", "bench", "static", "stripe_double", "browser", "chaos", "security"),
    *("simulation", "mutation"),
}
"""Folders of tests that are of no one package."""

TOP_LEVEL = {
    *("server", "static", "lua", "schemas", "tests"),
    *("pyproject.toml", "Procfile", "README.md", "LICENSE", "CHANGELOG.md"),
}


TESTED_THROUGH_THE_WEB: set[str] = set()
"""Packages whose behaviour `tests/web` shows; a test of their own takes a name off this list."""


def packages_in(directory: Path) -> set[str]:
    return {path.parent.name for path in directory.glob("*/__init__.py")}


def test_every_package_of_the_server_has_its_tests() -> None:
    for package in packages_in(CHECKOUT / "server" / "houseful") - TESTED_THROUGH_THE_WEB:
        assert list((CHECKOUT / "tests" / package).glob("test_*.py")), package


def test_every_folder_of_tests_is_of_a_package_or_known_to_stand_beside_them() -> None:
    folders = packages_in(CHECKOUT / "tests") - BESIDE_THE_MIRROR

    assert folders <= packages_in(CHECKOUT / "server" / "houseful")


def test_the_top_level_holds_these_names_and_nothing_else() -> None:
    found = {path.name for path in CHECKOUT.iterdir() if not path.name.startswith(".")}
    made = {"build", "dist", "venv", "uv.lock", "houseful.egg-info"}

    assert found - made <= TOP_LEVEL
    assert "Procfile" in found


PRIVATE = re.compile(
    r"\bthe brief\b|\bthe customer(?:'s (?:own|specification|§)| named| asked)", re.I
)
"""Documents that a reader of the code does not have."""


def test_no_sentence_leans_on_a_document_that_readers_lack() -> None:
    """The contract is `schemas/` and the guide."""
    here = Path(__file__)
    found = [
        path.relative_to(CHECKOUT).as_posix()
        for folder in ("server", "static", "lua", "schemas", "tests")
        for path in (CHECKOUT / folder).rglob("*")
        if path.suffix in {".py", ".js", ".lua", ".md", ".json", ".css"} and path != here
        if PRIVATE.search(path.read_text(encoding="utf-8"))
    ]

    assert found == []
    assert PRIVATE.search("as the brief says")


MOST_MODULES = 25
"""In one folder: more are several kinds of thing, and nobody finds the one that is looked for."""


def crowded(root: Path) -> list[str]:
    """Folders with too many modules; migrations are a list that only grows."""
    modules = Counter(
        path.parent.relative_to(root).as_posix()
        for place in ("server", "static", "tests")
        for path in (root / place).rglob("*")
        if path.suffix in {".py", ".js"} and path.name != "__init__.py"
    )
    return [
        f"{folder}: {count}"
        for folder, count in modules.items()
        if count > MOST_MODULES and not folder.endswith("migrations/versions")
    ]


def test_no_folder_has_more_modules_than_one_looks_through() -> None:
    assert crowded(CHECKOUT) == []


def test_a_crowded_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "server").mkdir()
    for number in range(MOST_MODULES + 1):
        (tmp_path / "server" / f"module_{number}.py").touch()
    assert crowded(tmp_path) == ["server: 26"]
