"""Every row of the guide's Security page is tried by tests that exist, and no row is forgotten."""

from __future__ import annotations

import ast
import tomllib
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from houseful import paths

TESTS: Final = Path(__file__).parent.parent
with (Path(__file__).parent / "threats.toml").open("rb") as file:
    THREATS: Final[dict[str, list[str]]] = tomllib.load(file)


def rows() -> list[list[str]]:
    """The page's table: (threat, what stands against it, test)."""
    page = (paths.STATIC / "docs" / "guide" / "security.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


@cache
def names_in(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


def test_the_page_and_the_table_have_the_same_threats_in_the_same_order() -> None:
    threats = [row[0] for row in rows()]
    assert len(threats) == len(THREATS)
    for threat, begins in zip(threats, THREATS, strict=True):
        assert threat.startswith(begins)


@pytest.mark.parametrize("begins", THREATS)
def test_a_threat_is_tried_by_tests_that_exist(begins: str) -> None:
    assert THREATS[begins]
    for named in THREATS[begins]:
        path, _, name = named.partition("::")
        if not name:
            assert (TESTS.parent / path).exists()
        else:
            assert name in names_in(TESTS / path)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:40])
def test_what_the_page_calls_its_test_is_one_of_them(row: list[str]) -> None:
    named = next(tests for begins, tests in THREATS.items() if row[0].startswith(begins))
    cited = [part for part in row[-1].split("`") if part.startswith("tests/")]
    for part in cited:
        assert any(f"tests/{test}".startswith(part) for test in named), part
