"""The tests mirror the server, so that the test of a module is found without looking."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BESIDE_THE_MIRROR = {"support", "bench", "static", "stripe_double", "browser", "chaos", "security"}
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


def test_the_top_level_holds_what_the_customer_named_and_nothing_else() -> None:
    found = {path.name for path in CHECKOUT.iterdir() if not path.name.startswith(".")}
    made = {"build", "dist", "venv", "uv.lock", "houseful.egg-info"}

    assert found - made <= TOP_LEVEL
    assert "Procfile" in found
