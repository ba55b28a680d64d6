"""Takes the demo's events away once real ones are sold: those that sold nothing, and their code."""

from __future__ import annotations

from houseful.checkout.checkout_context import clock_ms
from houseful.ledger import audit, removal
from houseful.sql.database import Database, Session


class DemoRemoval:
    """For one press by staff, and for a start with HOUSEFUL_DEMO_EVENTS=false."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self, who: str, reason: str = "") -> tuple[list[int], list[int]]:
        """(the events that are removed now, the demo's that sold something and stay)."""
        now = clock_ms()

        async def work(session: Session) -> tuple[list[int], list[int]]:
            removed: list[int] = []
            kept: list[int] = []
            for event_id in await removal.demo_ids(session):
                is_gone = await removal.remove(session, event_id, now)
                (removed if is_gone else kept).append(event_id)
            if removed:
                details = {"eventIds": removed}
                await audit.write(
                    session, who=who, act="remove_demo", at_ms=now, reason=reason, details=details
                )
            if removed and not kept:
                await removal.end_demo_codes(session, now)
            return removed, kept

        return await self._database.transact(work)
