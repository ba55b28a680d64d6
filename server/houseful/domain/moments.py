"""The one rule for times that somebody else sets: within bounds, and in their order.

A time is in milliseconds since 1970, UTC. The bounds keep every time writable in every zone with a
year of four digits, which is what browsers, calendars and databases agree on.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown

FIRST_MS: Final = 0
"""1970-01-01T00:00:00Z."""

LAST_MS: Final = 4_102_444_800_000
"""2100-01-01T00:00:00Z."""

LATE_SALE_MS: Final = 86_400_000
"""Late-comers may buy for a day after the start; a sale that ends later is a typing error."""


def is_in_bounds(at_ms: int) -> bool:
    return FIRST_MS <= at_ms < LAST_MS


def in_bounds(at_ms: int, text: str | None = None) -> int:
    """`at_ms`. Raises InvalidRequest, showing what came, for a year outside 1970 to 2099."""
    if not is_in_bounds(at_ms):
        came = f"{at_ms} ms" if text is None else shown(text)
        raise InvalidRequest(f"expected a time in the years 1970 to 2099, got {came}")
    return at_ms


def check_sale(starts_ms: int, on_sale_ms: int | None, off_sale_ms: int | None) -> None:
    """The times of an event and its sale in their order. Raises InvalidRequest naming the field.

    Without `on_sale_ms` the sale has begun, without `off_sale_ms` the start ends it.
    """
    for at_ms in (starts_ms, on_sale_ms, off_sale_ms):
        if at_ms is not None:
            in_bounds(at_ms)
    check_order("onSaleAt", on_sale_ms, starts_ms, "the start")
    check_order("onSaleAt", on_sale_ms, off_sale_ms, "the sale ends")
    check_order("offSaleAt", off_sale_ms, starts_ms + LATE_SALE_MS + 1, "a day after the start")


def check_order(field: str, first_ms: int | None, last_ms: int | None, last: str) -> None:
    """Raises InvalidRequest naming `field` unless it lies before `last` (what happens then)."""
    if first_ms is not None and last_ms is not None and first_ms >= last_ms:
        raise InvalidRequest(
            f"{field}: expected a time before {last} at {_shown(last_ms)}, got {_shown(first_ms)}"
        )


def _shown(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
