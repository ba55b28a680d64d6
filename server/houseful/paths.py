"""Where the files beside the code are: the checkout's own folders, or the copies in the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_CHECKOUT: Final = _PACKAGE.parent.parent


def _locate(name: str) -> Path:
    """`name` beside the package in a checkout, else the copy that the wheel carries."""
    beside = _CHECKOUT / name
    return beside if (_CHECKOUT / "pyproject.toml").is_file() else _PACKAGE / "_files" / name


LUA: Final = _locate("lua")
"""The scripts Redis runs."""

SCHEMAS: Final = _locate("schemas")
"""The contract with clients: JSON Schema, OpenAPI, AsyncAPI, examples."""

STATIC: Final = _locate("static")
"""The page, served as written."""
