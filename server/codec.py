"""JSON and time on the wire: the one home of orjson."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from server.domain.errors import InvalidRequest


def encode(value: object) -> bytes:
    """Compact JSON. Dictionaries may have integer keys."""
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def decode(text: bytes | str) -> Any:
    """Parse JSON; raises InvalidRequest `malformed_json` saying where it breaks."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"expected JSON: {error}", code="malformed_json") from None


def iso(at_ms: int) -> str:
    """Milliseconds since 1970 → RFC 3339 UTC with `Z`; milliseconds only where there are any."""
    seconds, part = divmod(at_ms, 1000)
    return f"{_second(seconds)}.{part:03d}Z" if part else f"{_second(seconds)}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    """Deadlines and changes share their seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def parse_iso(text: str) -> int:
    """RFC 3339 with an offset → milliseconds since 1970. Raises InvalidRequest."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            f"expected a time such as 2026-01-09T12:00:00Z, got {text!r}"
        ) from None
    if moment.tzinfo is None:
        raise InvalidRequest(f"expected a time with an offset or Z, got {text!r}")
    return round(moment.timestamp() * 1000)
