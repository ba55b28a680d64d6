"""Small plans and events to sell from."""

from __future__ import annotations

from houseful.domain.plan import Area, Category, Plan, Row, Seat, Section
from houseful.ledger.catalog import events, plans
from houseful.sql.database import Database
from tests.support.sessions import writing


def small_hall(rows: int = 2, seats: int = 10) -> Plan:
    """Two sections, every kind of detail a plan can carry."""
    numbers = range(1, seats + 1)

    def row(section: str, label: str, category: int) -> Row:
        return Row(
            label,
            tuple(
                Seat(f"{section}-{label}-{n}", str(n), n * 10.5, 20.25, category, n % 4, n == 2)
                for n in numbers
            ),
        )

    return Plan(
        name="Small hall",
        width=400.0,
        height=300.5,
        categories=(Category("PREMIUM", "#aa0000"), Category("STANDARD", "#00aa00", True)),
        sections=(
            Section("Orchestra", tuple(row("o", chr(65 + n), 0) for n in range(rows))),
            Section(
                "Balcony",
                (Row("empty", ()), *(row("b", chr(65 + n), 1) for n in range(rows))),
                floor=1,
                outline=((0.0, 0.0), (10.0, 0.0), (10.0, 7.5)),
                zone="Upper",
                entrance="East",
            ),
        ),
        areas=(
            Area("polygon", points=((0.0, 1.0), (2.0, 3.0), (4.0, 0.0)), kind="stage"),
            Area("text", x=3.0, y=4.0, text="Bar ☕", size=12.0),
        ),
        floors=("Ground", "First"),
        focal_point=(200.0, 0.0),
        source="test",
    )


async def add_event(
    database: Database, plan: Plan | None = None, *, starts_at_ms: int = 4_000_000_000_000
) -> events.EventRecord:
    """An event on sale: PREMIUM 75.00 EUR, STANDARD 30.00 EUR."""
    async with writing(database) as session:
        plan_id = await plans.add(session, plan or small_hall())
        event_id = await events.add(
            session,
            plan_id=plan_id,
            venue_name="City Hall",
            name="A concert",
            starts_at_ms=starts_at_ms,
            on_sale_at_ms=None,
            off_sale_at_ms=None,
            currency="EUR",
            prices={"PREMIUM": 7500, "STANDARD": 3000},
        )
        found = await events.get(session, event_id)
    assert found is not None
    return found
