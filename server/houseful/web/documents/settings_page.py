"""The guide's page of settings, made of `Settings`: names, defaults, what each is and what it expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from houseful import paths
from houseful.limits import Limits
from houseful.settings import Settings, variable

PAGE: Final = paths.STATIC / "docs" / "guide" / "settings.md"
HEAD: Final = """\
# Settings

All settings come from the environment. They are checked at start, and every fault is reported at once.
`houseful doctor` tries what they name. None is needed: without any, everything is embedded and the demo
gateway takes test cards. This page is made from `server/houseful/settings.py`.
"""
TABLE: Final = "| name | is | expected | default |\n| --- | --- | --- | --- |\n"


def settings_page() -> str:
    """The page as Markdown."""
    own = [name for name in Settings.model_fields if name not in Limits.model_fields]
    parts = [HEAD, "## What it does\n", TABLE + "".join(map(_row, own))]
    bounds = "".join(map(_row, Limits.model_fields))
    return "\n".join([*parts, "## How much one client may have\n", TABLE + bounds])


def write(page: Path = PAGE) -> None:
    page.write_text(settings_page(), encoding="utf-8")


def _row(field: str) -> str:
    about = Settings.model_fields[field]
    cells = (f"`{variable(field)}`", about.title, about.description, _default(about))
    escaped = (str(cell).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |\n"


def _default(about: FieldInfo) -> str:
    """As one writes it in the environment; nothing where none is set."""
    value: Any = about.default
    if value is None or value == () or isinstance(value, SecretStr):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{','.join(value)}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
