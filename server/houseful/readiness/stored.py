"""What is stored and cannot be shown: lists leave it out, and staff are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from houseful.domain.errors import HousefulError
from houseful.ledger.catalog import events
from houseful.readiness.findings import Finding
from houseful.settings import Settings
from houseful.sql.database import Database
from houseful.sql.failures import library_errors
from houseful.telemetry.rows import Kind, skipped

SUBJECT: Final = "stored rows"
CODES: Final[Mapping[Kind, str]] = {
    "event": "event_unreadable",
    "booking": "booking_unreadable",
    "discount": "discount_unreadable",
    "audit entry": "act_unreadable",
}


async def rows(chosen: Settings) -> Sequence[Finding]:
    """Reads every event, from beside the server."""
    if chosen.database_url is None and not (chosen.data_dir / "houseful.db").exists():
        return []
    database = Database(chosen.sql_url())
    try:
        await database.query(events.list_all)
    except library_errors(HousefulError):
        return []  # the database's own finding says so; an older schema is mended at the start
    finally:
        await database.close()
    return left_out() or [Finding(SUBJECT, "rows_readable")]


def left_out() -> list[Finding]:
    """What lists of this process left out when they were last shown."""
    return [
        Finding(SUBJECT, CODES[what], {"ids": ", ".join(ids)}) for what, ids in skipped().items()
    ]
