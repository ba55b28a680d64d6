"""Small plans for tests of choosing, drawn in text, and the states of their seats.

A row is `A: ....|...`: a dot is a seat, `w` a wheelchair space, `c` a companion seat, `2` a seat of the
second category, `|` an aisle. Seats are 20 apart, rows 24, numbered from 1; the first row is in front.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from houseful.domain.plan import (
    ACCESSIBLE,
    COMPANION,
    Category,
    Plan,
    Row,
    Seat,
    Section,
    standing_area,
)

OUTLINE = ((0.0, 300.0), (200.0, 300.0), (200.0, 400.0), (0.0, 400.0))
FLAGS = {"w": ACCESSIBLE, "c": COMPANION}
STEP, ROW_STEP = 20.0, 24.0

SAMPLE = """
A: ......w.
B: ........
C: 22222222
D: 22222222
"""
"""seats.io's sample chart: places, categories and the wheelchair space as there."""

SAMPLE_FOCAL = (73.0, -66.77)
"""Its focal point, from the first seat."""


def drawn(
    text: str, *, focal: tuple[float, float] | None = None, section: str = "Main", zone: str = ""
) -> Plan:
    """The plan of some rows, one below the other, in one section."""
    rows = [
        _row(line.strip(), number) for number, line in enumerate(filter(None, text.split("\n")))
    ]
    categories = (Category("Cat1"), Category("Cat2"))
    return Plan(
        "Hall", 400, 400, categories, (Section(section, tuple(rows), zone=zone),), focal_point=focal
    )


def _row(line: str, number: int) -> Row:
    label, _, marks = line.partition(": ")
    seats: list[Seat] = []
    for place, mark in enumerate(marks):
        if mark == "|":
            last = seats.pop()
            seats.append(
                Seat(last.guid, last.label, last.x, last.y, last.category, last.flags, True)
            )
            continue
        name = str(len(seats) + 1)
        seats.append(
            Seat(
                *(f"{label}-{name}", name, place * STEP, number * ROW_STEP),
                category=int(mark == "2"),
                flags=FLAGS.get(mark, 0),
            )
        )
    return Row(label, tuple(seats))


def names(plan: Plan) -> list[str]:
    """`A-4`, by index; in front of it the section where there are several."""
    return [
        f"{section.name}-{row.label}-{seat.label}"
        if len(plan.sections) > 1
        else f"{row.label}-{seat.label}"
        for section in plan.sections
        for row in section.rows
        for seat in row.seats
    ]


def as_pretix(text: str, section: str = "Main") -> dict[str, Any]:
    """The rows as a plan in pretix's format, for an import; flags and aisles are not in it."""
    rows = [
        {
            "row_number": row.label,
            "position": {"x": 0, "y": 40},
            "seats": [
                {
                    "seat_guid": seat.guid,
                    "seat_number": seat.label,
                    "position": {"x": seat.x, "y": seat.y},
                    "category": f"Cat{seat.category + 1}",
                }
                for seat in row.seats
            ],
        }
        for row in drawn(text).sections[0].rows
    ]
    return {
        "name": "Hall",
        "size": {"width": 400, "height": 400},
        "categories": [
            {"name": name, "color": color}
            for name, color in (("Cat1", "#0072b2"), ("Cat2", "#d55e00"))
        ],
        "zones": [{"name": section, "position": {"x": 20, "y": 20}, "rows": rows, "areas": []}],
        "areas": [],
    }


def with_areas(plan: Plan, pit: int = 30, lawn: int = 5) -> Plan:
    """The plan with two standing areas behind its seats, of its first and second category."""
    areas = (
        standing_area("Pit", pit, 0, OUTLINE, entrance="Gate 2"),
        standing_area("Lawn", lawn, 1, tuple((x + 300, y) for x, y in OUTLINE)),
    )
    return replace(plan, sections=(*plan.sections, *areas)).check()
