"""Plans drawn in metres, or in 0 to 1: the scale follows the seats' pitch.

A plan says no unit. What it means shows in the step from seat to seat, which is half a metre in every
house; drawn in pixels or centimetres that is some 10 to 200 units, and those plans stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from math import dist
from statistics import median_low
from typing import Final

from houseful.domain.plan import Area, Plan, Section

PITCH: Final = 25.0
"""Units from seat to seat in a plan that is drawn anew; seats.io's default."""

LEAST_PITCH: Final = 5.0
MOST_PITCH: Final = 1000.0
"""Between these a plan keeps its own units."""


def scaled(plan: Plan) -> Plan:
    """`plan`, or the same in units of a usual size."""
    steps = [step for step in _steps(plan) if step > 0]
    if not steps or LEAST_PITCH <= (pitch := median_low(steps)) <= MOST_PITCH:
        return plan
    by = PITCH / pitch
    return replace(
        plan,
        width=plan.width * by if _fits(plan) else 0.0,
        height=plan.height * by if _fits(plan) else 0.0,
        sections=tuple(_section(section, by) for section in plan.sections),
        areas=tuple(_area(area, by) for area in plan.areas),
        focal_point=plan.focal_point and (plan.focal_point[0] * by, plan.focal_point[1] * by),
    )


def _steps(plan: Plan) -> Iterator[float]:
    for section in plan.seated:
        for row in section.rows:
            for one, other in pairwise(row.seats):
                yield dist((one.x, one.y), (other.x, other.y))


def _fits(plan: Plan) -> bool:
    """Whether its size is in the units of its seats: a page of 400 around a house of 0.05 is not."""
    seats = plan.drawn_seats
    reach = max(max(abs(seat.x), abs(seat.y)) for seat in seats)
    return 0 < max(plan.width, plan.height) <= 10 * reach


def _section(section: Section, by: float) -> Section:
    rows = tuple(
        replace(row, seats=tuple(replace(seat, x=seat.x * by, y=seat.y * by) for seat in row.seats))
        for row in section.rows
    )
    return replace(section, rows=rows, outline=tuple((x * by, y * by) for x, y in section.outline))


def _area(area: Area, by: float) -> Area:
    """Text keeps its size where that is one of letters, not of the drawing."""
    return replace(
        area,
        x=area.x * by,
        y=area.y * by,
        width=area.width * by,
        height=area.height * by,
        points=tuple((x * by, y * by) for x, y in area.points),
        size=area.size if LEAST_PITCH <= area.size <= MOST_PITCH else area.size * by,
    )
