"""What an empty database is filled with, so that there is something to look at and to buy."""

from __future__ import annotations

from houseful.domain.plan import Plan
from houseful.domain.prices.currencies import currency_of
from houseful.domain.seat_choice.lone_seats import LoneSeatRule, LoneSeats
from houseful.plans.generator import arena, stadium, theatre
from houseful.sales.catalog import Catalog, NewEvent

DAY_MS = 86_400_000
LOWEST, HIGHEST = 2500, 7500
"""Prices of the demo, in hundredths, spread over a plan's categories from the dearest down."""


def demo_events(now_ms: int, currency: str) -> list[tuple[Plan, NewEvent]]:
    """Three houses of three sizes, each a few weeks away."""
    shows = (
        (theatre(), "An Evening of Shadows", 21, LoneSeats.AISLE),
        (arena(), "Northern Lights Live", 45, LoneSeats.OFF),
        (stadium(), "The Cup Final", 90, LoneSeats.OFF),
    )
    return [
        (
            plan,
            NewEvent(
                name=name,
                venue=plan.name,
                starts_at_ms=(now_ms // DAY_MS + days) * DAY_MS + 19 * 3_600_000,
                currency=currency,
                prices=demo_prices(plan, currency),
                is_demo=True,
                lone_seats=LoneSeatRule(lone_seats),
            ),
        )
        for plan, name, days, lone_seats in shows
    ]


def demo_prices(plan: Plan, currency: str) -> dict[str, int]:
    """Every category its price: the first the dearest, evenly down, in steps of 5."""
    names = [category.name for category in plan.categories]
    known = currency_of(currency)
    unit = 10**known.digits
    while LOWEST // 100 * unit < known.least_minor:
        unit *= 10
    steps = max(1, len(names) - 1)
    return {
        name: round((HIGHEST - (HIGHEST - LOWEST) * place / steps) / 500) * 5 * unit
        for place, name in enumerate(names)
    }


async def seed_demo(catalog: Catalog, *, now_ms: int, currency: str = "EUR") -> list[int]:
    """Add the demo's events if there never was any event; returns the ids of those added."""
    if await catalog.had_events():
        return []
    await catalog.add_discount("SUMMER10", percent=10, is_demo=True)
    return [await catalog.add_event(plan, event) for plan, event in demo_events(now_ms, currency)]
