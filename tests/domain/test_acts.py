"""The audit log's acts: what services write is what the table names and the page has words for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import houseful
from houseful import paths
from houseful.domain.acts import ACTS

SERVER = Path(houseful.__file__).parent


def constants(node: ast.AST) -> Iterator[str]:
    """The texts that a keyword `act=…` may have, either side of a condition."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def written() -> set[str]:
    """Every text handed to `act=` anywhere in the server."""
    return {
        text
        for file in SERVER.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword) and node.arg == "act"
        for text in constants(node.value)
    }


def test_every_act_that_is_written_is_in_the_table() -> None:
    found = written()
    assert {"block", "unblock", "check_in"} <= found  # the search finds something
    assert found <= set(ACTS)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_act_has_words(language: str) -> None:
    words = (paths.STATIC / "strings" / "venue" / f"{language}.js").read_text(encoding="utf-8")
    assert set(re.findall(r'"venue\.act\.(\w+)":', words)) == set(ACTS)
