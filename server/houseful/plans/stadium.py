"""A demo stadium of exactly 50,000 seats around a football pitch. One unit is 10 cm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from houseful.domain.plan import (
    ACCESSIBLE,
    COMPANION,
    RESTRICTED_VIEW,
    Area,
    Category,
    Plan,
    Section,
)
from houseful.plans.bowl import Block, Bowl, Choice, Tier, section
from houseful.plans.colors import PALETTE
from houseful.plans.curves import framed

SEATS = 50_000

PITCH_LENGTH, PITCH_WIDTH = 1050.0, 680.0
"""105 × 68 m: Laws of the Game, law 1, the size for international matches."""

BOWL = Bowl(half_width=640.0, half_height=455.0, corner=150.0)
LOWER = Tier(depth=0.0, rows=26, row_pitch=8.0, seat_pitch=5.0, aisle=6.0)
UPPER = Tier(
    depth=250.0, rows=25, row_pitch=8.0, seat_pitch=5.0, aisle=6.0, opening_rows=5, opening_seats=8
)

CATEGORIES = (
    Category("Category 1", PALETTE[5]),
    Category("Category 2", PALETTE[1]),
    Category("Category 3", PALETTE[0]),
    Category("Category 4", PALETTE[4]),
    Category("Family", PALETTE[2]),
)
FAMILY = 4
GRASS, LINE = "#3f8f5b", "#ffffff"


def stadium() -> Plan:
    """The same stadium every time."""
    lower = _tier(LOWER, BOWL.blocks(wide=7, high=5, corner=2), 101)
    upper = _tier(UPPER, BOWL.blocks(wide=7, high=5, corner=4), 201)
    sections = _trimmed([*lower, *upper], SEATS)
    return framed(
        "Demo stadium", CATEGORIES, sections, _pitch(), focal_point=(0.0, 0.0), margin=40.0
    )


def _tier(tier: Tier, blocks: Iterator[Block], first_number: int) -> Iterator[Section]:
    for number, block in enumerate(blocks, start=first_number):
        stand = block.side.title()
        yield section(
            str(number),
            block,
            tier,
            _choice(block, tier),
            zone=f"{stand} corner" if block.is_corner else f"{stand} stand",
            entrance=f"Gate {number % 100}",
        )


def _choice(block: Block, tier: Tier) -> Choice:
    """The nearer and the more central, the dearer; wheelchair places stand in the first row of the
    lower tier, and the upper tier hides the game from the lower one's last row."""
    category = _category(block, tier)

    def choose(row: int, seat: int, count: int) -> tuple[int, int]:
        if tier is not LOWER or block.is_corner:
            return category, 0
        if row == tier.rows - 1:
            return category, RESTRICTED_VIEW
        if row == 0 and seat < 8:
            return category, COMPANION if seat % 2 else ACCESSIBLE
        return category, 0

    return choose


def _category(block: Block, tier: Tier) -> int:
    on_long_side = block.side in ("north", "south")
    if block.side == "west" and tier is UPPER:
        return FAMILY
    rank = 0 if on_long_side and block.off_centre < 0.5 else 1 if on_long_side else 2
    return rank if tier is LOWER else min(rank + 1, 3)


def _trimmed(sections: list[Section], wanted: int) -> list[Section]:
    """Takes the surplus from the ends of the last rows, one seat from each section in turn."""
    surplus = sum(len(row.seats) for part in sections for row in part.rows) - wanted
    turns = [
        (surplus - index + len(sections) - 1) // len(sections) for index in range(len(sections))
    ]
    return [_shortened(part, count) for part, count in zip(sections, turns, strict=True)]


def _shortened(part: Section, count: int) -> Section:
    if count == 0:
        return part
    last = part.rows[-1]
    return replace(part, rows=(*part.rows[:-1], replace(last, seats=last.seats[:-count])))


def _pitch() -> list[Area]:
    """Grass with its lines; the measures in metres are law 1's."""
    half_length, half_width = PITCH_LENGTH / 2, PITCH_WIDTH / 2
    areas = [
        Area("rectangle", -580.0, -395.0, 1160.0, 790.0, color="#357a4d"),
        replace(
            _box(-half_length, -half_width, PITCH_LENGTH, PITCH_WIDTH), text="Pitch", kind="stage"
        ),
        Area("ellipse", 0.0, 0.0, 91.5, 91.5, color=GRASS, border_color=LINE),
        Area("rectangle", -0.6, -half_width, 1.2, PITCH_WIDTH, color=LINE),
    ]
    for side in (-1, 1):
        for depth, width in ((165.0, 403.2), (55.0, 183.2)):
            left = -half_length if side < 0 else half_length - depth
            areas.append(_box(left, -width / 2, depth, width))
    return areas


def _box(x: float, y: float, width: float, height: float) -> Area:
    return Area("rectangle", x, y, width, height, color=GRASS, border_color=LINE)
