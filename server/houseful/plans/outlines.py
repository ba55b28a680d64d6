"""The outline of a drawn shape as a polygon, in the coordinates of the plan."""

from __future__ import annotations

from math import cos, pi, sin

from houseful.domain.plan import Area
from houseful.plans.turning import turned

CORNERS = 32
"""Of the polygon that stands for an ellipse: its edge is off by half a percent of the radius."""

Point = tuple[float, float]


def outline(area: Area) -> tuple[Point, ...]:
    """The corners of a polygon, rectangle, ellipse or circle; see `Area` for what its fields mean."""
    if area.shape == "polygon":
        return area.points
    if area.shape == "rectangle":
        inner = [(0.0, 0.0), (area.width, 0.0), (area.width, area.height), (0.0, area.height)]
    else:
        angles = [2 * pi * corner / CORNERS for corner in range(CORNERS)]
        inner = [(area.width * cos(angle), area.height * sin(angle)) for angle in angles]
    moved = (turned(x, y, area.rotation) for x, y in inner)
    return tuple((area.x + x, area.y + y) for x, y in moved)
