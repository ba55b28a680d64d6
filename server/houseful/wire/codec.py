"""JSON and time on the wire: the one home of orjson."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

from houseful.domain.errors import InvalidRequest
from houseful.domain.moments import in_bounds
from houseful.domain.wording import shown

DEEPEST: Final = 64
"""Levels of lists and objects in what a client sends; ours need five."""


def encode(value: object) -> bytes:
    """Compact JSON. Dictionaries may have integer keys."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def decode(text: bytes | str) -> Any:
    """Parse JSON; raises InvalidRequest `malformed_json` saying where it breaks."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"expected JSON: {error}", code="malformed_json") from None


def decode_foreign(text: bytes | str) -> Any:
    """The same of what a client sent: also refused when it nests deeper than it can be shown.

    orjson reads 1,024 levels, more than Python's `repr` can print, ours or in a library's message.
    """
    value = decode(text)
    if is_suspect(text) and is_deeper(value, DEEPEST):
        raise InvalidRequest(
            f"expected JSON that nests at most {DEEPEST} levels deep", code="malformed_json"
        )
    return value


def is_suspect(text: bytes | str) -> bool:
    """Whether it has brackets enough to be worth a look."""
    if isinstance(text, str):
        return text.count("[") + text.count("{") > DEEPEST
    return text.count(b"[") + text.count(b"{") > DEEPEST


def is_deeper(value: object, levels: int) -> bool:
    """Whether lists and dictionaries stand in more than so many others."""
    level = [value]
    for _ in range(levels):
        level = [
            inner
            for outer in level
            if isinstance(outer, list | dict)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return any(isinstance(each, list | dict) for each in level)


def iso(at_ms: int) -> str:
    """Milliseconds since 1970 → RFC 3339 UTC with `Z`; milliseconds only where there are any.

    Raises ValueError or OverflowError for a time outside the years 1 to 9999.
    """
    seconds, part = divmod(at_ms, 1000)
    return f"{_second(seconds)}.{part:03d}Z" if part else f"{_second(seconds)}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    """Deadlines and changes share their seconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]  # strftime writes year 27 as "27"


RFC_3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)


def parse_iso(text: str) -> int:
    """RFC 3339 with an offset → milliseconds since 1970. Raises InvalidRequest, also for a time
    that `domain.moments` has no room for."""
    try:
        moment = datetime.fromisoformat(text.upper()) if RFC_3339.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        raise InvalidRequest(f"expected a time such as 2026-01-09T12:00:00Z, got {shown(text)}")
    if moment.tzinfo is None:
        raise InvalidRequest(f"expected a time with an offset or Z, got {shown(text)}")
    return in_bounds(round(moment.timestamp() * 1000), text)
