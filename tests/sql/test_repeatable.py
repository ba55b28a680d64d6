"""Work that is run again after a COMMIT whose reply was lost, without asking: each with its reason."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import houseful

REPEATABLE: Final = {
    "checkout/completer.py": "says that this worker lives and renews its leases: now is as good as then",
    "sales/catalog.py": "takes the next generation of an event: one that is skipped is missed by nobody",
}
"""Module → why its work may be run twice. All other work is asked after, see `sql/postgres.py`;
`tests/simulation` runs these twice at random."""


def test_only_work_that_does_no_harm_is_run_again_unasked() -> None:
    root = Path(houseful.__file__).parent
    found = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "is_repeatable"
        and isinstance(node.value, ast.Constant)
        and node.value.value
    }
    assert found == set(REPEATABLE)
