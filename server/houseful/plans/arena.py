"""A demo arena of about 8,000 seats: standing areas before the stage, rows on the floor behind it,
two tiers in a U around and boxes between them, which are sold whole.

One unit is 10 cm.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    standing_area,
)
from houseful.plans.bowl import Block, Bowl, Choice, Tier, section
from houseful.plans.colors import PALETTE
from houseful.plans.curves import Straight, framed

BOWL = Bowl(half_width=190.0, half_height=290.0, corner=90.0)
LOWER = Tier(depth=0.0, rows=14, row_pitch=8.5, seat_pitch=5.2, aisle=6.0)
UPPER = Tier(depth=150.0, rows=11, row_pitch=8.5, seat_pitch=5.2, aisle=6.0)
FLOOR = Tier(depth=0.0, rows=10, row_pitch=9.0, seat_pitch=5.2, aisle=3.0)

FLOOR_COLUMNS, FLOOR_RANKS = 4, 3
FLOOR_BLOCK_WIDTH, FLOOR_RANK_DEPTH, FLOOR_TOP = 78.0, 112.0, -95.0

PIT_PLACES = 200

BOXES, BOX_PITCH, BOX_SEATS, BOX_LEAST = 8, 44.0, 6, 2
BOX_X = 324.0
"""In the gap between the tiers: the lower one ends at 309, the upper one begins at 340."""

GOLD, FRONT, MIDDLE, BACK = range(4)
CATEGORIES = (
    Category("Floor front", PALETTE[5]),
    Category("Floor", PALETTE[1]),
    Category("Lower tier", PALETTE[0]),
    Category("Upper tier", PALETTE[4]),
)


def arena() -> Plan:
    """The same arena every time."""
    sections = [*_floor(), *_tier(LOWER, 2, 101), *_tier(UPPER, 3, 201), *_boxes(), *_pits()]
    return framed(
        "Demo arena", CATEGORIES, sections, _stage(), focal_point=(0.0, -180.0), margin=30.0
    )


def _floor() -> Iterator[Section]:
    """Blocks A to L; as in the tiers, seat 1 is at the right hand of who looks at the stage."""
    left = -FLOOR_COLUMNS * FLOOR_BLOCK_WIDTH / 2
    for index in range(FLOOR_COLUMNS * FLOOR_RANKS):
        rank, column = divmod(index, FLOOR_COLUMNS)
        x = left + column * FLOOR_BLOCK_WIDTH
        y = FLOOR_TOP + rank * FLOOR_RANK_DEPTH
        block = Block(Straight((x + FLOOR_BLOCK_WIDTH, y), (x, y)), "floor", 0.0)
        category = GOLD if rank == 0 else FRONT
        name = f"Floor {chr(ord('A') + index)}"
        yield section(name, block, FLOOR, _floor_choice(category, rank), entrance="Floor")


def _floor_choice(category: int, rank: int) -> Choice:
    def choose(row: int, seat: int, count: int) -> tuple[int, int]:
        at_back = rank == FLOOR_RANKS - 1 and row == FLOOR.rows - 1
        flags = (COMPANION if seat % 2 else ACCESSIBLE) if at_back and seat < 4 else 0
        return category, flags

    return choose


def _pits() -> Iterator[Section]:
    """Between the stage and the floor's first rows, on either side of the runway: 58 m² each."""
    for side, x in (("left", -150.0), ("right", 24.0)):
        outline = ((x, -146.0), (x + 126.0, -146.0), (x + 126.0, -100.0), (x, -100.0))
        yield standing_area(f"Front {side}", PIT_PLACES, GOLD, outline, entrance="Floor")


def _boxes() -> Iterator[Section]:
    """Boxes for two to six on the straight sides; who looks at the stage has seats 1 and 2 in front."""
    for side, x in (("west", -BOX_X), ("east", BOX_X)):
        rows = []
        for number in range(1, BOXES + 1):
            y = (number - (BOXES + 1) / 2) * BOX_PITCH
            seats = tuple(
                Seat(
                    f"Boxes {side}-{number}-{place + 1}",
                    str(place + 1),
                    x + (place % 2 - 0.5) * 8.0,
                    y + (place // 2 - 1) * 8.0,
                    GOLD,
                )
                for place in range(BOX_SEATS)
            )
            rows.append(Row(str(number), seats, "box", least=BOX_LEAST, most=BOX_SEATS))
        yield Section(f"Boxes {side}", tuple(rows), zone=side.title(), entrance="Boxes")


def _tier(tier: Tier, corner_parts: int, first_number: int) -> Iterator[Section]:
    """The tier without the side behind the stage and its two corners."""
    around = BOWL.blocks(wide=3, high=5, corner=corner_parts)
    seated = [block for block in around if "north" not in block.side]
    category = MIDDLE if tier is LOWER else BACK
    for number, block in enumerate(seated, start=first_number):
        at_end = block is seated[0] or block is seated[-1]
        yield section(
            str(number),
            block,
            tier,
            _tier_choice(category, beside_stage=at_end),
            zone=block.side.title(),
            entrance=f"Door {number % 100}",
        )


def _tier_choice(category: int, *, beside_stage: bool) -> Choice:
    flags = RESTRICTED_VIEW if beside_stage else 0

    def choose(row: int, seat: int, count: int) -> tuple[int, int]:
        return category, flags

    return choose


def _stage() -> list[Area]:
    """The stage with a runway into the floor, and the hall's floor under both."""
    deck = (
        (-150.0, -285.0),
        (150.0, -285.0),
        (150.0, -150.0),
        (18.0, -150.0),
        (18.0, -118.0),
        (-18.0, -118.0),
        (-18.0, -150.0),
        (-150.0, -150.0),
    )
    return [
        Area("polygon", points=deck, text="Stage", kind="stage"),
        Area("text", 0.0, -215.0, text="Stage", size=44.0),
    ]
