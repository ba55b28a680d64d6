"""How a value that came from outside is repeated in a message: as JSON, which every reader knows."""

from __future__ import annotations

import json
from typing import Final

SHOWN: Final = 60
"""Characters of it; a longer value is cut."""


def shown(value: object, most: int = SHOWN) -> str:
    """`"text"`, `null`, `[1, 2]`; what JSON cannot say is shown as text."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else f"{text[: most - 1]}…"
