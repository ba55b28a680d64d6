"""Small events for tests: a hall of two sections, in memory and in SQL."""

from __future__ import annotations

from collections.abc import Mapping

from houseful.domain.plan import Category, Plan, Row, Seat, Section
from houseful.domain.prices.price_lists import Price, PriceList, TicketType
from houseful.ledger.catalog.events import EventRecord
from houseful.ledger.catalog.plans import StoredPlan
from houseful.sales.catalog import NewEvent
from houseful.sales.seating import EventSeats

FIRST = 101
FAR_FUTURE_MS = 4_000_000_000_000


def hall(rows: int = 2, seats: int = 5) -> Plan:
    """`Stalls` at 75.00 (category Premium) and `Circle` at 50.00 (Standard)."""

    def section(name: str, category: int, top: float) -> Section:
        return Section(
            name,
            tuple(
                Row(
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[row],
                    tuple(
                        Seat(
                            f"{name}-{row}-{seat}",
                            str(seat + 1),
                            25.0 * seat,
                            top + 30 * row,
                            category,
                        )
                        for seat in range(seats)
                    ),
                )
                for row in range(rows)
            ),
        )

    return Plan(
        "Hall",
        width=25.0 * seats,
        height=400,
        categories=(Category("Premium", "#d55e00"), Category("Standard", "#0072b2")),
        sections=(section("Stalls", 0, 0), section("Circle", 1, 200)),
    ).check()


def new_event(plan: Plan, name: str = "The Play") -> NewEvent:
    return NewEvent(
        name=name,
        venue="Hall",
        starts_at_ms=FAR_FUTURE_MS,
        currency="EUR",
        prices={"Premium": 7500, "Standard": 5000},
    )


def price_list(amounts: Mapping[str, int], number: int = 1, currency: str = "EUR") -> PriceList:
    """One type of ticket, at these prices by category in the plan's order."""
    cells = {(name, 1): Price(amount) for name, amount in amounts.items()}
    return PriceList(number, currency, (TicketType(1),), cells, dict(enumerate(amounts)))


def house(plan: Plan | None = None, event_id: int = 7) -> EventSeats:
    """An event that exists only here."""
    plan = plan or hall()
    record = EventRecord(
        id=event_id,
        plan_id=1,
        venue="Hall",
        name="The Play",
        starts_at_ms=FAR_FUTURE_MS,
        on_sale_at_ms=None,
        off_sale_at_ms=None,
        currency="EUR",
        prices=price_list({"Premium": 7500, "Standard": 5000}),
        generation=1,
        first_seat_id=FIRST,
        seat_count=plan.seat_count,
    )
    return EventSeats(record, StoredPlan(1, FIRST, plan))
