"""A demo theatre of about 500 seats: curved orchestra, balcony, boxes. One unit is 5 cm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from houseful.domain.plan import (
    ACCESSIBLE,
    COMPANION,
    RESTRICTED_VIEW,
    Area,
    Category,
    Plan,
    Row,
    Seat,
    Section,
)
from houseful.plans.colors import PALETTE
from houseful.plans.curves import Arc, Point, Straight, framed, row_letters, seat_points
from houseful.plans.neighbours import arrange

PITCH, ROW_PITCH, AISLE = 11.0, 18.0, 7.0
"""55 cm from seat to seat, 90 cm from row to row; an aisle is two margins of 35 cm or more."""

ORCHESTRA_RADIUS, ORCHESTRA_ROWS = 160.0, 12
BALCONY_RADIUS, BALCONY_ROWS = 404.0, 4
CENTRE, SIDE = 16.0, 37.0
"""Degrees off the middle line where the centre block and the side blocks end."""

PREMIUM, STANDARD, BALCONY, BOX = range(4)
CATEGORIES = (
    Category("Premium", PALETTE[5]),
    Category("Standard", PALETTE[0]),
    Category("Balcony", PALETTE[2]),
    Category("Box", PALETTE[3]),
)
PREMIUM_ROWS = range(2, 7)

BOXES_PER_SIDE, SEATS_PER_BOX = 3, 4

Choice = Callable[[int, int, int, int], tuple[int, int]]
"""(row, block, seat in block, seats in block) → (category, flags)."""


def theatre() -> Plan:
    """The same theatre every time."""
    sections = [
        _house("Orchestra", ORCHESTRA_RADIUS, ORCHESTRA_ROWS, row_letters, _orchestra_choice),
        _house(
            "Balcony",
            BALCONY_RADIUS,
            BALCONY_ROWS,
            lambda row: row_letters(row) * 2,
            _balcony_choice,
        ),
        _boxes("Boxes left", "L", side=-1),
        _boxes("Boxes right", "R", side=1),
    ]
    return framed(
        "Demo theatre", CATEGORIES, sections, _stage(), focal_point=(0.0, 100.0), margin=24.0
    )


def _house(
    name: str, radius: float, row_count: int, letters: Callable[[int], str], choose: Choice
) -> Section:
    """Three blocks of curved rows with two aisles between them, numbered through from the left."""
    edges = [90 + SIDE, 90 + CENTRE, 90 - CENTRE, 90 - SIDE]
    blocks = [Arc((0.0, 0.0), radius, a, b) for a, b in pairwise(edges)]
    rows = []
    for index in range(row_count):
        places: list[tuple[Point, tuple[int, int]]] = []
        for number, block in enumerate(blocks):
            points = seat_points(block, index * ROW_PITCH, PITCH, AISLE)
            places += [
                (point, choose(index, number, seat, len(points)))
                for seat, point in enumerate(points)
            ]
        rows.append(_row(name, letters(index), "", places))
    whole = Arc((0.0, 0.0), radius, 90 + SIDE, 90 - SIDE)
    outline = whole.outline(-ROW_PITCH * 0.7, (row_count - 0.3) * ROW_PITCH)
    return Section(name, arrange(rows), outline=outline)


def _row(
    section: str, label: str, separator: str, places: Sequence[tuple[Point, tuple[int, int]]]
) -> Row:
    seats = [
        Seat(f"{section}-{label}-{number}", f"{label}{separator}{number}", x, y, category, flags)
        for number, ((x, y), (category, flags)) in enumerate(places, start=1)
    ]
    return Row(label, tuple(seats))


def _orchestra_choice(row: int, block: int, seat: int, count: int) -> tuple[int, int]:
    """The middle of rows C–G is premium; the last row's centre has four places for wheelchairs,
    each with a companion's seat beside it."""
    centre = block == 1
    flags = 0
    if centre and row == ORCHESTRA_ROWS - 1:
        from_end = min(seat, count - 1 - seat)
        flags = {0: ACCESSIBLE, 1: COMPANION, 2: COMPANION, 3: ACCESSIBLE}.get(from_end, 0)
    return (PREMIUM if centre and row in PREMIUM_ROWS else STANDARD), flags


def _balcony_choice(row: int, block: int, seat: int, count: int) -> tuple[int, int]:
    """The two outermost seats of a row look past a pillar."""
    at_wall = (block == 0 and seat < 2) or (block == 2 and seat >= count - 2)
    return BALCONY, RESTRICTED_VIEW if at_wall else 0


def _boxes(name: str, letter: str, *, side: int) -> Section:
    """Boxes of four along a side wall, `side` -1 left or 1 right, counted from the stage."""
    wall = Straight((side * 154.0, 114.0), (side * 254.0, 242.0))
    box_length = wall.length(0) / BOXES_PER_SIDE
    rows = []
    for box in range(BOXES_PER_SIDE):
        first = (box + 0.5) * box_length - (SEATS_PER_BOX - 1) / 2 * PITCH
        points = [wall.at(0, first + index * PITCH) for index in range(SEATS_PER_BOX)]
        choice = BOX, RESTRICTED_VIEW if box == 0 else 0
        rows.append(_row(name, f"{letter}{box + 1}", "-", [(point, choice) for point in points]))
    return Section(name, arrange(rows), outline=wall.outline(-PITCH, PITCH))


def _stage() -> list[Area]:
    """A stage with a curved apron that follows the first row."""
    apron = Arc((0.0, 0.0), ORCHESTRA_RADIUS - 42.0, 90 - SIDE, 90 + SIDE)
    front = [apron.at(0, apron.length(0) * step / 16) for step in range(17)]
    back = [(-150.0, 52.0), (-170.0, -50.0), (170.0, -50.0), (150.0, 52.0)]
    return [
        Area("polygon", points=(*front, *back), text="Stage", kind="stage"),
        Area("text", 0.0, 20.0, text="Stage", size=30.0),
    ]
