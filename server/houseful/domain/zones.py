"""Time zones of venues, and an instant told in one: for tickets, mails, lists and files alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from houseful.domain.errors import InvalidRequest
from houseful.domain.wording import shown

DAY_MS: Final = 86_400_000
MINUTE_MS: Final = 60_000

NO_PLACES: Final = frozenset({"Factory", "localtime", "posixrules"})
"""Names in the database that stand for no zone, and that browsers do not know."""


@cache
def known() -> frozenset[str]:
    """Every IANA name, of the system's database or of the `tzdata` package."""
    return frozenset(available_timezones()) - NO_PLACES


def checked_zone(name: str) -> str:
    """`name`, if it is an IANA time zone. Raises InvalidRequest `invalid_time_zone`."""
    if name not in known():
        raise InvalidRequest(
            f"timeZone: expected a time zone such as Europe/Vienna, got {shown(name, 80)}",
            code="invalid_time_zone",
        )
    return name


def local(at_ms: int, timezone: str) -> datetime:
    """The instant on the clocks of that zone."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(timezone))


def offsets(timezone: str, since_ms: int, until_ms: int) -> list[tuple[int, int]]:
    """[(from when, ms ahead of UTC), …] of a zone's clocks between two instants, the first from
    `since_ms`; a change is found to the minute."""

    def ahead(at_ms: int) -> int:
        return round((local(at_ms, timezone).utcoffset() or timedelta()).total_seconds() * 1000)

    found = [(since_ms, ahead(since_ms))]
    at = since_ms
    while at < until_ms:
        then = min(at + DAY_MS, until_ms)
        if ahead(then) != found[-1][1]:
            low, high = at, then
            while high - low > MINUTE_MS:
                middle = (low + high) // 2
                low, high = (middle, high) if ahead(middle) == found[-1][1] else (low, middle)
            changes_at = high - high % MINUTE_MS
            found.append((changes_at, ahead(changes_at)))
        at = then
    return found


def zone_label(moment: datetime) -> str:
    """Which clock a local time is on, as people know it: `CET`, `UTC`, or `GMT+04:00`."""
    name = moment.tzname() or ""
    if name[:1] in {"+", "-", ""}:
        offset = moment.strftime("%z")
        return f"GMT{offset[:3]}:{offset[3:5]}"
    return name


def clock_time(at_ms: int | None, timezone: str) -> str:
    """`2026-01-09 19:30:05` by the zone's clocks, as spreadsheets read it; empty for None."""
    return "" if at_ms is None else f"{local(at_ms, timezone):%Y-%m-%d %H:%M:%S}"


def told(at_ms: int, timezone: str) -> str:
    """`2026-01-09 19:30 CET`: for files, terminals and whatever has no language."""
    moment = local(at_ms, timezone)
    return f"{moment:%Y-%m-%d %H:%M} {zone_label(moment)}"
