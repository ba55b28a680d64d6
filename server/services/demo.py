"""Three events to try things out on, put into a database that has none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from server.domain.plan import Plan
from server.ledger import events, plans
from server.ledger.database import Database, Session
from server.plans import generator

DAY_MS: Final = 86_400_000
EVENING_MS: Final = 19 * 3_600_000 + 1_800_000
"""19:30 UTC."""

DEMOS: Final[tuple[tuple[Callable[[], Plan], str, str, int, tuple[int, ...]], ...]] = (
    (generator.theatre, "The Cherry Orchard", "City Theatre", 30, (75, 55, 35, 95)),
    (generator.arena, "Northern Lights Tour", "Harbour Arena", 60, (120, 95, 75, 50)),
    (generator.stadium, "Cup Final", "National Stadium", 90, (140, 110, 80, 60, 45)),
)
"""Generator, event, venue, days from now, and prices in whole units for its categories in order."""


async def seed_demo(database: Database, *, currency: str, minor_per_unit: int, now_ms: int) -> int:
    """Add the demo events unless there is any event; returns how many were added.

    The look and the writing are one transaction, so servers that start together add them once.
    """
    if await database.query(events.list_all):
        return 0
    drawn = [(await asyncio.to_thread(demo[0]), demo) for demo in DEMOS]

    async def add(session: Session) -> int:
        if await events.list_all(session):
            return 0
        for plan, (_, name, venue, days, units) in drawn:
            await events.add(
                session,
                plan_id=await plans.add(session, plan),
                venue_name=venue,
                name=name,
                starts_at_ms=now_ms - now_ms % DAY_MS + days * DAY_MS + EVENING_MS,
                on_sale_at_ms=None,
                off_sale_at_ms=None,
                currency=currency,
                prices={
                    category.name: unit * minor_per_unit
                    for category, unit in zip(plan.categories, units, strict=True)
                },
            )
        return len(drawn)

    return await database.transact(add)
