"""Values in messages are JSON, which every reader knows; Python's own spelling is nobody's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from houseful import paths
from houseful.domain.wording import shown

PACKAGE = Path(paths.__file__).parent
LISTS = {"sorted", "list", "tuple", "set", "dict"}


def python_spellings(source: str) -> Iterator[int]:
    """Lines that write a value as Python does: `{x!r}`, `repr(x)`, a list inside of a text."""
    for node in ast.walk(ast.parse(source)):
        is_repr = isinstance(node, ast.Call) and called(node) == "repr"
        is_inserted = isinstance(node, ast.FormattedValue) and (
            node.conversion == ord("r")
            or isinstance(node.value, ast.List | ast.ListComp | ast.Tuple | ast.Dict)
            or (isinstance(node.value, ast.Call) and called(node.value) in LISTS)
        )
        if is_repr or is_inserted:
            yield node.lineno


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def test_no_message_has_python_s_spelling_of_a_value() -> None:
    log = PACKAGE / "telemetry" / "log.py"  # its console lines are structlog's own
    found = [
        f"{path.name}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if path != log
        for line in python_spellings(path.read_text())
    ]
    assert not found


@pytest.mark.parametrize(
    "line", ['f"got {x!r}"', "repr(x)", 'f"one of {sorted(x)}"', 'f"{[y for y in x]}"']
)
def test_python_s_spellings_are_seen(line: str) -> None:
    assert list(python_spellings(line))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        (None, "null"),
        (True, "true"),
        (["a", 1], '["a", 1]'),
        ("x" * 99, f'"{"x" * 58}…'),
    ],
)
def test_a_value_is_shown_as_json_and_cut(value: object, text: str) -> None:
    assert shown(value) == text
